/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.causes;

import java.util.List;
import java.util.Map;
import java.util.Set;
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
import org.junit.jupiter.params.provider.ValueSource;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A commit carries a leader epoch that no leader has reached: the cluster was restored
 * from a backup. A client that goes by the epoch waits for a leader that has it: for
 * ever, without a word.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class EpochAheadTests {

	private final KafkaCluster cluster;

	EpochAheadTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void consumerReadsOnWithoutTheEpoch(String protocol) {
		TopicPartition partition = committedInEpoch7("epoch-" + protocol);
		Consumers consumers = new Consumers(cluster, protocol, partition.topic());

		assertThatPlainConsumerWaits(consumers, partition);
		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			Map<TopicPartition, List<Long>> delivered = Consumers.pollUntil(consumer,
					() -> !consumers.decisions.isEmpty());
			Consumers.pollInto(consumer, delivered, () -> Consumers.isAt(consumer, partition, 100)
					|| consumers.decisions.get(0).action() == Action.HOLD);
			assertThat(delivered).isEqualTo(Map.of(partition, range(50, 100)));
		}
		assertThat(consumers.decisions).singleElement().satisfies((decision) -> {
			assertThat(decision.cause()).isEqualTo(Cause.EPOCH_AHEAD);
			assertThat(decision.action()).isEqualTo(Action.KEEP);
			assertThat(decision.outcome()).isEqualTo(new Outcome.ReadFrom(50));
			assertThat(decision.evidence().leaderEpoch()).isEqualTo(7);
			assertThat(decision.evidence().currentLeaderEpoch()).isZero();
		});
	}

	/**
	 * This client has read the commit for the application, and believes it; the next one
	 * finds a sound commit.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void clientThatHasReadTheCommitIsHeldAndTheNextOneReadsOn(String protocol) {
		TopicPartition partition = committedInEpoch7("epoch-read-" + protocol);
		Consumers consumers = new Consumers(cluster, protocol, partition.topic());

		assertThatPlainConsumerWaits(consumers, partition);
		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			consumer.committed(Set.of(partition));
			assertThat(Consumers.pollUntil(consumer, () -> !consumers.decisions.isEmpty())).isEmpty();
		}
		assertThat(Consumers.readTo(consumers.guarded(), partition, 100)).isEqualTo(range(50, 100));
		assertThat(consumers.decisions).singleElement().satisfies((decision) -> {
			assertThat(decision.cause()).isEqualTo(Cause.EPOCH_AHEAD);
			assertThat(decision.policyAction()).isEqualTo(Action.KEEP);
			assertThat(decision.action()).isEqualTo(Action.HOLD);
			assertThat(decision.outcome()).isEqualTo(new Outcome.Held());
		});
	}

	private TopicPartition committedInEpoch7(String topic) {
		TopicPartition partition = new TopicPartition(topic, 0);
		cluster.createTopic(topic, 1);
		cluster.produce(partition, 100);
		cluster.commit(topic, partition, Consumers.offset(50, 7));
		return partition;
	}

	private static void assertThatPlainConsumerWaits(Consumers consumers, TopicPartition partition) {
		try (Consumer<String, String> consumer = consumers.plain()) {
			consumer.subscribe(List.of(partition.topic()));
			Consumers.pollUntil(consumer, () -> consumer.assignment().contains(partition));
			long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
			assertThat(Consumers.pollUntil(consumer, () -> System.nanoTime() > end)).isEmpty();
		}
	}

}
