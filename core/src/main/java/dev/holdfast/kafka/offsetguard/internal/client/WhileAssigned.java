/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.client;

import java.util.Collection;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Consumer;

import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the guard does of its own accord to partitions of a client. The background thread
 * of the async client may lose a partition between the guard's look at the assignment and
 * its call. The application must not see the client's exception then: under plain Kafka
 * there is no such call.
 */
public final class WhileAssigned {

	private static final Logger logger = LoggerFactory.getLogger(WhileAssigned.class);

	private WhileAssigned() {
	}

	/**
	 * Does something to partitions, without those that the client has lost meanwhile.
	 * @throws IllegalStateException if the client throws it for any other reason
	 */
	public static void act(org.apache.kafka.clients.consumer.Consumer<?, ?> client,
			Collection<TopicPartition> partitions, Consumer<Collection<TopicPartition>> action) {
		try {
			action.accept(partitions);
		}
		catch (IllegalStateException ex) {
			Set<TopicPartition> left = new HashSet<>(partitions);
			if (!left.retainAll(client.assignment())) {
				throw ex;
			}
			logger.debug("Some of {} are lost: {}", SomePartitions.of(partitions), ex.getMessage());
			if (!left.isEmpty()) {
				act(client, left, action);
			}
		}
	}

	/**
	 * Seeks, unless the client has lost the partition meanwhile.
	 */
	public static void seek(org.apache.kafka.clients.consumer.Consumer<?, ?> client, TopicPartition partition,
			org.apache.kafka.clients.consumer.OffsetAndMetadata position) {
		act(client, Set.of(partition), (assigned) -> client.seek(partition, position));
	}

	/**
	 * Lets a client look up by itself where plain Kafka would start a partition. It keeps
	 * what it finds.
	 * @return whether it does; it cannot for {@code by_duration} and {@code none}
	 */
	public static boolean seekAsPlain(org.apache.kafka.clients.consumer.Consumer<?, ?> client, TopicPartition partition,
			AutoOffsetReset.Strategy reset) {
		switch (reset) {
			case EARLIEST -> act(client, Set.of(partition), client::seekToBeginning);
			case LATEST -> act(client, Set.of(partition), client::seekToEnd);
			case BY_DURATION, NONE -> {
				return false;
			}
		}
		return true;
	}

}
