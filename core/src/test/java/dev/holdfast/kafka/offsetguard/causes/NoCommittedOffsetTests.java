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
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A new group: nothing shows that it ever had a commit.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class NoCommittedOffsetTests {

	private final KafkaCluster cluster;

	NoCommittedOffsetTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@CsvSource({ "classic, earliest, 0", "consumer, earliest, 0", "classic, latest, 5", "consumer, latest, 5" })
	void groupStartsWhereItsOwnResetSays(String protocol, String reset, long first) {
		TopicPartition partition = new TopicPartition("start-%s-%s".formatted(protocol, reset), 0);
		cluster.createTopic(partition.topic(), 1);
		cluster.produce(partition, 5);
		Consumers consumers = new Consumers(cluster, protocol, partition.topic()).with("auto.offset.reset", reset);

		assertThat(Consumers.readTo(consumers.plain(), partition, 5)).isEqualTo(range(first, 5));
		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			Map<TopicPartition, List<Long>> delivered = Consumers.pollUntil(consumer,
					() -> !consumers.decisions.isEmpty());
			cluster.produce(partition, 2);
			Consumers.pollInto(consumer, delivered, () -> Consumers.isAt(consumer, partition, 7));

			assertThat(delivered).isEqualTo(Map.of(partition, range(first, 7)));
		}
		assertThat(consumers.decisions).singleElement().satisfies((decision) -> {
			assertThat(decision.cause()).isEqualTo(Cause.NO_COMMITTED_OFFSET);
			assertThat(decision.action()).isEqualTo(Action.AUTO_OFFSET_RESET);
			assertThat(decision.outcome()).isEqualTo(new Outcome.ReadFrom(first));
			assertThat(decision.isNotable()).isFalse();
		});
	}

}
