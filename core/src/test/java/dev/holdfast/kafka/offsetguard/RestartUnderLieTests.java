/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A group with a committed epoch starts again while the brokers say that its epoch ends
 * at offset 0, and its partition is held until they take that back.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class RestartUnderLieTests {

	private final KafkaCluster cluster;

	RestartUnderLieTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void heldPartitionIsReleasedWhenTheLieEnds(String protocol) {
		TopicPartition partition = prepare("held-" + protocol);
		Fault.Handle lie = cluster.wire().inject(Fault.epochEndOffset(0));
		Consumers consumers = consumers(partition, protocol).policy(Cause.FALSE_TRUNCATION, Action.HOLD)
			.timing(Duration.ofSeconds(5), Duration.ofMillis(200));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			// The first look, and two more at what is held.
			Map<TopicPartition, List<Long>> early = Consumers.pollUntil(consumer, () -> lie.hits() >= 4);
			assertThat(early).isEmpty();
			assertThat(consumers.decisions).singleElement()
				.satisfies((decision) -> assertThat(decision.outcome()).isEqualTo(new Outcome.Held()));
			consumer.commitSync(Map.of(partition, new OffsetAndMetadata(200, "while held")));
			assertThat(cluster.committed(partition.topic()).get(partition).metadata()).isEmpty();
			lie.close();

			assertThat(Consumers.pollTo(consumer, partition, 270)).isEqualTo(range(200, 270));
			Consumers.pollUntil(consumer,
					() -> cluster.committed(partition.topic()).get(partition).metadata().equals("while held"));
		}
		assertThat(consumers.causes()).containsExactly(Cause.FALSE_TRUNCATION, Cause.FALSE_TRUNCATION);
		assertThat(consumers.decisions.get(1).action()).isEqualTo(Action.KEEP);
		assertThat(consumers.decisions.get(1).outcome()).isEqualTo(new Outcome.ReadFrom(200));
	}

	/**
	 * A broker that has stopped to offer the API takes nothing back: it was not asked.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void heldPartitionIsNotReleasedByABrokerThatCannotBeAsked(String protocol) {
		TopicPartition partition = prepare("hidden-" + protocol);
		Fault.Handle lie = cluster.wire().inject(Fault.epochEndOffset(0));
		Consumers consumers = consumers(partition, protocol).policy(Cause.FALSE_TRUNCATION, Action.HOLD)
			.timing(Duration.ofSeconds(5), Duration.ofMillis(200));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			Consumers.pollUntil(consumer, () -> !consumers.decisions.isEmpty());
			lie.close();
			Fault.Handle hidden = cluster.wire().inject(Fault.hide(ApiKeys.OFFSET_FOR_LEADER_EPOCH));
			Map<TopicPartition, List<Long>> early = Consumers.pollUntil(consumer, () -> hidden.hits() >= 6);
			assertThat(early).isEmpty();
			assertThat(consumers.decisions).extracting(Decision::outcome).containsExactly(new Outcome.Held());
			hidden.close();

			assertThat(Consumers.pollTo(consumer, partition, 270)).isEqualTo(range(200, 270));
		}
		assertThat(consumers.causes()).containsExactly(Cause.FALSE_TRUNCATION, Cause.FALSE_TRUNCATION);
	}

	/** Brokers tell the log's bounds, but no records: what was proven stays so. */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void answerInPartDoesNotChangeWhatAPartitionIsHeldFor(String protocol) {
		TopicPartition partition = prepare("in-part-" + protocol);
		Fault.Handle lie = cluster.wire().inject(Fault.epochEndOffset(0));
		Consumers consumers = consumers(partition, protocol).policy(Cause.FALSE_TRUNCATION, Action.HOLD)
			.timing(Duration.ofSeconds(2), Duration.ofMillis(200));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			Consumers.pollUntil(consumer, () -> !consumers.decisions.isEmpty());
			Fault.Handle silence = cluster.wire().inject(Fault.silence(ApiKeys.FETCH).forClient("holdfast-inspector"));
			long asked = lie.hits();
			Consumers.pollUntil(consumer, () -> silence.hits() >= 3 && lie.hits() >= asked + 3);
			assertThat(consumers.causes()).containsExactly(Cause.FALSE_TRUNCATION);
			silence.close();
			lie.close();

			assertThat(Consumers.pollTo(consumer, partition, 270)).isEqualTo(range(200, 270));
		}
		assertThat(consumers.causes()).containsExactly(Cause.FALSE_TRUNCATION, Cause.FALSE_TRUNCATION);
	}

	private Consumers consumers(TopicPartition partition, String protocol) {
		return new Consumers(cluster, protocol, partition.topic()).with("auto.offset.reset", "earliest");
	}

	private TopicPartition prepare(String topic) {
		TopicPartition partition = new TopicPartition(topic, 0);
		cluster.createTopic(topic, 1);
		cluster.produce(partition, 270);
		cluster.commit(topic, partition, Consumers.offset(200, 0));
		return partition;
	}

}
