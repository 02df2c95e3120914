/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Carries what a factory in a test has returned in place of a client, past all code
 * around the creation of a consumer. That code must not close it and create another one:
 * tests tend to have a single one.
 */
final class NoClientException extends RuntimeException {

	private final transient @Nullable Consumer<?, ?> consumer;

	private NoClientException(@Nullable Consumer<?, ?> consumer) {
		super(null, null, false, false);
		this.consumer = consumer;
	}

	/**
	 * Lets clients through.
	 * @param <K> the type of the keys
	 * @param <V> the type of the values
	 * @param consumer what a factory has created
	 * @return the same
	 * @throws NoClientException if it is a mock, or {@code null}
	 */
	static <K, V> Consumer<K, V> requireClient(@Nullable Consumer<K, V> consumer) {
		if (consumer == null || consumer instanceof MockConsumer || Mocks.isMock(consumer)) {
			throw new NoClientException(consumer);
		}
		return consumer;
	}

	/**
	 * What the factory has created.
	 * @param <K> the type of the keys
	 * @param <V> the type of the values
	 * @return the mock, or {@code null}
	 */
	@SuppressWarnings("unchecked")
	<K, V> @Nullable Consumer<K, V> consumer() {
		return (Consumer<K, V>) consumer;
	}

}
