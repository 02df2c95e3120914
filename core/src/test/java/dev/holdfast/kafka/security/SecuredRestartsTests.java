/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.security;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
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
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Consumers that come and go leave nothing behind, helpers that had to log in included.
 */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class SecuredRestartsTests {

	private static final int RESTARTS = 50;

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private static KafkaCluster cluster;

	@BeforeAll
	static void start() {
		cluster = KafkaCluster.builder().security(Security.saslOauthBearer(Duration.ofHours(1)).encrypted()).start();
	}

	@AfterAll
	static void close() {
		cluster.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void leaveNeitherThreadsNorConnections(String protocol) {
		TopicPartition partition = new TopicPartition("restarts-" + protocol, 0);
		cluster.createTopic(partition.topic(), 1);
		cluster.produce(partition, 50);
		Consumers consumers = SecuredRun.consumers(cluster, protocol, partition.topic(), "alice").oneProcess();
		cluster.wire().inject(Fault.epochEndOffset(0).forTopic(partition.topic()));
		cluster.wire().forget();
		Set<Thread> before = clientThreads();

		for (int i = 0; i < RESTARTS; i++) {
			cluster.commit(partition.topic(), partition, new OffsetAndMetadata(20, Optional.of(0), ""));
			try (SecuredRun run = SecuredRun.of(consumers, true, partition)) {
				run.readTo(50);
				assertThat(run.offsets()).isEqualTo(range(20, 50));
			}
		}

		assertThat(consumers.causes()).hasSize(RESTARTS).containsOnly(Cause.FALSE_TRUNCATION);
		assertThat(cluster.wire().count("holdfast-inspector-" + partition.topic(), ApiKeys.SASL_AUTHENTICATE))
			.isPositive();
		await().atMost(PATIENCE).untilAsserted(() -> {
			assertThat(cluster.wire().connections()).isZero();
			assertThat(clientThreads()).isEqualTo(before);
			assertThat(clientMBeans(partition.topic())).isEmpty();
		});
	}

	private static List<String> clientMBeans(String name) {
		return ManagementFactory.getPlatformMBeanServer()
			.queryNames(null, null)
			.stream()
			.map(ObjectName::getCanonicalName)
			.filter((each) -> each.contains("holdfast-admin-" + name) || each.contains("holdfast-inspector-" + name)
					|| (each.startsWith("kafka.consumer:") && each.contains(name)))
			.toList();
	}

	/**
	 * Those of clients and of the guard; brokers' own threads come and go.
	 */
	private static Set<Thread> clientThreads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().contains("holdfast") || thread.getName().contains("restarts-")
					|| thread.getName().contains("consumer_background") || thread.getName().contains("relogin")
					|| thread.getName().contains("kafka-admin-client-thread"))
			.filter((thread) -> !thread.getName().contains("holdfast-cluster"))
			.collect(Collectors.toSet());
	}

}
