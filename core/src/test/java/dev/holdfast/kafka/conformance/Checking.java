/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import dev.holdfast.kafka.conformance.report.Check;
import dev.holdfast.kafka.conformance.report.ConformanceReport;
import dev.holdfast.kafka.conformance.report.ConformanceRequest;
import dev.holdfast.kafka.conformance.report.Finding;
import dev.holdfast.kafka.conformance.report.Verdict;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.versioncap.ClientCap;
import org.apache.kafka.common.TopicPartition;

/**
 * A conformance check of a test's cluster.
 */
final class Checking {

	private final Map<String, Object> configuration = new HashMap<>();

	private ConformanceRequest request = ConformanceRequest.defaults();

	private Checking() {
	}

	static Checking of(KafkaCluster cluster, String protocol) {
		Checking checking = new Checking();
		checking.configuration.put("bootstrap.servers", cluster.bootstrapServers());
		checking.configuration.put("group.protocol", protocol);
		return checking;
	}

	Checking with(Map<String, ?> settings) {
		configuration.putAll(settings);
		return this;
	}

	Checking request(ConformanceRequest other) {
		request = other;
		return this;
	}

	Checking topic(String topic) {
		return request(request.topics(topic));
	}

	Checking timeout(Duration timeout) {
		return request(new ConformanceRequest(request.topics(), request.groups(), request.everything(),
				request.writing(), timeout));
	}

	Checking writing() {
		return request(new ConformanceRequest(request.topics(), request.groups(), request.everything(), true,
				request.timeout()));
	}

	ConformanceReport run() {
		return new ConformanceCheck(configuration, ClientCap.none()).run(request, (step) -> {
		});
	}

	/**
	 * A topic whose partitions have records of two leader epochs, and a log start above
	 * 0.
	 */
	static List<TopicPartition> topicOfTwoEpochs(KafkaCluster cluster, String topic) {
		int brokers = cluster.brokerIds().size();
		cluster.createTopic(topic,
				IntStream.range(0, brokers)
					.boxed()
					.collect(Collectors.toMap((partition) -> partition, (partition) -> List
						.of(cluster.brokerIds().get(partition), cluster.brokerIds().get((partition + 1) % brokers)))),
				Map.of());
		List<TopicPartition> partitions = IntStream.range(0, brokers)
			.mapToObj((partition) -> new TopicPartition(topic, partition))
			.toList();
		for (TopicPartition partition : partitions) {
			cluster.produce(partition, 20);
			int second = cluster.brokerIds().get((partition.partition() + 1) % brokers);
			cluster.moveLeader(partition, second);
			cluster.produce(partition, 20);
			cluster.deleteRecords(partition, 5);
		}
		return partitions;
	}

	/**
	 * What was found, without what is sound or was skipped: {@code check: kind}.
	 */
	static Map<Check, String> faults(ConformanceReport report) {
		return report.findings()
			.stream()
			.filter((finding) -> finding.verdict().isAtLeast(Verdict.UNDECIDED))
			.collect(Collectors.toMap(Finding::check, (finding) -> (finding.verdict() + " " + finding.kind()).trim()));
	}

}
