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
import dev.holdfast.kafka.offsetguard.decision.OffsetDecisionException;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.MoveLimits;
import dev.holdfast.kafka.offsetguard.policy.OffsetPolicy;
import dev.holdfast.kafka.offsetguard.policy.TopicRule;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Where a group without a committed offset starts, on an honest wire.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class StartingPositionTests {

	private final KafkaCluster cluster;

	StartingPositionTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@CsvSource({ "classic, by_duration:PT1H, 0", "consumer, by_duration:PT1H, 0", "classic, by_duration:PT0S, 5" })
	void ownDurationIsTheAnswer(String protocol, String reset, long first) {
		TopicPartition partition = topicOf5("start-%s-%s".formatted(protocol, reset.replace(':', '-')));
		Consumers consumers = new Consumers(cluster, protocol, partition.topic()).with("auto.offset.reset", reset);

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			Consumers.pollUntil(consumer, () -> !consumers.decisions.isEmpty());
			assertThat(consumers.decisions).singleElement().satisfies((decision) -> {
				assertThat(decision.cause()).isEqualTo(Cause.NO_COMMITTED_OFFSET);
				assertThat(decision.action()).isEqualTo(Action.AUTO_OFFSET_RESET);
				assertThat(decision.outcome()).isEqualTo(new Outcome.ReadFrom(first));
				assertThat(decision.isNotable()).isFalse();
			});
			consumer.seek(partition, first);
			cluster.produce(partition, 2);
			assertThat(Consumers.pollTo(consumer, partition, 7)).isEqualTo(range(first, 7));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void ownNoneThrowsTheClientsException(String protocol) {
		TopicPartition partition = topicOf5("none-" + protocol);
		Consumers consumers = new Consumers(cluster, protocol, partition.topic()).with("auto.offset.reset", "none");

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));

			assertThatExceptionOfType(NoOffsetForPartitionException.class)
				.isThrownBy(() -> Consumers.pollTo(consumer, partition, 5))
				.isExactlyInstanceOf(NoOffsetForPartitionException.class);
		}
		assertThat(consumers.decisions).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void topicRuleDecidesForItsTopicOnly(String protocol) {
		TopicPartition ruled = topicOf5("ruled-" + protocol);
		TopicPartition other = topicOf5("other-" + protocol);
		OffsetPolicy policy = new OffsetPolicy(Map.of(), MoveLimits.unlimited(), List.of(new TopicRule(ruled.topic(),
				null, Map.of(Cause.NO_COMMITTED_OFFSET, Action.EARLIEST), MoveLimits.unlimited())));
		Consumers consumers = new Consumers(cluster, protocol, ruled.topic()).policy(policy);

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(ruled.topic(), other.topic()));
			Map<TopicPartition, List<Long>> delivered = Consumers.pollUntil(consumer,
					() -> consumers.decisions.size() == 2 && consumer.position(ruled) == 5);

			assertThat(delivered).isEqualTo(Map.of(ruled, range(0, 5)));
			assertThat(consumer.position(other)).isEqualTo(5);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void holdNeitherDeliversNorCommits(String protocol) {
		TopicPartition partition = topicOf5("hold-" + protocol);
		Consumers consumers = new Consumers(cluster, protocol, partition.topic())
			.policy(Cause.NO_COMMITTED_OFFSET, Action.HOLD)
			.timing(Duration.ofSeconds(5), Duration.ofMillis(100));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			Consumers.pollUntil(consumer, () -> !consumers.decisions.isEmpty());
			consumer.poll(Duration.ofMillis(100));
			consumer.commitSync();

			assertThat(cluster.committed(partition.topic())).isEmpty();
			assertThat(consumer.paused()).isEmpty();
			assertThat(consumers.causes()).containsExactly(Cause.NO_COMMITTED_OFFSET);
			assertThat(consumers.decisions.get(0).outcome()).isEqualTo(new Outcome.Held());
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void withAutoCommitAPartitionWithoutPositionFailsInsteadOfBeingHeld(String protocol) {
		TopicPartition partition = topicOf5("hold-auto-" + protocol);
		Consumers consumers = new Consumers(cluster, protocol, partition.topic()).with("enable.auto.commit", true)
			.policy(Cause.NO_COMMITTED_OFFSET, Action.HOLD);

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));

			assertThatExceptionOfType(OffsetDecisionException.class)
				.isThrownBy(() -> Consumers.pollUntil(consumer, () -> false))
				.satisfies((ex) -> assertThat(ex.decision().action()).isEqualTo(Action.FAIL));
			assertThatExceptionOfType(OffsetDecisionException.class).isThrownBy(() -> consumer.poll(Duration.ZERO));
		}
		assertThat(cluster.committed(partition.topic())).isEmpty();
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void aSilentLeaderStarvesNobodyElse(String protocol) {
		TopicPartition silent = topicOf5("silent-" + protocol);
		TopicPartition other = topicOf5("spoken-" + protocol);
		cluster.commit(silent.topic(), other, new OffsetAndMetadata(2));
		Consumers consumers = new Consumers(cluster, protocol, silent.topic()).with("auto.offset.reset", "earliest")
			.with("request.timeout.ms", 1000)
			.timing(Duration.ofMillis(500), Duration.ofMillis(500));
		cluster.wire().inject(Fault.silence(ApiKeys.LIST_OFFSETS));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(silent.topic(), other.topic()));
			Map<TopicPartition, List<Long>> delivered = Consumers.pollUntil(consumer,
					() -> consumer.assignment().contains(other) && consumer.position(other) == 5);
			assertThat(delivered).isEqualTo(Map.of(other, range(2, 5)));
			assertThat(consumers.decisions).isEmpty();
			cluster.wire().honest();
			Consumers.pollInto(consumer, delivered, () -> delivered.containsKey(silent));

			assertThat(delivered.get(silent)).isEqualTo(range(0, 5));
			assertThat(consumers.decisions).extracting(Decision::outcome).containsExactly(new Outcome.ReadFrom(0));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void assignedPartitionsStartFromCommittedOrWhereTheApplicationSeeks(String protocol) {
		String topic = "assign-" + protocol;
		cluster.createTopic(topic, 3);
		TopicPartition committed = new TopicPartition(topic, 0);
		TopicPartition sought = new TopicPartition(topic, 1);
		TopicPartition fresh = new TopicPartition(topic, 2);
		List.of(committed, sought, fresh).forEach((partition) -> cluster.produce(partition, 5));
		cluster.commit(topic, committed, new OffsetAndMetadata(3));
		cluster.commit(topic, sought, new OffsetAndMetadata(3));
		Consumers consumers = new Consumers(cluster, protocol, topic).with("auto.offset.reset", "earliest");

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(committed, sought, fresh));
			consumer.seek(sought, 1);
			Map<TopicPartition, List<Long>> delivered = Consumers.pollUntil(consumer,
					() -> consumer.position(committed) == 5 && consumer.position(sought) == 5
							&& consumer.position(fresh) == 5);

			assertThat(delivered).isEqualTo(Map.of(committed, range(3, 5), sought, range(1, 5), fresh, range(0, 5)));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void consumerWithoutGroupStarts(String protocol) {
		TopicPartition partition = topicOf5("groupless-" + protocol);
		Consumers consumers = new Consumers(cluster, protocol, null).with("auto.offset.reset", "earliest")
			.with("client.id", "groupless");

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(partition));

			assertThat(consumer.position(partition)).isZero();
			assertThat(Consumers.pollTo(consumer, partition, 5)).isEqualTo(range(0, 5));
		}
	}

	@Test
	void refusesAResetThatTheClientWouldRefuse() {
		Consumers consumers = new Consumers(cluster, "classic", "typo").with("auto.offset.reset", "earlyest");

		assertThatExceptionOfType(ConfigException.class).isThrownBy(consumers::guarded)
			.withMessageContaining("auto.offset.reset")
			.withMessageContaining("earlyest");
	}

	private TopicPartition topicOf5(String topic) {
		TopicPartition partition = new TopicPartition(topic, 0);
		cluster.createTopic(topic, 1);
		cluster.produce(partition, 5);
		return partition;
	}

}
