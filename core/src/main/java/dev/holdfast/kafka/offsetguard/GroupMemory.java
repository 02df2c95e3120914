/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * What this process knows of commits of consumer groups: whether there was one, which
 * brokers forget after a while; and of topics that are gone. Thread-safe; as large as the
 * partitions that were assigned to this guard's consumers so far.
 */
final class GroupMemory {

	private final Map<Key, Entry> entries = new ConcurrentHashMap<>();

	private final Map<Key, Evidence> held = new ConcurrentHashMap<>();

	private final Set<Uuid> gone = ConcurrentHashMap.newKeySet();

	private record Key(String clusterId, String groupId, TopicPartition partition) {
	}

	/**
	 * A commit.
	 *
	 * @param offset the committed offset, -1 if the group has none in this topic
	 * @param topicId the topic's id then, {@code null} if it was not known
	 * @param timestamp the timestamp of the last record delivered before, -1 if it is not
	 * known
	 * @param confirmed whether a commit was ever seen to succeed: a client that is about
	 * to commit may fail to
	 * @param marked whether a bookmark was in it
	 */
	record Entry(long offset, @Nullable Uuid topicId, long timestamp, boolean confirmed, boolean marked) {
	}

	void remember(String clusterId, String groupId, TopicPartition partition, Entry entry) {
		entries.put(new Key(clusterId, groupId, partition), entry);
	}

	/**
	 * A partition is held: what was established about it outlives its assignment.
	 */
	void hold(String clusterId, String groupId, TopicPartition partition, Evidence evidence) {
		held.put(new Key(clusterId, groupId, partition), evidence);
	}

	/**
	 * What a partition is held for, or was when it was taken away.
	 */
	@Nullable Evidence held(String clusterId, String groupId, TopicPartition partition) {
		return held.isEmpty() ? null : held.get(new Key(clusterId, groupId, partition));
	}

	/**
	 * It was decided where the partition goes on.
	 */
	void release(String clusterId, String groupId, TopicPartition partition) {
		if (!held.isEmpty()) {
			held.remove(new Key(clusterId, groupId, partition));
		}
	}

	/**
	 * Another topic has taken the name of this one.
	 */
	void rememberGone(Uuid topicId) {
		gone.add(topicId);
	}

	/**
	 * Whether this is the id of a topic that is gone: topic ids are never used twice, so
	 * that a broker that still tells it has not heard the news (KIP-516).
	 */
	boolean isGone(Uuid topicId) {
		return gone.contains(topicId);
	}

	@Nullable Entry find(String clusterId, String groupId, TopicPartition partition) {
		return entries.get(new Key(clusterId, groupId, partition));
	}

}
