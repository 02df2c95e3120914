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
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.internal.memory.Bookmark;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import dev.holdfast.kafka.test.Polling;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The application seeks a partition about whose position brokers have left a question
 * open: the guard asks on about the other partitions only.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class SoughtWhileInDoubtTests {

	private static final Duration INSPECTION = Duration.ofSeconds(1);

	private final KafkaCluster cluster;

	private final Map<TopicPartition, List<Long>> delivered = new HashMap<>();

	SoughtWhileInDoubtTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void seekEndsTheQuestion(String protocol) throws Exception {
		String group = "sought-in-doubt-" + protocol;
		TopicPartition sought = new TopicPartition(group, 0);
		TopicPartition inDoubt = new TopicPartition(group, 1);
		cluster.createTopic(group, 2);
		cluster.produce(sought, 30);
		cluster.produce(inDoubt, 30);
		Consumers consumers = new Consumers(cluster, protocol, group).timing(INSPECTION, Duration.ofSeconds(30));
		// With a bookmark the guard starts only when it knows the topic's id. Without the
		// id it asks nothing about the topic later, and no question stays open.
		String bookmark = bookmark(group);
		cluster.commit(group, sought, new OffsetAndMetadata(30, bookmark));
		cluster.commit(group, inDoubt, new OffsetAndMetadata(30, bookmark));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(group));
			poll(consumer,
					() -> Consumers.isAtLeast(consumer, sought, 30) && Consumers.isAtLeast(consumer, inDoubt, 30));
			cluster.wire().inject(Fault.epochEndOffset(0).forClient(group));
			Fault.Handle silence = cluster.wire()
				.inject(Fault.silence(ApiKeys.DESCRIBE_TOPIC_PARTITIONS).forClient("holdfast-admin-" + group));
			consumer.seek(sought, Consumers.offset(20, 0));
			consumer.seek(inDoubt, Consumers.offset(20, 0));
			poll(consumer, () -> silence.hits() > 0);
			consumer.seek(sought, 25);
			// Until the guard asks once more.
			Instant later = Instant.now().plus(INSPECTION.multipliedBy(4));
			poll(consumer, () -> Instant.now().isAfter(later));
			cluster.produce(sought, 10);
			silence.close();
			poll(consumer, () -> delivered.containsKey(inDoubt) && Consumers.isAtLeast(consumer, sought, 40));
		}

		assertThat(delivered).isEqualTo(Map.of(sought, range(25, 40), inDoubt, range(20, 30)));
		assertThat(consumers.decisions).extracting(Decision::partition).containsOnly(inDoubt);
	}

	private String bookmark(String topic) throws Exception {
		String clusterId = cluster.admin().describeCluster().clusterId().get();
		Uuid topicId = cluster.admin().describeTopics(Set.of(topic)).topicNameValues().get(topic).get().topicId();
		return new Bookmark(clusterId, topicId, 30, 2, -1, -1, -1, true, "").toString();
	}

	private void poll(Consumer<String, String> consumer, BooleanSupplier condition) {
		Polling.by(consumer::poll).into(delivered).pollTimeout(Duration.ofMillis(100)).until(condition);
	}

}
