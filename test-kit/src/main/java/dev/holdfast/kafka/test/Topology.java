/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.ElectionNotNeededException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.PreferredLeaderNotAvailableException;

/**
 * Topics, and the leaders of their partitions.
 */
final class Topology {

	private final Brokers brokers;

	private final Admin admin;

	Topology(Brokers brokers, Admin admin) {
		this.brokers = brokers;
		this.admin = admin;
	}

	void create(NewTopic topic, int partitions) {
		Await.until("brokers that take topic " + topic.name(), () -> isCreated(topic));
		for (int i = 0; i < partitions; i++) {
			awaitLeader(new TopicPartition(topic.name(), i));
		}
	}

	/**
	 * Whether the brokers have taken the topic. On a busy machine a broker may miss its
	 * heartbeats for a while, and gets no replicas until it is back.
	 */
	private boolean isCreated(NewTopic topic) {
		try {
			Await.result("create topic " + topic.name(), this.admin.createTopics(List.of(topic)).all());
			return true;
		}
		catch (InvalidReplicationFactorException ex) {
			if (String.valueOf(ex.getMessage()).contains("fenced")) {
				return false;
			}
			throw ex;
		}
	}

	void delete(String topic) {
		Await.result("delete topic " + topic, this.admin.deleteTopics(Set.of(topic)).all());
		this.brokers.awaitNoTopic(topic);
	}

	void moveLeader(TopicPartition partition, int brokerId) {
		prefer(partition, brokerId);
		Await.until("replica of " + partition + " on broker " + brokerId + " in sync",
				() -> leads(brokerId, partition) || electPreferred(partition));
		this.brokers.awaitLeader(partition, (leader) -> leader.leader() == brokerId);
	}

	private boolean leads(int brokerId, TopicPartition partition) {
		return this.brokers.awaitLeader(partition, (leader) -> true).leader() == brokerId;
	}

	private void prefer(TopicPartition partition, int brokerId) {
		List<Integer> replicas = replicas(partition);
		if (!replicas.contains(brokerId)) {
			throw new IllegalArgumentException(
					partition + " has no replica on broker " + brokerId + ", only on " + replicas);
		}
		List<Integer> reordered = new ArrayList<>(replicas);
		reordered.remove((Integer) brokerId);
		reordered.add(0, brokerId);
		if (!reordered.equals(replicas)) {
			NewPartitionReassignment target = new NewPartitionReassignment(reordered);
			Await.result("reorder the replicas of " + partition,
					this.admin.alterPartitionReassignments(Map.of(partition, Optional.of(target))).all());
			Await.until("replicas of " + partition + " reordered", () -> replicas(partition).equals(reordered));
		}
	}

	private List<Integer> replicas(TopicPartition partition) {
		String topic = partition.topic();
		Map<String, TopicDescription> topics = Await.result("describe " + topic,
				this.admin.describeTopics(Set.of(topic)).allTopicNames());
		return Objects.requireNonNull(topics.get(topic))
			.partitions()
			.get(partition.partition())
			.replicas()
			.stream()
			.map(Node::id)
			.toList();
	}

	private boolean electPreferred(TopicPartition partition) {
		try {
			elect(ElectionType.PREFERRED, partition);
			return true;
		}
		catch (ElectionNotNeededException ex) {
			return true;
		}
		catch (PreferredLeaderNotAvailableException ex) {
			return false;
		}
	}

	void electUnclean(TopicPartition partition) {
		elect(ElectionType.UNCLEAN, partition);
		awaitLeader(partition);
	}

	private void elect(ElectionType type, TopicPartition partition) {
		Await.result("elect a leader of " + partition, this.admin.electLeaders(type, Set.of(partition)).all());
	}

	private Brokers.Leadership awaitLeader(TopicPartition partition) {
		return this.brokers.awaitLeader(partition, (leader) -> leader.leader() >= 0);
	}

}
