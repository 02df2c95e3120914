/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.security;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import javax.management.ObjectName;

import dev.holdfast.kafka.offsetguard.Consumers;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.Security;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Consumers that come and go leave nothing behind, helpers that had to log in included.
 */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class SecuredRestartsTests {

	private static final int RESTARTS = 50;

	/** How the names of clients begin. */
	private static final String NAME = "restarts-";

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private static KafkaCluster cluster;

	@BeforeAll
	static void start() {
		cluster = KafkaCluster.builder().security(Security.saslOauthBearer(Duration.ofHours(1))).start();
	}

	@AfterAll
	static void close() {
		cluster.close();
	}

	@Test
	void leaveNeitherThreadsNorConnections() {
		Map<TopicPartition, Consumers> members = new LinkedHashMap<>();
		for (String protocol : List.of("classic", "consumer")) {
			TopicPartition partition = new TopicPartition(NAME + protocol, 0);
			cluster.createTopic(partition.topic(), 1);
			cluster.produce(partition, 50);
			cluster.wire().inject(Fault.epochEndOffset(0).forTopic(partition.topic()));
			members.put(partition, SecuredRun.consumers(cluster, protocol, partition.topic(), "alice").oneProcess());
		}
		Set<Thread> before = clientThreads();

		for (int i = 0; i < RESTARTS / members.size(); i++) {
			members.keySet()
				.forEach((each) -> cluster.commit(each.topic(), each, new OffsetAndMetadata(20, Optional.of(0), "")));
			List<SecuredRun> runs = new ArrayList<>();
			members.forEach((each, consumers) -> runs.add(SecuredRun.of(consumers, true, each)));
			SecuredRun.pollUntil(runs, () -> runs.stream().allMatch((each) -> each.hasRead(50)));
			runs.forEach(SecuredRun::close);
			assertThat(runs).extracting(SecuredRun::offsets).containsOnly(range(20, 50));
		}

		assertThat(members.values()).allSatisfy((each) -> assertThat(each.causes()).hasSize(RESTARTS / members.size())
			.containsOnly(Cause.FALSE_TRUNCATION));
		assertThat(cluster.wire().count("holdfast-inspector-" + NAME, ApiKeys.SASL_AUTHENTICATE)).isPositive();
		await().atMost(PATIENCE).untilAsserted(() -> {
			assertThat(cluster.wire().connections()).isZero();
			assertThat(clientThreads()).isEqualTo(before);
			assertThat(clientMBeans()).isEmpty();
		});
	}

	private static List<String> clientMBeans() {
		return ManagementFactory.getPlatformMBeanServer()
			.queryNames(null, null)
			.stream()
			.map(ObjectName::getCanonicalName)
			.filter((each) -> each.contains("holdfast-admin-" + NAME) || each.contains("holdfast-inspector-" + NAME)
					|| (each.startsWith("kafka.consumer:") && each.contains(NAME)))
			.toList();
	}

	/**
	 * Those of clients and of the guard; brokers' own threads come and go.
	 */
	private static Set<Thread> clientThreads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().contains("holdfast") || thread.getName().contains(NAME)
					|| thread.getName().contains("consumer_background") || thread.getName().contains("relogin")
					|| thread.getName().contains("kafka-admin-client-thread"))
			.filter((thread) -> !thread.getName().contains("holdfast-cluster"))
			.collect(Collectors.toSet());
	}

}
