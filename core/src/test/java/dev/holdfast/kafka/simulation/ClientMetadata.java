/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.simulation;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;

/**
 * What a client knows of topics and leaders. By kafka-clients' Metadata: an epoch that a
 * client has seen once makes all older metadata useless to it.
 */
final class ClientMetadata {

	private final Map<String, Uuid> ids = new HashMap<>();

	private final Map<TopicPartition, ModelCluster.Leader> leaders = new HashMap<>();

	private final Map<TopicPartition, Integer> lastSeen = new HashMap<>();

	private int version;

	private boolean updateWanted = true;

	/**
	 * A partition's leader as the client believes in it.
	 *
	 * @param node {@code null} if the client knows none
	 */
	record LeaderAndEpoch(Integer node, Integer epoch) {
	}

	LeaderAndEpoch currentLeader(TopicPartition partition) {
		ModelCluster.Leader leader = leaders.get(partition);
		Integer seen = lastSeen.get(partition);
		if (leader == null || (seen != null && leader.epoch() != seen)) {
			return new LeaderAndEpoch(null, seen);
		}
		return new LeaderAndEpoch(leader.node(), leader.epoch());
	}

	void updateLastSeenEpochIfNewer(TopicPartition partition, int epoch) {
		Integer seen = lastSeen.get(partition);
		// A client that has seen no epoch yet does not believe in one that is committed.
		if (seen != null && epoch > seen) {
			lastSeen.put(partition, epoch);
			updateWanted = true;
		}
	}

	void take(String topic, ModelCluster.Told told) {
		if (told == null) {
			return;
		}
		Uuid before = ids.put(topic, told.id());
		for (int i = 0; i < told.leaders().size(); i++) {
			TopicPartition partition = new TopicPartition(topic, i);
			ModelCluster.Leader leader = told.leaders().get(i);
			Integer seen = lastSeen.get(partition);
			if (seen == null || !Objects.equals(before, told.id()) || leader.epoch() >= seen) {
				lastSeen.put(partition, leader.epoch());
				leaders.put(partition, leader);
			}
		}
	}

	void updated() {
		version++;
		updateWanted = false;
	}

	/**
	 * The client bootstraps anew. It keeps the epochs that it has seen, but a topic of
	 * which it knows no id may have any.
	 */
	void forgetBrokers() {
		ids.clear();
		leaders.clear();
		version++;
		updateWanted = true;
	}

	void requestUpdate() {
		updateWanted = true;
	}

	boolean isUpdateWanted() {
		return updateWanted;
	}

	int version() {
		return version;
	}

	Uuid id(String topic) {
		return ids.get(topic);
	}

	boolean knows(String topic) {
		return ids.containsKey(topic);
	}

}
