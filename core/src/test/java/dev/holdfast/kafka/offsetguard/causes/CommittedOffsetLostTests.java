/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.causes;

import java.time.Duration;
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
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * One of a group's two commits is gone: it expired, or somebody has deleted it.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@Tag("matrix")
class CommittedOffsetLostTests {

	private final KafkaCluster cluster;

	CommittedOffsetLostTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void partitionIsHeldUntilTheOperatorSetsItsCommit(String protocol) throws Exception {
		String topic = "lost-" + protocol;
		TopicPartition lost = new TopicPartition(topic, 0);
		TopicPartition other = new TopicPartition(topic, 1);
		cluster.createTopic(topic, 2);
		Consumers consumers = new Consumers(cluster, protocol, topic).with("auto.offset.reset", "latest")
			.timing(Duration.ofSeconds(5), Duration.ofMillis(300));
		readAndCommit10(consumers, lost, other);
		cluster.admin().deleteConsumerGroupOffsets(topic, Set.of(lost)).all().get();
		cluster.produce(lost, 5);
		cluster.produce(other, 5);

		assertThat(Consumers.readTo(consumers.plain(), lost, 15)).isEmpty();
		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(topic));
			Map<TopicPartition, List<Long>> delivered = Consumers.pollUntil(consumer,
					() -> Consumers.isAt(consumer, other, 15) && !consumers.decisions.isEmpty());
			consumer.commitSync();
			assertThat(delivered).isEqualTo(Map.of(other, range(10, 15)));
			assertThat(cluster.committed(topic)).doesNotContainKey(lost);
		}
		assertThat(consumers.decisions).singleElement().satisfies((decision) -> {
			assertThat(decision.partition()).isEqualTo(lost);
			assertThat(decision.cause()).isEqualTo(Cause.COMMITTED_OFFSET_LOST);
			assertThat(decision.action()).isEqualTo(Action.HOLD);
			assertThat(decision.outcome()).isEqualTo(new Outcome.Held());
		});

		cluster.commit(topic, lost, new OffsetAndMetadata(10));
		assertThat(Consumers.readTo(consumers.guarded(), lost, 15)).isEqualTo(range(10, 15));
		assertThat(consumers.decisions).hasSize(1);
	}

	private void readAndCommit10(Consumers consumers, TopicPartition first, TopicPartition second) {
		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(first.topic()));
			Consumers.pollUntil(consumer,
					() -> Consumers.isAt(consumer, first, 0) && Consumers.isAt(consumer, second, 0));
			cluster.produce(first, 10);
			cluster.produce(second, 10);
			Consumers.pollUntil(consumer,
					() -> Consumers.isAt(consumer, first, 10) && Consumers.isAt(consumer, second, 10));
			for (TopicPartition partition : List.of(first, second)) {
				consumer.commitSync(Map.of(partition, new OffsetAndMetadata(10)));
			}
		}
		consumers.decisions.clear();
	}

}
