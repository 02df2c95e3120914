/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import dev.holdfast.kafka.conformance.report.Check;
import dev.holdfast.kafka.conformance.report.ConformanceReport;
import dev.holdfast.kafka.conformance.report.ConformanceRequest;
import dev.holdfast.kafka.conformance.report.Verdict;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import dev.holdfast.kafka.test.NumberedRecords;
import dev.holdfast.kafka.test.WireRequest;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a check costs where there are many partitions.
 */
@LyingKafka(brokers = 3)
@Timeout(value = 300, unit = TimeUnit.SECONDS)
@Tag("long")
class ManyPartitionsCheckTests {

	private static final int PARTITIONS = 1000;

	private static final long MOST_REQUESTS_A_BROKER_AND_CHECK = 10;

	private final KafkaCluster cluster;

	ManyPartitionsCheckTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@CsvSource({ "classic, false", "classic, true", "consumer, false", "consumer, true" })
	void costsGrowWithBrokersNotWithPartitions(String protocol, boolean everything) {
		String topic = "many-%s-%s".formatted(protocol, everything);
		Map<Integer, List<Integer>> replicas = new LinkedHashMap<>();
		for (int partition = 0; partition < PARTITIONS; partition++) {
			replicas.put(partition, List.of(cluster.brokerIds().get(partition % 3)));
		}
		cluster.createTopic(topic, replicas, Map.of());
		try (NumberedRecords records = NumberedRecords.to(cluster)) {
			records.send(replicas.keySet().stream().map((each) -> new TopicPartition(topic, each)).toList(), 5);
		}
		cluster.wire().forget();

		ConformanceReport report = Checking.of(cluster, protocol)
			.request(new ConformanceRequest(List.of(topic), List.of(), everything, false, Duration.ofSeconds(60)))
			.run();

		assertThat(report.verdict()).as(report.toString()).isEqualTo(Verdict.SOUND);
		assertThat(report.partitions()).isEqualTo(everything ? PARTITIONS : 15);
		assertThat(report.took()).isLessThan(Duration.ofSeconds(30));
		assertThat(requests()).hasSize(3)
			.allSatisfy((broker, count) -> assertThat(count).as("broker " + broker)
				.isLessThanOrEqualTo(MOST_REQUESTS_A_BROKER_AND_CHECK * Check.values().length));
		cluster.deleteTopic(topic);
	}

	private Map<Integer, Long> requests() {
		return cluster.wire()
			.requests()
			.stream()
			.collect(Collectors.groupingBy(WireRequest::broker, Collectors.counting()));
	}

}
