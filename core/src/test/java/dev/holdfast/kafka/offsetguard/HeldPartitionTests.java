/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import dev.holdfast.kafka.offsetguard.policy.Cause;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an application can do while one of its partitions is held: position 500 on a log
 * of 100 records, committed there; the other partition is read from 10 to 30.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class HeldPartitionTests {

	private final KafkaCluster cluster;

	HeldPartitionTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@CsvSource({ "classic, commitSync()", "classic, commitSync(Duration)", "classic, commitSync(Map)",
			"classic, commitSync(Map Duration)", "classic, commitAsync()", "classic, commitAsync(callback)",
			"classic, commitAsync(Map callback)", "consumer, commitSync()", "consumer, commitSync(Duration)",
			"consumer, commitSync(Map)", "consumer, commitSync(Map Duration)", "consumer, commitAsync()",
			"consumer, commitAsync(callback)", "consumer, commitAsync(Map callback)" })
	void isLeftOutOfEveryCommit(String protocol, String form) {
		String topic = prepare("commit-%s-%s".formatted(protocol, form.replaceAll("[^A-Za-z]", "-")));
		TopicPartition held = new TopicPartition(topic, 0);
		TopicPartition other = new TopicPartition(topic, 1);
		Consumers consumers = new Consumers(cluster, protocol, topic);

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(topic));
			Consumers.pollUntil(consumer, () -> consumers.decisions.size() == 1 && consumer.position(other) == 30);
			AtomicReference<Set<TopicPartition>> told = new AtomicReference<>();
			commit(consumer, form, Map.of(held, new OffsetAndMetadata(77), other, new OffsetAndMetadata(30)), told);
			Consumers.pollUntil(consumer, () -> cluster.committed(topic).get(other).offset() == 30
					&& (!form.contains("callback") || told.get() != null));

			assertThat(cluster.committed(topic).get(held)).isEqualTo(new OffsetAndMetadata(500));
			assertThat(told.get()).isIn(null, Set.of(other));
		}
	}

	private static void commit(Consumer<String, String> consumer, String form,
			Map<TopicPartition, OffsetAndMetadata> offsets, AtomicReference<Set<TopicPartition>> told) {
		switch (form) {
			case "commitSync()" -> consumer.commitSync();
			case "commitSync(Duration)" -> consumer.commitSync(Duration.ofSeconds(10));
			case "commitSync(Map)" -> consumer.commitSync(offsets);
			case "commitSync(Map Duration)" -> consumer.commitSync(offsets, Duration.ofSeconds(10));
			case "commitAsync()" -> consumer.commitAsync();
			case "commitAsync(callback)" -> consumer.commitAsync((map, ex) -> told.set(new HashSet<>(map.keySet())));
			default -> consumer.commitAsync(offsets, (map, ex) -> told.set(new HashSet<>(map.keySet())));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void theApplicationsOwnPauseIsItsOwn(String protocol) {
		String topic = prepare("pause-" + protocol);
		TopicPartition held = new TopicPartition(topic, 0);
		TopicPartition other = new TopicPartition(topic, 1);
		Consumers consumers = new Consumers(cluster, protocol, topic);

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(topic));
			Consumers.pollUntil(consumer, () -> consumers.decisions.size() == 1 && consumer.position(other) == 30);
			assertThat(consumer.paused()).isEmpty();
			consumer.pause(List.of(held, other));
			assertThat(consumer.paused()).containsExactlyInAnyOrder(held, other);
			consumer.resume(List.of(held, other));
			assertThat(consumer.paused()).isEmpty();

			consumer.pause(List.of(held));
			consumer.seek(held, 90);
			assertThat(consumer.paused()).containsExactly(held);
			assertThat(consumer.poll(Duration.ofMillis(200))).isEmpty();
			consumer.resume(List.of(held));
			assertThat(Consumers.pollTo(consumer, held, 100)).isEqualTo(range(90, 100));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void unsubscribedAndSubscribedAgainItIsJudgedAnew(String protocol) {
		String topic = prepare("again-" + protocol);
		TopicPartition held = new TopicPartition(topic, 0);
		TopicPartition other = new TopicPartition(topic, 1);
		Consumers consumers = new Consumers(cluster, protocol, topic);

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(topic));
			Consumers.pollUntil(consumer, () -> consumers.decisions.size() == 1 && consumer.position(other) == 30);
			consumer.unsubscribe();
			assertThat(consumer.paused()).isEmpty();
			cluster.commit(topic, held, new OffsetAndMetadata(95));
			cluster.commit(topic, other, new OffsetAndMetadata(20));
			consumer.subscribe(List.of(topic));
			Map<TopicPartition, List<Long>> delivered = Consumers.pollUntil(consumer,
					() -> consumer.assignment().size() == 2 && consumer.position(held) == 100
							&& consumer.position(other) == 30);

			assertThat(delivered).isEqualTo(Map.of(held, range(95, 100), other, range(20, 30)));
			assertThat(consumers.decisions).hasSize(1);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void anotherMemberTakesItOverAndHoldsItToo(String protocol) {
		String topic = prepare("members-" + protocol);
		TopicPartition held = new TopicPartition(topic, 0);
		TopicPartition other = new TopicPartition(topic, 1);
		Consumers first = new Consumers(cluster, protocol, topic);
		Consumers second = new Consumers(cluster, protocol, topic);

		try (Consumer<String, String> leaving = first.guarded(); Consumer<String, String> staying = second.guarded()) {
			leaving.subscribe(List.of(topic));
			Consumers.pollUntil(leaving, () -> first.decisions.size() == 1 && leaving.position(other) == 30);
			leaving.commitSync();
			staying.subscribe(List.of(topic));
			Consumers.pollUntil(staying, () -> {
				leaving.poll(Duration.ofMillis(10));
				return staying.assignment().size() == 1 && leaving.assignment().size() == 1;
			});
			leaving.close();
			Map<TopicPartition, List<Long>> delivered = Consumers.pollUntil(staying,
					() -> staying.assignment().size() == 2 && !second.decisions.isEmpty());
			cluster.produce(other, 5);
			Consumers.pollInto(staying, delivered, () -> staying.position(other) == 35);

			assertThat(delivered).isEqualTo(Map.of(other, range(30, 35)));
			// Eager rebalances may hand it over more than once.
			assertThat(second.causes()).containsOnly(Cause.ABOVE_LOG_END);
			assertThat(cluster.committed(topic).get(held)).isEqualTo(new OffsetAndMetadata(500));
		}
	}

	private String prepare(String topic) {
		TopicPartition held = new TopicPartition(topic, 0);
		TopicPartition other = new TopicPartition(topic, 1);
		cluster.createTopic(topic, 2);
		cluster.produce(held, 100);
		cluster.produce(other, 30);
		cluster.commit(topic, held, new OffsetAndMetadata(500));
		cluster.commit(topic, other, new OffsetAndMetadata(10));
		return topic;
	}

}
