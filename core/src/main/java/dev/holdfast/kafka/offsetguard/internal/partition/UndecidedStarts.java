/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.partition;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

import dev.holdfast.kafka.offsetguard.internal.client.AutoOffsetReset;
import dev.holdfast.kafka.offsetguard.internal.client.ClientConfiguration;
import dev.holdfast.kafka.offsetguard.internal.client.Pauses;
import dev.holdfast.kafka.offsetguard.internal.client.WhileAssigned;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Partitions about whose start brokers have left a question open. The guard pauses them
 * in the client, which reads the others meanwhile. A partition has a provisional position
 * that the guard never commits, or the client itself looks for where plain Kafka would
 * start. No wakeup ends this search. Belongs to the consumer's thread.
 */
public final class UndecidedStarts {

	private final Consumer<?, ?> client;

	private final Pauses pauses;

	/**
	 * Whether only partitions wait whose commit the guard knows. A client that commits by
	 * itself would commit any other position. A client must stay without a position where
	 * there is no commit if the application wants its exception.
	 */
	private final boolean onlyCommitted;

	/** Where the client looks if the guard does not tell it where to start. */
	private final AutoOffsetReset.Strategy reset;

	/** Partitions for which the client looks. */
	private final Set<TopicPartition> looking = new HashSet<>();

	private final Set<TopicPartition> waiting = new HashSet<>();

	/** Where plain Kafka would be: at the commit, or where it would start. */
	private final Map<TopicPartition, Long> positions = new HashMap<>();

	/**
	 * What the guard has told the application in place of a position that it does not
	 * know.
	 */
	private final Map<TopicPartition, Long> standIns = new HashMap<>();

	/** Where plain Kafka would be, as the guard has told the application. */
	private final Map<TopicPartition, Long> learned = new HashMap<>();

	/**
	 * What the application has committed of such partitions, -1 for wherever they start.
	 */
	private final Map<TopicPartition, Long> wanted = new HashMap<>();

	public UndecidedStarts(Consumer<?, ?> client, Pauses pauses, boolean onlyCommitted,
			AutoOffsetReset.Strategy reset) {
		this.client = client;
		this.pauses = pauses;
		this.onlyCommitted = onlyCommitted;
		this.reset = reset;
	}

	public static UndecidedStarts of(Consumer<?, ?> client, Pauses pauses, ClientConfiguration configuration) {
		AutoOffsetReset.Strategy reset = configuration.autoOffsetReset().strategy();
		return new UndecidedStarts(client, pauses, configuration.autoCommit() || reset == AutoOffsetReset.Strategy.NONE,
				reset);
	}

	public boolean isEmpty() {
		return waiting.isEmpty();
	}

	public boolean contains(TopicPartition partition) {
		return waiting.contains(partition);
	}

	/**
	 * The position of a partition that waits.
	 * @return its committed offset, or where plain Kafka would start it, empty as long as
	 * the guard knows neither
	 */
	public OptionalLong position(TopicPartition partition) {
		Long position = positions.get(partition);
		return (position != null) ? OptionalLong.of(position) : OptionalLong.empty();
	}

	/**
	 * The guard has learned where plain Kafka would be, and tells the application.
	 */
	public void learn(TopicPartition partition, long offset) {
		if (waiting.contains(partition)) {
			positions.put(partition, offset);
			learned.put(partition, offset);
		}
	}

	/**
	 * The guard has told the application an offset in place of the position, which it
	 * does not know.
	 */
	public void standIn(TopicPartition partition, long offset) {
		if (waiting.contains(partition)) {
			standIns.put(partition, offset);
		}
	}

	/**
	 * The application commits. The guard does not commit an offset that it named in place
	 * of a position, as the application has read nothing up to there. It does not commit
	 * yet where plain Kafka would start, as the group may have a commit, but remembers
	 * that the application wants it.
	 * @return whether the commit is one of these
	 */
	public boolean takeCommit(TopicPartition partition, long offset) {
		if (isAt(learned, partition, offset)) {
			wanted.put(partition, offset);
			return true;
		}
		return isAt(standIns, partition, offset);
	}

	/**
	 * The application commits its positions, wherever they are.
	 */
	public void takeCommit(TopicPartition partition) {
		wanted.putIfAbsent(partition, -1L);
	}

	/**
	 * Whether the application has committed where a partition starts before the guard
	 * decided that. The guard remembers it until the partition waits anew or the consumer
	 * loses it.
	 */
	public boolean isCommitWanted(TopicPartition partition, long offset) {
		return isAt(wanted, partition, offset) || isAt(wanted, partition, -1);
	}

	/**
	 * What the application has committed of partitions before the guard decided where
	 * they start.
	 * @return where plain Kafka would start them, without those of which the guard does
	 * not know that
	 */
	public Map<TopicPartition, Long> wantedCommits(Collection<TopicPartition> partitions) {
		Map<TopicPartition, Long> commits = new HashMap<>();
		if (!wanted.isEmpty()) {
			for (TopicPartition partition : partitions) {
				Long offset = wanted.get(partition);
				Long start = (offset != null && offset < 0) ? learned.get(partition) : offset;
				if (start != null && waiting.contains(partition)) {
					commits.put(partition, start);
				}
			}
		}
		return commits;
	}

	/**
	 * The client speaks to another cluster: the application has committed nothing there.
	 */
	public void forgetCommits() {
		wanted.clear();
		learned.clear();
	}

	/**
	 * Forgets what the application has committed: the guard has dealt with it.
	 */
	public void forgetCommits(Collection<TopicPartition> partitions) {
		partitions.forEach(wanted::remove);
	}

	private static boolean isAt(Map<TopicPartition, Long> offsets, TopicPartition partition, long offset) {
		Long found = offsets.isEmpty() ? null : offsets.get(partition);
		return found != null && found == offset;
	}

	/**
	 * Has partitions wait, paused.
	 * @param partitions the partitions
	 * @param committed their commits, as far as the guard knows them
	 */
	public void hold(Set<TopicPartition> partitions, Map<TopicPartition, OffsetAndMetadata> committed) {
		List<TopicPartition> more = new ArrayList<>();
		for (TopicPartition partition : partitions) {
			OffsetAndMetadata commit = committed.get(partition);
			if (commit != null) {
				positions.put(partition, commit.offset());
			}
			if (!waiting.contains(partition) && (!onlyCommitted || commit != null)) {
				more.add(partition);
			}
		}
		waiting.addAll(more);
		pauses.pause(more, Pauses.Reason.UNDECIDED);
		for (TopicPartition partition : more) {
			OffsetAndMetadata commit = committed.get(partition);
			wanted.remove(partition);
			WhileAssigned.seek(client, partition, new OffsetAndMetadata((commit != null) ? commit.offset() : 0));
			if (commit == null && WhileAssigned.seekAsPlain(client, partition, reset)) {
				looking.add(partition);
			}
		}
	}

	/**
	 * Whether the client looks for where plain Kafka would start a partition, or has
	 * found it and is there.
	 */
	public boolean isLooking(TopicPartition partition) {
		return looking.contains(partition);
	}

	/**
	 * Those that wait.
	 */
	public Set<TopicPartition> all() {
		return Set.copyOf(waiting);
	}

	/**
	 * The guard or the application has decided where a partition starts.
	 */
	void end(TopicPartition partition) {
		positions.remove(partition);
		standIns.remove(partition);
		learned.remove(partition);
		looking.remove(partition);
		if (waiting.remove(partition)) {
			pauses.resume(Set.of(partition), Pauses.Reason.UNDECIDED);
		}
	}

	/**
	 * Forgets partitions that the consumer no longer has, or that start anew.
	 */
	void forget(Collection<TopicPartition> partitions) {
		partitions.forEach(waiting::remove);
		partitions.forEach(positions::remove);
		partitions.forEach(standIns::remove);
		partitions.forEach(learned::remove);
		partitions.forEach(looking::remove);
		partitions.forEach(wanted::remove);
	}

	void forgetAll() {
		waiting.clear();
		positions.clear();
		standIns.clear();
		learned.clear();
		looking.clear();
		wanted.clear();
	}

}
