/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.causes;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.Consumers;
import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The topic is deleted and created again under a running consumer, which has read 50
 * records of the old one.
 */
@LyingKafka
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class TopicRecreatedTests {

	private final KafkaCluster cluster;

	TopicRecreatedTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void consumerReadsTheNewTopicFromItsStart(String protocol) {
		TopicPartition partition = new TopicPartition("recreated-" + protocol, 0);
		cluster.createTopic(partition.topic(), 1);
		cluster.produce(partition, 50);
		Consumers consumers = new Consumers(cluster, protocol, partition.topic()).with("auto.offset.reset", "earliest")
			.with("metadata.max.age.ms", 500)
			.timing(new OffsetGuardSettings.Timing(Duration.ofSeconds(5), Duration.ofSeconds(30),
					Duration.ofMillis(200)));

		try (Consumer<String, String> plain = consumers.plain();
				Consumer<String, String> guarded = consumers.guarded()) {
			for (Consumer<String, String> consumer : List.of(plain, guarded)) {
				consumer.assign(List.of(partition));
				assertThat(Consumers.pollTo(consumer, partition, 50)).isEqualTo(range(0, 50));
			}
			consumers.decisions.clear();
			cluster.deleteTopic(partition.topic());
			cluster.createTopic(partition.topic(), 1);
			cluster.produce(partition, 50);

			// The poll that decides may deliver the first records.
			Map<TopicPartition, List<Long>> delivered = Consumers.pollUntil(guarded,
					() -> !consumers.decisions.isEmpty());
			cluster.produce(partition, 30);
			Consumers.pollInto(guarded, delivered, () -> Consumers.isAt(guarded, partition, 80));
			assertThat(delivered).isEqualTo(Map.of(partition, range(0, 80)));
			// Never sees the first 50.
			assertThat(Consumers.pollTo(plain, partition, 80)).isEqualTo(range(50, 80));
		}
		assertThat(consumers.decisions).singleElement().satisfies((decision) -> {
			assertThat(decision.cause()).isEqualTo(Cause.TOPIC_RECREATED);
			assertThat(decision.action()).isEqualTo(Action.EARLIEST);
			assertThat(decision.outcome()).isEqualTo(new Outcome.ReadFrom(0));
			assertThat(decision.impact()).isEqualTo(new Decision.Impact(0, 0, 50));
		});
	}

}
