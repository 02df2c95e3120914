/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.util.List;
import java.util.Map;

import dev.holdfast.kafka.offsetguard.policy.Cause;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

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

	private static void create(TopicPartition partition) {
		cluster.createTopic(partition.topic(), Map.of(0, cluster.brokerIds()), Map.of());
	}

}
