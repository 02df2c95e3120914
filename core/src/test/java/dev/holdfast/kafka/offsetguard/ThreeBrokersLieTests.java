/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.policy.Cause;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import dev.holdfast.kafka.test.WireRequest;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Three brokers lie at once about nine partitions. A client reports what one of them said
 * and forgets the others, whose partitions then wait for {@code request.timeout.ms}.
 */
@LyingKafka(brokers = 3)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@Tag("long")
class ThreeBrokersLieTests {

	private static final int ROUNDS = 20;

	private static final Duration BOUND = Duration.ofSeconds(2);

	private final KafkaCluster cluster;

	ThreeBrokersLieTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void plainConsumerMoves(String protocol) {
		SpreadTopic topic = createTopic("plain-" + protocol);
		topic.commit(topic.name, Consumers.offset(20, 0));
		cluster.wire().inject(Fault.epochEndOffset(0));

		// Those of the brokers whose claims the client forgets ask again so often.
		Consumers consumers = consumers(topic.name, protocol).with("request.timeout.ms", 1000);
		try (Consumer<String, String> consumer = consumers.plain()) {
			consumer.subscribe(List.of(topic.name));

			assertThat(topic.pollTo(consumer, 30)).isEqualTo(topic.each(range(0, 30)));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void allPartitionsReadOnWithinTwoSeconds(String protocol) {
		SpreadTopic topic = createTopic("guarded-" + protocol);
		cluster.wire().inject(Fault.epochEndOffset(0));

		for (int round = 0; round < ROUNDS; round++) {
			readOn(topic, topic.name + "-" + round, protocol);
		}
	}

	private void readOn(SpreadTopic topic, String group, String protocol) {
		topic.commit(group, Consumers.offset(20, 0));
		cluster.wire().forget();
		Consumers consumers = consumers(group, protocol);
		Map<TopicPartition, List<Long>> delivered;
		Map<TopicPartition, Instant> firstDelivery = new HashMap<>();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(topic.name));
			delivered = Consumers.pollUntil(consumer,
					(record) -> firstDelivery.putIfAbsent(partition(record), Instant.now()),
					() -> topic.areAt(consumer, 30));
		}

		assertThat(delivered).as(group).isEqualTo(topic.each(range(20, 30)));
		Map<TopicPartition, Cause> causes = new HashMap<>();
		consumers.decisions.forEach((decision) -> causes.put(decision.partition(), decision.cause()));
		assertThat(causes).as(group).isEqualTo(topic.each(Cause.FALSE_TRUNCATION));
		assertThat(consumers.decisions).as(group).hasSize(9);
		Instant lastFirstDelivery = firstDelivery.values().stream().max(Instant::compareTo).orElseThrow();
		assertThat(Duration.between(firstClaim(group), lastFirstDelivery)).as(group).isLessThan(BOUND);
	}

	/**
	 * When the client first asked for that which it is lied to about.
	 */
	private Instant firstClaim(String clientId) {
		return cluster.wire()
			.requests()
			.stream()
			.filter((request) -> request.api() == ApiKeys.OFFSET_FOR_LEADER_EPOCH
					&& request.clientId().equals(clientId))
			.map(WireRequest::at)
			.min(Instant::compareTo)
			.orElseThrow();
	}

	private SpreadTopic createTopic(String name) {
		SpreadTopic topic = SpreadTopic.create(cluster, name, 9).produce(30);
		assertThat(cluster.brokerIds()).hasSize(3).allSatisfy((broker) -> assertThat(topic.ledBy(broker)).hasSize(3));
		return topic;
	}

	private Consumers consumers(String group, String protocol) {
		return new Consumers(cluster, protocol, group).with("auto.offset.reset", "earliest");
	}

	private static TopicPartition partition(ConsumerRecord<?, ?> record) {
		return new TopicPartition(record.topic(), record.partition());
	}

}
