/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;

import dev.holdfast.kafka.offsetguard.policy.Cause;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A topic that is created anew begins with leader epoch 0. The consumer has seen a higher
 * one, and its client reports a truncation before the guard compares topic ids. Found by
 * the simulation.
 */
@Timeout(180)
class RecreatedBelowEpochTests {

	private static KafkaCluster cluster;

	@BeforeAll
	static void start() {
		cluster = KafkaCluster.start(3);
	}

	@AfterAll
	static void close() {
		cluster.close();
	}

	@ParameterizedTest
	@CsvSource({ "classic, 20", "consumer, 20", "classic, 100", "consumer, 100" })
	void newTopicIsReadFromItsStart(String protocol, int records) {
		TopicPartition partition = new TopicPartition("epoch-%s-%d".formatted(protocol, records), 0);
		create(partition);
		cluster.moveLeader(partition, cluster.brokerIds().get(1));
		cluster.produce(partition, 50);
		Consumers consumers = new Consumers(cluster, protocol, partition.topic()).with("auto.offset.reset", "earliest")
			.oneProcess();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			Consumers.pollTo(consumer, partition, 50);
			cluster.deleteTopic(partition.topic());
			create(partition);
			cluster.produce(partition, records);

			List<Long> offsets = Consumers
				.pollUntil(consumer,
						() -> consumers.causes().contains(Cause.TOPIC_RECREATED)
								&& Consumers.isAt(consumer, partition, records))
				.getOrDefault(partition, List.of());
			assertThat(offsets).isEqualTo(Consumers.range(0, records));
		}
	}

	/**
	 * The group's commit and the leader's epoch were known when the topic was deleted.
	 * Only an answer about the topic was missing until the client knew the new topic: a
	 * client that is sought with the old topic's epoch then waits for it for ever.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void answersFromBeforeTheNewTopicAreNotUsed(String protocol) {
		TopicPartition partition = new TopicPartition("before-" + protocol, 0);
		String group = partition.topic();
		create(partition);
		cluster.moveLeader(partition, cluster.brokerIds().get(1));
		cluster.produce(partition, 50);
		cluster.commit(group, partition, Consumers.offset(15, cluster.leaderEpoch(partition)));
		Consumers consumers = new Consumers(cluster, protocol, group).with("auto.offset.reset", "earliest")
			.with("metadata.max.age.ms", 200)
			.timing(Duration.ofSeconds(60), Duration.ofSeconds(30));
		Fault.Handle fault = cluster.wire()
			.inject(Fault.error(ApiKeys.DESCRIBE_TOPIC_PARTITIONS, Errors.LEADER_NOT_AVAILABLE)
				.forClient("holdfast-admin-" + group));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(partition));
			Consumers.pollUntil(consumer, () -> fault.hits() > 0
					&& cluster.wire().count("holdfast-admin-" + group, ApiKeys.LIST_OFFSETS) > 0);
			pollFor(Duration.ofSeconds(1), consumer);
			cluster.deleteTopic(partition.topic());
			create(partition);
			cluster.produce(partition, 20);
			pollFor(Duration.ofSeconds(3), consumer);
			fault.close();

			List<Long> offsets = Consumers.pollUntil(consumer, () -> Consumers.isAt(consumer, partition, 20))
				.getOrDefault(partition, List.of());
			assertThat(offsets).isEqualTo(Consumers.range(0, 20));
		}
	}

	private static void pollFor(Duration time, Consumer<String, String> consumer) {
		Instant later = Instant.now().plus(time);
		Consumers.pollUntil(consumer, () -> Instant.now().isAfter(later));
	}

	private static void create(TopicPartition partition) {
		cluster.createTopic(partition.topic(), Map.of(0, cluster.brokerIds()), Map.of());
	}

}
