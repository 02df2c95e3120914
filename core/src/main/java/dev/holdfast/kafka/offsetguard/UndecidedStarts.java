/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Partitions about whose start something that matters was not answered yet. They are
 * paused in the client, at a provisional position that is never committed, so that the
 * others are read meanwhile. Belongs to the consumer's thread.
 */
final class UndecidedStarts {

	private final Consumer<?, ?> client;

	private final Pauses pauses;

	/**
	 * Whether only partitions wait whose commit is known. A client that commits by itself
	 * would commit any other position; and one whose application wants its exception,
	 * where there is no commit, must stay without a position.
	 */
	private final boolean onlyCommitted;

	private final Set<TopicPartition> waiting = new HashSet<>();

	/** Where plain Kafka would be: at the commit, if it is known. */
	private final Map<TopicPartition, Long> positions = new HashMap<>();

	/** What the application was told in place of a position. */
	private final Map<TopicPartition, Long> standIns = new HashMap<>();

	UndecidedStarts(Consumer<?, ?> client, Pauses pauses, boolean onlyCommitted) {
		this.client = client;
		this.pauses = pauses;
		this.onlyCommitted = onlyCommitted;
	}

	static UndecidedStarts of(Consumer<?, ?> client, Pauses pauses, ClientConfiguration configuration) {
		return new UndecidedStarts(client, pauses, configuration.autoCommit()
				|| configuration.autoOffsetReset().strategy() == AutoOffsetReset.Strategy.NONE);
	}

	boolean isEmpty() {
		return waiting.isEmpty();
	}

	boolean contains(TopicPartition partition) {
		return waiting.contains(partition);
	}

	/**
	 * The position of a partition that waits.
	 * @return its committed offset, empty as long as that is not known
	 */
	OptionalLong position(TopicPartition partition) {
		Long position = positions.get(partition);
		return (position != null) ? OptionalLong.of(position) : OptionalLong.empty();
	}

	/**
	 * The client was told where plain Kafka would start a partition.
	 * @return the same
	 */
	long learn(TopicPartition partition, long offset) {
		if (waiting.contains(partition)) {
			positions.put(partition, offset);
			standIns.put(partition, offset);
		}
		return offset;
	}

	/**
	 * The application was told an offset in place of the position, which nobody knows.
	 */
	void standIn(TopicPartition partition, long offset) {
		if (waiting.contains(partition)) {
			standIns.put(partition, offset);
		}
	}

	/**
	 * Whether a commit is one of an offset that the application was told in place of the
	 * position, and not of what it has read.
	 */
	boolean isStandIn(TopicPartition partition, long offset) {
		Long standIn = standIns.isEmpty() ? null : standIns.get(partition);
		return standIn != null && standIn == offset;
	}

	/**
	 * Has partitions wait.
	 * @param partitions the partitions
	 * @param committed their commits, as far as they are known
	 */
	void hold(Set<TopicPartition> partitions, Map<TopicPartition, OffsetAndMetadata> committed) {
		for (TopicPartition partition : partitions) {
			OffsetAndMetadata commit = committed.get(partition);
			if (commit != null) {
				positions.put(partition, commit.offset());
			}
			if (waiting.contains(partition) || (onlyCommitted && commit == null)) {
				continue;
			}
			waiting.add(partition);
			pauses.pause(Set.of(partition), Pauses.Reason.UNDECIDED);
			client.seek(partition, new OffsetAndMetadata((commit != null) ? commit.offset() : 0));
		}
	}

	/**
	 * It was decided where a partition starts.
	 */
	void end(TopicPartition partition) {
		positions.remove(partition);
		standIns.remove(partition);
		if (waiting.remove(partition)) {
			pauses.resume(Set.of(partition), Pauses.Reason.UNDECIDED);
		}
	}

	/**
	 * The partitions were taken away.
	 */
	void forget(Collection<TopicPartition> partitions) {
		partitions.forEach(waiting::remove);
		partitions.forEach(positions::remove);
		partitions.forEach(standIns::remove);
	}

	void forgetAll() {
		waiting.clear();
		positions.clear();
		standIns.clear();
	}

}
