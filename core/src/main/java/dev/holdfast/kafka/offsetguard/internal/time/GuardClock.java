/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.time;

import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.locks.LockSupport;

/**
 * The time that a guard goes by wherever it compares times, and waits. Kafka's clients go
 * by real time whatever this clock says. Thread-safe.
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
	 * Waits for an answer.
	 * @throws TimeoutException if there is none in time
	 */
	default void await(Future<?> answer, Duration timeout)
			throws InterruptedException, ExecutionException, TimeoutException {
		answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
	}

	/**
	 * Lets time pass.
	 */
	default void pause(Duration duration) {
		LockSupport.parkNanos(duration.toNanos());
	}

	/**
	 * The clock that goes by real time.
	 */
	static GuardClock system() {
		return SystemClock.INSTANCE;
	}

}
