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
 * its call: plain Kafka would not have thrown then, as nobody would have called.
 */
public final class WhileAssigned {

	private static final Logger logger = LoggerFactory.getLogger(WhileAssigned.class);

	private WhileAssigned() {
	}

	/**
	 * Does something to partitions, those aside that the client has lost meanwhile.
	 * @return the partitions to which it was done
	 * @throws IllegalStateException the client's, for any other reason
	 */
	public static Collection<TopicPartition> act(org.apache.kafka.clients.consumer.Consumer<?, ?> client,
			Collection<TopicPartition> partitions, Consumer<Collection<TopicPartition>> action) {
		try {
			action.accept(partitions);
			return partitions;
		}
		catch (IllegalStateException ex) {
			Set<TopicPartition> left = new HashSet<>(partitions);
			if (!left.retainAll(client.assignment())) {
				throw ex;
			}
			logger.debug("Some of {} are lost: {}", SomePartitions.of(partitions), ex.getMessage());
			return left.isEmpty() ? left : act(client, left, action);
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
	 * Lets a client, which keeps what it finds, look up in its own time where plain Kafka
	 * would start a partition.
	 * @return whether it does: a client does not know a duration
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
