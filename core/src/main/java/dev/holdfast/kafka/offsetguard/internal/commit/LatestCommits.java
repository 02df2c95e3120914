/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.commit;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Which of the commits that nobody waits for is the latest of each partition: one that
 * has to be sent again must not undo those that were made after it. Belongs to the
 * consumer's thread.
 */
final class LatestCommits {

	/** By partition, and only as long as they are on their way. */
	private final Map<TopicPartition, Ticket> latest = new HashMap<>();

	/** Names one commit. */
	static final class Ticket {

	}

	/**
	 * A commit is made that may have to be sent again.
	 */
	Ticket make(Set<TopicPartition> partitions) {
		Ticket ticket = new Ticket();
		partitions.forEach((partition) -> latest.put(partition, ticket));
		return ticket;
	}

	/**
	 * Another commit is made of these partitions, or somebody else's may be.
	 */
	void overtake(Collection<TopicPartition> partitions) {
		if (!latest.isEmpty()) {
			partitions.forEach(latest::remove);
		}
	}

	/**
	 * A commit of all partitions is made.
	 */
	void overtakeAll() {
		latest.clear();
	}

	/**
	 * Leaves of a commit what there is no later one of.
	 */
	Map<TopicPartition, OffsetAndMetadata> notOvertaken(Ticket ticket, Map<TopicPartition, OffsetAndMetadata> offsets) {
		Map<TopicPartition, OffsetAndMetadata> left = new HashMap<>(offsets);
		left.keySet().removeIf((partition) -> latest.get(partition) != ticket);
		return left;
	}

	/**
	 * A commit is not on its way any more.
	 */
	void forget(Ticket ticket, Set<TopicPartition> partitions) {
		partitions.forEach((partition) -> latest.remove(partition, ticket));
	}

}
