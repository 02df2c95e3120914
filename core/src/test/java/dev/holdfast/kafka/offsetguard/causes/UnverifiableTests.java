/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.causes;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.Consumers;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.test.Fault;
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
 * A broker claims a truncation and names no offset, and the client has delivered no
 * record that could refute it.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class UnverifiableTests {

	private final KafkaCluster cluster;

	UnverifiableTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void partitionIsHeldUntilTheBrokerTakesItsClaimBack(String protocol) {
		TopicPartition partition = new TopicPartition("unverifiable-" + protocol, 0);
		cluster.createTopic(partition.topic(), 1);
		cluster.produce(partition, 270);
		cluster.commit(partition.topic(), partition, Consumers.offset(200, 0));
		Consumers consumers = new Consumers(cluster, protocol, partition.topic()).with("auto.offset.reset", "earliest")
			.timing(Duration.ofSeconds(5), Duration.ofMillis(200));
		Fault.Handle claim = cluster.wire().inject(Fault.undefinedEpochEndOffset());

		// Reads all that the group has read before.
		assertThat(Consumers.readTo(consumers.plain(), partition, 270)).isEqualTo(range(0, 270));
		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			assertThat(Consumers.pollUntil(consumer, () -> !consumers.decisions.isEmpty())).isEmpty();
			assertThat(consumer.position(partition)).isEqualTo(200);
			assertThat(consumers.decisions).singleElement().satisfies((decision) -> {
				assertThat(decision.cause()).isEqualTo(Cause.UNVERIFIABLE);
				assertThat(decision.action()).isEqualTo(Action.HOLD);
				assertThat(decision.outcome()).isEqualTo(new Outcome.Held());
			});
			claim.close();

			assertThat(Consumers.pollTo(consumer, partition, 270)).isEqualTo(range(200, 270));
		}
		assertThat(consumers.causes()).containsExactly(Cause.UNVERIFIABLE, Cause.FALSE_TRUNCATION);
		assertThat(consumers.decisions.get(1).action()).isEqualTo(Action.KEEP);
	}

}
