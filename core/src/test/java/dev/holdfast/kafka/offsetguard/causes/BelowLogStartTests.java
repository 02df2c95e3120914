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
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Retention has passed a stopped group: the record that it would read next is deleted.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@Tag("matrix")
class BelowLogStartTests {

	private final KafkaCluster cluster;

	BelowLogStartTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void groupGoesOnAtTheLogStart(String protocol) {
		TopicPartition partition = new TopicPartition("below-" + protocol, 0);
		cluster.createTopic(partition.topic(), 1);
		cluster.produce(partition, 100);
		cluster.commit(partition.topic(), partition, new OffsetAndMetadata(20));
		cluster.deleteRecords(partition, 60);
		Consumers consumers = new Consumers(cluster, protocol, partition.topic());

		// Skips what is still there.
		assertThat(Consumers.readTo(consumers.plain(), partition, 100)).isEmpty();
		assertThat(Consumers.readTo(consumers.guarded(), partition, 100)).isEqualTo(range(60, 100));

		assertThat(consumers.decisions).singleElement().satisfies((decision) -> {
			assertThat(decision.cause()).isEqualTo(Cause.BELOW_LOG_START);
			assertThat(decision.action()).isEqualTo(Action.EARLIEST);
			assertThat(decision.outcome()).isEqualTo(new Outcome.ReadFrom(60));
			assertThat(decision.impact()).isEqualTo(new Decision.Impact(40, 0, 0));
			assertThat(decision.isNotable()).isTrue();
		});
	}

}
