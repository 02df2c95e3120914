/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.offsetguard;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits that nobody has named the offsets of: the client's own under
 * {@code enable.auto.commit}, and those of all that was consumed.
 */
final class ClientCommits {

	private static final Logger logger = LoggerFactory.getLogger(ClientCommits.class);

	private final Consumer<?, ?> client;

	private final boolean autoCommit;

	private final GroupCommits commits;

	private final Topics topics;

	private final PartitionStates states;

	ClientCommits(Consumer<?, ?> client, boolean autoCommit, GroupCommits commits, Topics topics,
			PartitionStates states) {
		this.client = client;
		this.autoCommit = autoCommit;
		this.commits = commits;
		this.topics = topics;
		this.states = states;
	}

	/**
	 * The client has committed, and tells its interceptors.
	 */
	void committed(Map<TopicPartition, OffsetAndMetadata> offsets) {
		commits.remember(offsets, topics, states, true);
	}

	/**
	 * Partitions are about to be given up. A client that commits by itself does so right
	 * before that, or while it closes, and tells of it too late: the next assignment may
	 * have begun.
	 */
	void leaving(Collection<TopicPartition> partitions) {
		if (!autoCommit) {
			return;
		}
		Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
		for (TopicPartition partition : partitions) {
			if (states.contains(partition) && !states.get(partition).isHeld()) {
				position(partition, positions);
			}
		}
		commits.remember(positions, topics, states, false);
	}

	private void position(TopicPartition partition, Map<TopicPartition, OffsetAndMetadata> positions) {
		try {
			Positions.now(client, partition)
				.ifPresent((position) -> positions.put(partition, new OffsetAndMetadata(position)));
		}
		catch (KafkaException | IllegalStateException ex) {
			logger.debug("No position of {} to remember: {}", partition, ex.toString());
		}
	}

}
