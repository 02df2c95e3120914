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
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A broker says that a position is out of range which is within the log.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class SpuriousOutOfRangeTests {

	private final KafkaCluster cluster;

	SpuriousOutOfRangeTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@CsvSource({ "classic, 1", "consumer, 1", "classic, 3", "consumer, 3" })
	void aClaimThatIsNotTrueMovesNothing(String protocol, int times) {
		TopicPartition partition = new TopicPartition("spurious-%s-%d".formatted(protocol, times), 0);
		cluster.createTopic(partition.topic(), 1);
		cluster.produce(partition, 100);
		cluster.commit(partition.topic(), partition, new OffsetAndMetadata(20));
		Consumers consumers = new Consumers(cluster, protocol, partition.topic());
		Fault claim = Fault.offsetOutOfRange().forClient(partition.topic()).times(times);

		try (Fault.Handle once = cluster.wire().inject(claim)) {
			// Skips to the log end.
			assertThat(Consumers.readTo(consumers.plain(), partition, 100)).isEmpty();
		}
		cluster.wire().inject(claim);
		assertThat(Consumers.readTo(consumers.guarded(), partition, 100)).isEqualTo(range(20, 100));
		assertThat(consumers.decisions).singleElement().satisfies((decision) -> {
			assertThat(decision.cause()).isEqualTo(Cause.SPURIOUS_OUT_OF_RANGE);
			assertThat(decision.action()).isEqualTo(Action.KEEP);
			assertThat(decision.outcome()).isEqualTo(new Outcome.ReadFrom(20));
			assertThat(decision.impact()).isEqualTo(new Decision.Impact(0, 0, 80));
		});
	}

}
