/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import dev.holdfast.kafka.test.Polling;
import dev.holdfast.kafka.test.WireRequest;
import dev.holdfast.kafka.versioncap.Warnings;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A client keeps one exception about truncations until it throws it, and forgets what
 * other brokers claim meanwhile. If the exception is about a position from before a seek,
 * the partitions of the other brokers must not wait for {@code request.timeout.ms}.
 */
@LyingKafka(brokers = 2)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ForgottenClaimsTests {

	private static final Duration LATE = Duration.ofSeconds(1);

	/** Shorter than {@code request.timeout.ms}. */
	private static final Duration PATIENCE = Duration.ofSeconds(15);

	private final KafkaCluster cluster;

	ForgottenClaimsTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	/**
	 * Only the async client hears claims while nobody calls it.
	 */
	@Test
	void partitionsOfTheOtherBrokerReadOn() {
		SpreadTopic topic = SpreadTopic.create(cluster, "forgotten", 2).produce(30);
		TopicPartition sought = topic.partitions.get(0);
		TopicPartition other = topic.partitions.get(1);
		cluster.wire().inject(Fault.epochEndOffset(0));
		delayClaimsOf(sought, LATE);
		delayClaimsOf(other, LATE.multipliedBy(2));
		Consumers consumers = new Consumers(cluster, "consumer", topic.name).with("auto.offset.reset", "earliest");
		Map<TopicPartition, List<Long>> delivered;

		try (Warnings warnings = Warnings.capture(); Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(topic.partitions);
			topic.partitions.forEach((partition) -> consumer.seek(partition, Consumers.offset(20, 0)));
			Polling<String, String> polling = Polling.of(consumer).patience(PATIENCE);
			polling.pollTimeout(Duration.ZERO).until(() -> brokersAskedBy(topic.name).size() == 2);
			await()
				.until(() -> warnings.messages().stream().anyMatch((message) -> message.contains("Discarding error")));
			consumer.seek(sought, 25);
			delivered = polling.pollTimeout(Duration.ofMillis(50))
				.until(() -> Consumers.isAt(consumer, sought, 30) && Consumers.isAt(consumer, other, 30))
				.offsets();
		}

		assertThat(delivered).isEqualTo(Map.of(sought, range(25, 30), other, range(20, 30)));
		assertThat(consumers.causes()).containsExactly(Cause.FALSE_TRUNCATION);
	}

	private void delayClaimsOf(TopicPartition partition, Duration by) {
		cluster.wire()
			.inject(Fault.delay(by, ApiKeys.OFFSET_FOR_LEADER_EPOCH).onBroker(cluster.leader(partition)).times(1));
	}

	private Set<Integer> brokersAskedBy(String clientId) {
		return cluster.wire()
			.requests()
			.stream()
			.filter((request) -> request.api() == ApiKeys.OFFSET_FOR_LEADER_EPOCH)
			.filter((request) -> request.clientId().equals(clientId))
			.map(WireRequest::broker)
			.collect(Collectors.toSet());
	}

}
