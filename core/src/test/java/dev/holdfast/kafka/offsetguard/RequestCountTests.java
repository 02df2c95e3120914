/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.protocol.ApiKeys;
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
 * All partitions of an incident are inspected in one batch: a hundred cost as many
 * requests as one does.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class RequestCountTests {

	private static final String INSPECTOR = "holdfast-inspector-";

	private final KafkaCluster cluster;

	RequestCountTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void hundredFalseTruncationsCostAsMuchAsOne(String protocol) {
		cluster.wire().inject(Fault.epochEndOffset(0));

		Map<ApiKeys, Integer> one = requestsAboutFalseTruncations("lied-1-" + protocol, protocol, 1);
		Map<ApiKeys, Integer> hundred = requestsAboutFalseTruncations("lied-100-" + protocol, protocol, 100);

		assertThat(hundred).isEqualTo(one);
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void hundredPartitionsBelowLogStartCostAsMuchAsOne(String protocol) {
		Map<ApiKeys, Integer> one = requestsAboutRetention("expired-1-" + protocol, protocol, 1);
		Map<ApiKeys, Integer> hundred = requestsAboutRetention("expired-100-" + protocol, protocol, 100);

		assertThat(hundred).isEqualTo(one);
	}

	private Map<ApiKeys, Integer> requestsAboutFalseTruncations(String name, String protocol, int partitions) {
		SpreadTopic topic = SpreadTopic.create(cluster, name, partitions).produce(30);
		topic.commit(name, Consumers.offset(20, 0));

		return requests(topic, protocol, Cause.FALSE_TRUNCATION);
	}

	private Map<ApiKeys, Integer> requestsAboutRetention(String name, String protocol, int partitions) {
		SpreadTopic topic = SpreadTopic.create(cluster, name, partitions).produce(30);
		topic.commit(name, new OffsetAndMetadata(10)).deleteRecords(20);

		return requests(topic, protocol, Cause.BELOW_LOG_START);
	}

	/**
	 * What an inspector asks for until the consumer has read offsets 20 to 29 of each
	 * partition.
	 */
	private Map<ApiKeys, Integer> requests(SpreadTopic topic, String protocol, Cause cause) {
		cluster.wire().forget();
		Consumers consumers = new Consumers(cluster, protocol, topic.name).with("auto.offset.reset", "earliest");

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(topic.name));
			assertThat(topic.pollTo(consumer, 30)).isEqualTo(topic.each(range(20, 30)));
		}

		assertThat(consumers.causes()).hasSize(topic.partitions.size()).containsOnly(cause);
		Map<ApiKeys, Integer> counts = new EnumMap<>(ApiKeys.class);
		for (WireRequest request : cluster.wire().requests()) {
			if (request.clientId().startsWith(INSPECTOR)) {
				counts.merge(request.api(), 1, Integer::sum);
			}
		}
		return counts;
	}

}
