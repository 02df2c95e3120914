/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import dev.holdfast.kafka.offsetguard.policy.Cause;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import dev.holdfast.kafka.test.Polling;
import dev.holdfast.kafka.test.WireRequest;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * All partitions of an incident are inspected in one batch: a thousand cost as many
 * requests as one does, and what they bring at once is bounded.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@Tag("long")
class RequestCountTests {

	private static final String INSPECTOR = "holdfast-inspector-";

	private static SpreadTopic one;

	private static SpreadTopic thousand;

	private final KafkaCluster cluster;

	RequestCountTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@BeforeAll
	static void createTopics(KafkaCluster cluster) {
		one = SpreadTopic.create(cluster, "lied-1", 1).produce(30);
		thousand = SpreadTopic.create(cluster, "lied-1000", 1000).produce(30);
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void thousandFalseTruncationsCostAsMuchAsOne(String protocol) {
		cluster.wire().inject(Fault.epochEndOffset(0));

		Map<ApiKeys, Integer> about1 = requestsAboutFalseTruncations(one, protocol);
		Map<ApiKeys, Integer> about1000 = requestsAboutFalseTruncations(thousand, protocol);

		assertThat(about1000).isEqualTo(about1);
	}

	/**
	 * Each broker's answer tells of the partitions that it leads. On a busy machine these
	 * answers come in different polls, and the guard looks once for each.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void hundredPartitionsBelowLogStartCostAsMuchAsOne(String protocol) {
		Map<ApiKeys, Integer> one = requestsAboutRetention("expired-1-" + protocol, protocol, 1);
		Map<ApiKeys, Integer> hundred = requestsAboutRetention("expired-100-" + protocol, protocol, 100);

		assertThat(hundred).isIn(IntStream.rangeClosed(1, cluster.brokerIds().size())
			.mapToObj((answers) -> times(answers, one))
			.toList());
	}

	/**
	 * An inspector takes 16 MB at a time, and of each partition not more than the first
	 * batch.
	 */
	@Test
	void fetchesAreBounded() {
		int partitions = 600;
		SpreadTopic topic = SpreadTopic.create(cluster, "large", partitions).produce(6, "v".repeat(20_000), 64_000);
		cluster.wire().inject(Fault.epochEndOffset(0));

		int fetches = requests(topic, "classic", Consumers.offset(3, 0), 6, Cause.FALSE_TRUNCATION).get(ApiKeys.FETCH);

		int needed = (int) Math.ceil(partitions * 60_000 / (16.0 * 1024 * 1024));
		assertThat(fetches).isBetween(needed, needed + 2);
	}

	private static Map<ApiKeys, Integer> times(int factor, Map<ApiKeys, Integer> counts) {
		Map<ApiKeys, Integer> all = new EnumMap<>(counts);
		all.replaceAll((api, count) -> factor * count);
		return all;
	}

	private Map<ApiKeys, Integer> requestsAboutFalseTruncations(SpreadTopic topic, String protocol) {
		return requests(topic, protocol, Consumers.offset(20, 0), 30, Cause.FALSE_TRUNCATION);
	}

	private Map<ApiKeys, Integer> requestsAboutRetention(String name, String protocol, int partitions) {
		SpreadTopic topic = SpreadTopic.create(cluster, name, partitions).produce(30).deleteRecords(20);

		return requests(topic, protocol, new OffsetAndMetadata(10), 30, Cause.BELOW_LOG_START);
	}

	/**
	 * What an inspector asks for from a commit until the consumer has read the rest of
	 * each partition.
	 */
	private Map<ApiKeys, Integer> requests(SpreadTopic topic, String protocol, OffsetAndMetadata commit, long end,
			Cause cause) {
		String group = topic.name + "-" + protocol;
		topic.commit(group, commit);
		long start = Math.max(commit.offset(), cluster.logStart(topic.partitions.get(0)));
		cluster.wire().forget();
		Consumers consumers = new Consumers(cluster, protocol, group).with("auto.offset.reset", "earliest")
			.timing(Duration.ofSeconds(20), Duration.ofSeconds(30));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(topic.name));
			// Within one poll the guard collects all that the client has to report.
			assertThat(Polling.of(consumer)
				.pollTimeout(Duration.ofSeconds(2))
				.until(() -> topic.areAt(consumer, end))
				.offsets()).isEqualTo(topic.each(range(start, end)));
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
