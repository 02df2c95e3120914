/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import org.apache.kafka.clients.consumer.Consumer;
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
 * Three brokers lie about a thousand partitions at once: what it costs to find out grows
 * with brokers and bytes, not with partitions.
 */
@LyingKafka(brokers = 3)
@Timeout(value = 240, unit = TimeUnit.SECONDS)
@Tag("long")
class ThousandPartitionsTests {

	private static final int PARTITIONS = 1000;

	/** Requests of one API to one broker. */
	private static final int FEW = 8;

	private final KafkaCluster cluster;

	ThousandPartitionsTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	/**
	 * First about the committed epochs, then, while records arrive, about the epochs that
	 * all leaders have left behind.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void allPartitionsReadOn(String protocol) throws Exception {
		SpreadTopic topic = SpreadTopic.create(cluster, "thousand-" + protocol, PARTITIONS, 2).produce(30);
		topic.commit(topic.name, Consumers.offset(20, 0));
		Consumers consumers = new Consumers(cluster, protocol, topic.name).with("auto.offset.reset", "earliest");
		cluster.wire().inject(Fault.epochEndOffset(0));
		cluster.wire().forget();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(topic.name));
			Map<TopicPartition, List<Long>> delivered = topic.pollTo(consumer, 30);
			assertOneBatch(consumers, topic, 20);

			CompletableFuture<?> move = CompletableFuture.runAsync(() -> topic.moveAllLeaders().produce(10));
			Consumers.pollInto(consumer, delivered, move::isDone);
			move.get();
			Consumers.pollInto(consumer, delivered, () -> topic.areAt(consumer, 40));
			assertOneBatch(consumers, topic, 30);

			assertThat(delivered).isEqualTo(topic.each(range(20, 40)));
		}
	}

	/**
	 * Each of the brokers is asked a few times, about all of its partitions.
	 */
	private void assertOneBatch(Consumers consumers, SpreadTopic topic, long position) {
		assertThat(consumers.decisions).hasSize(PARTITIONS).allSatisfy((decision) -> {
			assertThat(decision.cause()).isEqualTo(Cause.FALSE_TRUNCATION);
			assertThat(decision.outcome()).isEqualTo(new Outcome.ReadFrom(position));
		});
		assertThat(consumers.decisions).extracting(Decision::partition)
			.containsExactlyInAnyOrderElementsOf(topic.partitions);
		assertThat(requests()).allSatisfy((api, count) -> assertThat(count).as(api.name).isLessThanOrEqualTo(FEW * 3));
		consumers.decisions.clear();
		cluster.wire().forget();
	}

	private Map<ApiKeys, Integer> requests() {
		Map<ApiKeys, Integer> counts = new EnumMap<>(ApiKeys.class);
		for (WireRequest request : cluster.wire().requests()) {
			if (request.clientId().startsWith("holdfast-inspector-")) {
				counts.merge(request.api(), 1, Integer::sum);
			}
		}
		return counts;
	}

}
