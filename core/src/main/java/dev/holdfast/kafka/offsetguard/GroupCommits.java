/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one consumer's group has committed, and what it has told about it in bookmarks.
 */
final class GroupCommits {

	private static final Logger logger = LoggerFactory.getLogger(GroupCommits.class);

	private final Consumer<?, ?> client;

	private final @Nullable String groupId;

	private final Supplier<@Nullable String> clusterId;

	private final GroupMemory memory;

	private final TopicLookup lookup;

	private final EvidenceBudget budget;

	GroupCommits(Consumer<?, ?> client, @Nullable String groupId, Supplier<@Nullable String> clusterId,
			GroupMemory memory, TopicLookup lookup, EvidenceBudget budget) {
		this.client = client;
		this.groupId = groupId;
		this.clusterId = clusterId;
		this.memory = memory;
		this.lookup = lookup;
		this.budget = budget;
	}

	/**
	 * The commits of partitions, with the metadata that brokers have.
	 */
	Map<TopicPartition, OffsetAndMetadata> of(Set<TopicPartition> partitions) {
		if (groupId == null) {
			return Map.of();
		}
		try {
			return lookup.commits(groupId, partitions, budget.left());
		}
		catch (TimeoutException | WakeupException | InterruptException ex) {
			throw ex;
		}
		catch (KafkaException ex) {
			logger.warn("Group {} cannot be asked for its commits by an admin client, so the consumer asks: {}",
					groupId, ex.toString());
		}
		Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>(client.committed(partitions, budget.left()));
		committed.values().removeIf((commit) -> commit == null);
		return committed;
	}

	@Nullable Bookmark bookmark(OffsetAndMetadata commit) {
		String cluster = clusterId.get();
		return (cluster != null) ? Bookmark.in(commit, cluster) : null;
	}

	/**
	 * What was known about a partition when it was committed.
	 */
	Remembered remembered(TopicPartition partition, OffsetAndMetadata commit) {
		Bookmark bookmark = bookmark(commit);
		if (bookmark != null) {
			return new Remembered(partition.partition(), commit.offset(), bookmark.partitions(),
					bookmark.initialCommits(), bookmark.topicId(), bookmark.witnessTimestamp());
		}
		GroupMemory.Entry entry = entry(partition);
		return (entry != null && entry.offset() == commit.offset())
				? new Remembered(partition.partition(), commit.offset(), -1, false, entry.topicId(), entry.timestamp())
				: new Remembered(partition.partition(), commit.offset(), -1, false, null, -1);
	}

	/**
	 * What is known about partitions without a commit: from this process, and from the
	 * bookmarks in other commits of the group on the same topics.
	 * @param missing the partitions
	 * @param known commits that are known already
	 * @param topics how many partitions the topics have
	 */
	Map<TopicPartition, Remembered> rememberedWithoutCommit(Set<TopicPartition> missing,
			Map<TopicPartition, OffsetAndMetadata> known, Topics topics) {
		Map<TopicPartition, OffsetAndMetadata> commits = new HashMap<>(known);
		Set<TopicPartition> others = others(missing, known.keySet(), topics);
		if (!others.isEmpty()) {
			commits.putAll(of(others));
		}
		Map<String, Bookmark> bookmarks = new HashMap<>();
		commits.forEach((partition, commit) -> {
			Bookmark bookmark = bookmark(commit);
			if (bookmark != null) {
				bookmarks.merge(partition.topic(), bookmark,
						(one, other) -> (other.partitions() > one.partitions()) ? other : one);
			}
		});
		Map<TopicPartition, Remembered> remembered = new HashMap<>();
		missing.forEach((partition) -> remembered.put(partition,
				remembered(partition, entry(partition), bookmarks.get(partition.topic()))));
		return remembered;
	}

	private static Remembered remembered(TopicPartition partition, GroupMemory.@Nullable Entry entry,
			@Nullable Bookmark bookmark) {
		Uuid topicId = (entry != null) ? entry.topicId() : null;
		if (topicId == null && bookmark != null) {
			topicId = bookmark.topicId();
		}
		return new Remembered(partition.partition(), (entry != null) ? entry.offset() : -1,
				(bookmark != null) ? bookmark.partitions() : -1, bookmark != null && bookmark.initialCommits(), topicId,
				(entry != null) ? entry.timestamp() : -1);
	}

	private Set<TopicPartition> others(Set<TopicPartition> missing, Collection<TopicPartition> known, Topics topics) {
		Set<TopicPartition> others = new HashSet<>();
		for (String topic : Topics.names(missing)) {
			int partitions = topics.known(topic).partitions();
			for (int partition = 0; partition < partitions; partition++) {
				others.add(new TopicPartition(topic, partition));
			}
		}
		others.removeAll(missing);
		others.removeAll(known);
		return others;
	}

	/**
	 * Takes note of commits that the group has.
	 */
	void remember(Map<TopicPartition, OffsetAndMetadata> commits, Topics topics, PartitionStates states) {
		String cluster = clusterId.get();
		if (groupId == null || cluster == null) {
			return;
		}
		commits.forEach((partition, commit) -> {
			PartitionState state = states.find(partition);
			RecordIdentity witness = (state != null) ? state.witnessBelow(commit.offset()) : null;
			memory.remember(cluster, groupId, partition, new GroupMemory.Entry(commit.offset(),
					topics.id(partition.topic()), (witness != null) ? witness.timestamp() : -1));
		});
	}

	private GroupMemory.@Nullable Entry entry(TopicPartition partition) {
		String cluster = clusterId.get();
		return (groupId != null && cluster != null) ? memory.find(cluster, groupId, partition) : null;
	}

}
