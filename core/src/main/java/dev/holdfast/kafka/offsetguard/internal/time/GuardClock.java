/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.time;

import java.time.Instant;

/**
 * The time that a guard goes by wherever it compares times. What blocks, such as Kafka's
 * clients and the JDK's futures, goes by real time whatever this clock says. Thread-safe.
 */
public interface GuardClock {

	/**
	 * A number of nanoseconds, as {@link System#nanoTime()} returns it: only differences
	 * mean anything, and the number may overflow.
	 */
	long nanoTime();

	/**
	 * The time of day, as producers put it into records.
	 */
	Instant instant();

	/**
	 * The clock that goes by real time.
	 */
	static GuardClock system() {
		return SystemClock.INSTANCE;
	}

}
