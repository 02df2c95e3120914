/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

import org.apache.kafka.common.KafkaException;

/**
 * Waits, for a bounded time.
 */
final class Await {

	private static final Duration TIMEOUT = Duration.ofSeconds(60);

	private static final long POLL_INTERVAL_MILLIS = 10;

	private Await() {
	}

	/**
	 * Wait for the result of a call to Kafka.
	 * @throws KafkaException what Kafka said
	 * @throws IllegalStateException when it took too long or the thread was interrupted
	 */
	static <T> T result(String what, Future<T> future) {
		try {
			return future.get(TIMEOUT.toMillis(), TimeUnit.MILLISECONDS);
		}
		catch (InterruptedException ex) {
			throw interrupted(what, ex);
		}
		catch (TimeoutException ex) {
			throw new IllegalStateException("Not within " + TIMEOUT + ": " + what, ex);
		}
		catch (ExecutionException ex) {
			if (ex.getCause() instanceof KafkaException cause) {
				throw cause;
			}
			throw new IllegalStateException("Failed: " + what, ex.getCause());
		}
	}

	/**
	 * Wait until a condition holds.
	 * @throws IllegalStateException when it took too long or the thread was interrupted
	 */
	static void until(String what, BooleanSupplier condition) {
		present(what, () -> condition.getAsBoolean() ? Optional.of(what) : Optional.empty());
	}

	/**
	 * Wait until there is a value.
	 * @throws IllegalStateException when it took too long or the thread was interrupted
	 */
	static <T> T present(String what, Supplier<Optional<T>> value) {
		long start = System.nanoTime();
		while (true) {
			Optional<T> found = value.get();
			if (found.isPresent()) {
				return found.get();
			}
			if (System.nanoTime() - start > TIMEOUT.toNanos()) {
				throw new IllegalStateException("Not within " + TIMEOUT + ": " + what);
			}
			try {
				Thread.sleep(POLL_INTERVAL_MILLIS);
			}
			catch (InterruptedException ex) {
				throw interrupted(what, ex);
			}
		}
	}

	private static IllegalStateException interrupted(String what, InterruptedException ex) {
		Thread.currentThread().interrupt();
		return new IllegalStateException("Interrupted while waiting: " + what, ex);
	}

}
