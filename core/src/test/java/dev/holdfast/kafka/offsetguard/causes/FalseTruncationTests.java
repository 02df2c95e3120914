/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.causes;

import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.Consumers;
import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A group with a committed epoch starts again while the brokers say that its epoch ends
 * at offset 0.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@Tag("matrix")
@Tag("matrix-short")
class FalseTruncationTests {

	private final KafkaCluster cluster;

	FalseTruncationTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@CsvSource({ "classic, earliest, 0, 0", "classic, latest, 0, 0", "classic, earliest, 170, 170",
			"classic, latest, 170, 270", "consumer, earliest, 0, 0", "consumer, latest, 0, 0",
			"consumer, earliest, 170, 170", "consumer, latest, 170, 270" })
	void plainConsumerMovesAndGuardedConsumerStays(String protocol, String reset, long logStart, long plainStart) {
		TopicPartition partition = new TopicPartition("restart-%s-%s-%d".formatted(protocol, reset, logStart), 0);
		cluster.createTopic(partition.topic(), 1);
		cluster.produce(partition, 270);
		cluster.commit(partition.topic(), partition, Consumers.offset(200, 0));
		if (logStart > 0) {
			cluster.deleteRecords(partition, logStart);
		}
		Consumers consumers = new Consumers(cluster, protocol, partition.topic()).with("auto.offset.reset", reset);

		cluster.wire().inject(Fault.epochEndOffset(0));

		assertThat(Consumers.readTo(consumers.plain(), partition, 270)).isEqualTo(range(plainStart, 270));
		assertThat(Consumers.readTo(consumers.guarded(), partition, 270)).isEqualTo(range(200, 270));
		assertThat(consumers.decisions).singleElement().satisfies((decision) -> {
			assertThat(decision.cause()).isEqualTo(Cause.FALSE_TRUNCATION);
			assertThat(decision.action()).isEqualTo(Action.KEEP);
			assertThat(decision.outcome()).isEqualTo(new Outcome.ReadFrom(200));
			assertThat(decision.impact()).isEqualTo(new Decision.Impact(0, 0, Math.abs(200 - plainStart)));
		});
	}

}
