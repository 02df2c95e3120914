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
 * Which asynchronous commit is the latest of each partition. If the guard has to send one
 * again, it must not undo later ones. Belongs to the consumer's thread.
 */
final class LatestCommits {

	/** By partition, only while the commit is on its way. */
	private final Map<TopicPartition, Ticket> latest = new HashMap<>();

	/** Names one commit. */
	static final class Ticket {

	}

	/**
	 * Notes a commit that the guard may have to send again.
	 */
	Ticket make(Set<TopicPartition> partitions) {
		Ticket ticket = new Ticket();
		partitions.forEach((partition) -> latest.put(partition, ticket));
		return ticket;
	}

	/**
	 * Of how many partitions commits are on their way.
	 */
	int size() {
		return latest.size();
	}

	/**
	 * Notes another commit of these partitions, or that another consumer may make one.
	 */
	void overtake(Collection<TopicPartition> partitions) {
		if (!latest.isEmpty()) {
			partitions.forEach(latest::remove);
		}
	}

	/**
	 * Notes another commit of all partitions.
	 */
	void overtakeAll() {
		latest.clear();
	}

	/**
	 * Takes out of a commit the partitions that have a later one.
	 */
	Map<TopicPartition, OffsetAndMetadata> notOvertaken(Ticket ticket, Map<TopicPartition, OffsetAndMetadata> offsets) {
		Map<TopicPartition, OffsetAndMetadata> left = new HashMap<>(offsets);
		left.keySet().removeIf((partition) -> latest.get(partition) != ticket);
		return left;
	}

	/**
	 * Forgets a commit that is no longer on its way.
	 */
	void forget(Ticket ticket, Set<TopicPartition> partitions) {
		partitions.forEach((partition) -> latest.remove(partition, ticket));
	}

}
