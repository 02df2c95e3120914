/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import dev.holdfast.kafka.autoconfigure.properties.HoldfastPropertiesReader;
import dev.holdfast.kafka.autoconfigure.properties.InvalidHoldfastPropertiesException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.core.ConditionTimeoutException;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.listener.KafkaMessageListenerContainer;
import org.springframework.kafka.listener.MessageListener;

import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import dev.holdfast.kafka.versioncap.rules.KafkaApi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Each API that a consumer uses, capped at each version that its client knows, and at
 * none: a listener reads and commits, or its start is refused with the reason.
 */
@LyingKafka
@Timeout(value = 300, unit = TimeUnit.SECONDS)
@Tag("long")
class EveryVersionTests {

	private static final int THREADS = 6;

	private static final Set<String> USED = Set.of("DescribeCluster", "DescribeTopicPartitions", "ApiVersions",
			"ConsumerGroupHeartbeat", "Fetch", "FindCoordinator", "GetTelemetrySubscriptions", "Heartbeat", "JoinGroup",
			"LeaveGroup", "ListOffsets", "Metadata", "OffsetCommit", "OffsetFetch", "OffsetForLeaderEpoch",
			"PushTelemetry", "SyncGroup");

	private final KafkaCluster cluster;

	EveryVersionTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void listenerReadsAndCommitsOrIsRefused(String protocol) throws Exception {
		cluster.createTopic(protocol, 1);
		cluster.produce(new TopicPartition(protocol, 0), 10);
		List<Case> cases = new ArrayList<>();
		for (String name : USED.stream().sorted().toList()) {
			KafkaApi api = KafkaApi.of(name);
			cases.add(new Case(protocol, api, -1));
			IntStream.rangeClosed(api.oldestVersion(), api.latestVersion())
				.forEach((version) -> cases.add(new Case(protocol, api, version)));
		}

		Map<Case, String> outcomes = outcomes(cases);

		assertThat(outcomes).allSatisfy((each, outcome) -> assertThat(outcome).isIn("read", "refused"));
		// Not all were refused: each API works at what the client would speak by itself.
		assertThat(cases).filteredOn((each) -> each.version() == each.api().latestVersion())
			.allSatisfy((each) -> assertThat(outcomes).containsEntry(each, "read"));
		assertThat(cluster.wire().requests()).extracting((request) -> request.api().name).isSubsetOf(USED);
	}

	private Map<Case, String> outcomes(List<Case> cases) throws InterruptedException, ExecutionException {
		ExecutorService threads = Executors.newFixedThreadPool(THREADS);
		try {
			Map<Case, Future<String>> running = new HashMap<>();
			cases.forEach((each) -> running.put(each, threads.submit(() -> outcome(each))));
			Map<Case, String> outcomes = new HashMap<>();
			for (Map.Entry<Case, Future<String>> entry : running.entrySet()) {
				outcomes.put(entry.getKey(), entry.getValue().get());
			}
			return outcomes;
		}
		finally {
			threads.shutdownNow();
		}
	}

	private String outcome(Case each) {
		try {
			return read(each);
		}
		catch (UnusableVersionCapException ex) {
			return ex.getMessage().contains(each.api() + ": a consumer ") ? "refused" : ex.toString();
		}
		catch (InvalidHoldfastPropertiesException ex) {
			return ex.getMessage().contains("a client that does not ask for versions knows none") ? "refused"
					: ex.toString();
		}
	}

	private String read(Case each) {
		TopicPartition partition = new TopicPartition(each.protocol(), 0);
		cluster.commit(each.group(), partition, new OffsetAndMetadata(5));
		List<Long> delivered = new CopyOnWriteArrayList<>();
		ContainerProperties properties = new ContainerProperties(partition.topic());
		properties.setGroupId(each.group());
		properties.setPollTimeout(100);
		properties.setMessageListener((MessageListener<String, String>) (record) -> delivered.add(record.offset()));
		KafkaMessageListenerContainer<String, String> container = new KafkaMessageListenerContainer<>(factory(each),
				properties);
		try {
			container.start();
			await().atMost(Duration.ofSeconds(30))
				.until(() -> cluster.committed(each.group()).get(partition).offset() == 10);
			return delivered.equals(List.of(5L, 6L, 7L, 8L, 9L)) ? "read" : "read " + delivered;
		}
		catch (ConditionTimeoutException ex) {
			return "neither read nor refused: delivered " + delivered;
		}
		finally {
			container.stop();
		}
	}

	private ConsumerFactory<String, String> factory(Case each) {
		StandardEnvironment environment = new StandardEnvironment();
		environment.getPropertySources()
			.addFirst(new MapPropertySource("rule",
					Map.of("holdfast.kafka.version-cap.max-versions." + each.api(), each.version())));
		ClassLoader loader = getClass().getClassLoader();
		FactoryGuards guards = new FactoryGuards(new HoldfastPropertiesReader(environment, Set.of("orders"), loader),
				loader, List::of, () -> null, (event) -> {
				});
		Map<String, Object> configuration = Map.of("bootstrap.servers", cluster.bootstrapServers(), "group.protocol",
				each.protocol(), "auto.offset.reset", "earliest");
		return GuardProxies.proxy(
				new DefaultKafkaConsumerFactory<>(configuration, new StringDeserializer(), new StringDeserializer()),
				guards.guard("orders"));
	}

	private record Case(String protocol, KafkaApi api, int version) {

		String group() {
			return "%s-%s-%d".formatted(protocol, api, version);
		}

	}

}
