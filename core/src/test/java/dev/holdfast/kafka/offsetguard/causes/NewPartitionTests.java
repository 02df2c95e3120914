/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.causes;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.Consumers;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A partition is added to the topic, and gets records before the group sees it
 * (KAFKA-12478).
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@Tag("matrix")
class NewPartitionTests {

	private final KafkaCluster cluster;

	NewPartitionTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void groupReadsTheNewPartitionFromItsStart(String protocol) throws Exception {
		String topic = "added-" + protocol;
		TopicPartition old = new TopicPartition(topic, 0);
		TopicPartition added = new TopicPartition(topic, 1);
		cluster.createTopic(topic, 1);
		Consumers consumers = new Consumers(cluster, protocol, topic).with("auto.offset.reset", "latest");
		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(topic));
			Consumers.pollTo(consumer, old, 0);
			cluster.produce(old, 10);
			assertThat(Consumers.pollTo(consumer, old, 10)).isEqualTo(range(0, 10));
			consumer.commitSync(Map.of(old, new OffsetAndMetadata(10)));
		}
		consumers.decisions.clear();
		cluster.admin().createPartitions(Map.of(topic, NewPartitions.increaseTo(2))).all().get();
		cluster.produce(added, 20);

		assertThat(Consumers.readTo(consumers.plain(), added, 20)).isEmpty();
		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(topic));
			Map<TopicPartition, List<Long>> delivered = Consumers.pollUntil(consumer,
					() -> Consumers.isAt(consumer, added, 20));

			assertThat(delivered).isEqualTo(Map.of(added, range(0, 20)));
		}
		assertThat(consumers.decisions).singleElement().satisfies((decision) -> {
			assertThat(decision.partition()).isEqualTo(added);
			assertThat(decision.cause()).isEqualTo(Cause.NEW_PARTITION);
			assertThat(decision.action()).isEqualTo(Action.EARLIEST);
			// The guard leaves it to the client where the log starts if a leader is slow.
			assertThat(decision.outcome()).isIn(new Outcome.ReadFrom(0), new Outcome.LookedUp(Action.EARLIEST));
		});
	}

}
