/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.OptionalLong;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Asks a client for positions without waiting for them.
 */
final class Positions {

	private Positions() {
	}

	/**
	 * The position of a partition if the client knows it and may fetch from it right now.
	 * @throws org.apache.kafka.clients.consumer.InvalidOffsetException if the client has
	 * something to report, perhaps about other partitions
	 */
	static OptionalLong now(Consumer<?, ?> client, TopicPartition partition) {
		try {
			return OptionalLong.of(client.position(partition, Duration.ZERO));
		}
		catch (TimeoutException ex) {
			return OptionalLong.empty();
		}
	}

}
