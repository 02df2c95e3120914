/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.jspecify.annotations.Nullable;

/**
 * Leaves whatever is around the creation of a consumer with what a test's factory has
 * handed out in place of a client. It must not be closed and asked for once more: tests
 * tend to have a single one.
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
	 * @throws NoClientException if it is a mock, or nothing
	 */
	static <K, V> Consumer<K, V> requireClient(@Nullable Consumer<K, V> consumer) {
		if (consumer == null || consumer instanceof MockConsumer || Mocks.isMock(consumer)) {
			throw new NoClientException(consumer);
		}
		return consumer;
	}

	/**
	 * What was created.
	 * @param <K> the type of the keys
	 * @param <V> the type of the values
	 * @return the mock, {@code null} if it is nothing
	 */
	@SuppressWarnings("unchecked")
	<K, V> @Nullable Consumer<K, V> consumer() {
		return (Consumer<K, V>) consumer;
	}

}
