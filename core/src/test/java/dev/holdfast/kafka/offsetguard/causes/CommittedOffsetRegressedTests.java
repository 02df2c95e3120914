/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.causes;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.Consumers;
import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The coordinator serves an older commit than the group has made last, as one does whose
 * log was restored: bookmark and all.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class CommittedOffsetRegressedTests {

	private final KafkaCluster cluster;

	CommittedOffsetRegressedTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void olderCommitIsBelievedAndTold(String protocol) {
		TopicPartition partition = new TopicPartition("regressed-" + protocol, 0);
		cluster.createTopic(partition.topic(), 1);
		cluster.produce(partition, 270);
		Consumers consumers = new Consumers(cluster, protocol, partition.topic()).with("auto.offset.reset", "earliest")
			.with("max.poll.records", 10)
			.oneProcess();
		OffsetAndMetadata older;
		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(partition));
			Consumers.pollTo(consumer, partition, 150);
			consumer.commitSync(Map.of(partition, new OffsetAndMetadata(150)));
			older = cluster.committed(partition.topic()).get(partition);
			Consumers.pollTo(consumer, partition, 200);
			consumer.commitSync(Map.of(partition, new OffsetAndMetadata(200)));
		}
		consumers.decisions.clear();
		cluster.commit(partition.topic(), partition, older);

		assertThat(Consumers.readTo(consumers.plain(), partition, 270)).isEqualTo(range(150, 270));
		assertThat(Consumers.readTo(consumers.guarded(), partition, 270)).isEqualTo(range(150, 270));

		assertThat(consumers.decisions).singleElement().satisfies((decision) -> {
			assertThat(decision.cause()).isEqualTo(Cause.COMMITTED_OFFSET_REGRESSED);
			assertThat(decision.action()).isEqualTo(Action.KEEP);
			assertThat(decision.outcome()).isEqualTo(new Outcome.ReadFrom(150));
			assertThat(decision.impact()).isEqualTo(new Decision.Impact(0, 50, 0));
			assertThat(decision.isNotable()).isTrue();
		});
		// It is the latest one now.
		assertThat(Consumers.readTo(consumers.guarded(), partition, 270)).isEqualTo(range(150, 270));
		assertThat(consumers.decisions).hasSize(1);
	}

}
