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
	 * The time since some moment, in nanoseconds, as {@link System#nanoTime()}: only
	 * differences mean anything, and they may come from numbers that have overflowed.
	 */
	long nanoTime();

	/**
	 * The time of day, which brokers compare with the timestamps of records.
	 */
	Instant instant();

	/**
	 * The real time.
	 */
	static GuardClock system() {
		return SystemClock.INSTANCE;
	}

}
