/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.trial;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Waits for what only brokers know.
 */
final class Patience {

	private static final Duration LIMIT = Duration.ofSeconds(60);

	private static final Duration PAUSE = Duration.ofMillis(20);

	private Patience() {
	}

	static void await(String what, BooleanSupplier condition) {
		long deadline = System.nanoTime() + LIMIT.toNanos();
		while (!condition.getAsBoolean()) {
			if (System.nanoTime() > deadline || Thread.currentThread().isInterrupted()) {
				throw new IllegalStateException("Not within " + LIMIT + ": " + what);
			}
			LockSupport.parkNanos(PAUSE.toNanos());
		}
	}

}
