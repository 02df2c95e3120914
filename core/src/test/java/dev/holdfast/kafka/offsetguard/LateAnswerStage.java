/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * The topics of each {@link LateSituation}, and the commits that a group has in it: any
 * number of groups may have them at once.
 */
final class LateAnswerStage {

	private final KafkaCluster cluster;

	private final Map<LateSituation, Map<TopicPartition, OffsetAndMetadata>> commits = new HashMap<>();

	LateAnswerStage(KafkaCluster cluster) {
		this.cluster = cluster;
		for (LateSituation situation : LateSituation.values()) {
			if (situation.stage() == situation) {
				commits.put(situation, prepare(situation));
			}
		}
	}

	/**
	 * Lets a group find the situation.
	 */
	void enter(String group, LateSituation situation) {
		commits.get(situation.stage()).forEach((partition, commit) -> cluster.commit(group, partition, commit));
	}

	private Map<TopicPartition, OffsetAndMetadata> prepare(LateSituation situation) {
		TopicPartition first = new TopicPartition(situation.topic(), 0);
		TopicPartition second = new TopicPartition(situation.topic(), 1);
		return switch (situation) {
			case STARTING -> {
				Map<TopicPartition, OffsetAndMetadata> read = read(Map.of(first, 200));
				cluster.produce(first, 70);
				yield read;
			}
			case COMMIT_LOST -> {
				Map<TopicPartition, OffsetAndMetadata> read = read(Map.of(first, 200, second, 100));
				cluster.produce(first, 70);
				yield Map.of(first, read.get(first));
			}
			case NEW_PARTITION -> {
				Map<TopicPartition, OffsetAndMetadata> read = read(Map.of(first, 20));
				addPartition(second);
				cluster.produce(second, 50);
				yield read;
			}
			case LIE -> {
				cluster.createTopic(first.topic(), 1);
				cluster.produce(first, 270);
				cluster.wire().inject(Fault.epochEndOffset(0).forTopic(first.topic()));
				yield Map.of(first, Consumers.offset(200, 0));
			}
			case TOPIC_RECREATED -> {
				Map<TopicPartition, OffsetAndMetadata> read = read(Map.of(first, 50));
				cluster.deleteTopic(first.topic());
				cluster.createTopic(first.topic(), 1);
				cluster.produce(first, 80);
				yield read;
			}
			case HELD_ABOVE_LOG_END -> {
				cluster.createTopic(first.topic(), 1);
				cluster.produce(first, 100);
				yield Map.of(first, new OffsetAndMetadata(500));
			}
			default -> throw new IllegalArgumentException(situation + " has no stage of its own");
		};
	}

	/**
	 * Creates a topic, and has a guarded consumer read and commit all of it.
	 * @return its commits
	 */
	private Map<TopicPartition, OffsetAndMetadata> read(Map<TopicPartition, Integer> records) {
		String topic = records.keySet().iterator().next().topic();
		cluster.createTopic(topic, records.size());
		records.forEach(cluster::produce);
		Consumers consumers = new Consumers(cluster, "classic", topic).with("auto.offset.reset", "earliest");
		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(topic));
			records.forEach((partition, end) -> Consumers.pollTo(consumer, partition, end));
			// With bookmarks: what a client commits by itself has none.
			Map<TopicPartition, OffsetAndMetadata> commits = new HashMap<>();
			records.forEach((partition, end) -> commits.put(partition, new OffsetAndMetadata(end)));
			consumer.commitSync(commits);
		}
		return cluster.committed(topic);
	}

	private void addPartition(TopicPartition partition) {
		try {
			cluster.admin()
				.createPartitions(Map.of(partition.topic(), NewPartitions.increaseTo(partition.partition() + 1)))
				.all()
				.get();
		}
		catch (Exception ex) {
			throw new IllegalStateException("There is no " + partition, ex);
		}
	}

}
