/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.time;

import java.time.Instant;

/**
 * The clock of every guard outside tests. Nothing else of the guard asks the JDK for the
 * time.
 */
enum SystemClock implements GuardClock {

	INSTANCE;

	@Override
	public long nanoTime() {
		return System.nanoTime();
	}

	@Override
	public Instant instant() {
		return Instant.now();
	}

}
