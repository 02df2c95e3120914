/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.serialization.Serdes;
import org.apache.kafka.streams.KafkaStreams;
import org.apache.kafka.streams.StreamsBuilder;
import org.apache.kafka.streams.kstream.Consumed;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.kafka.autoconfigure.KafkaProperties;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;
import org.springframework.kafka.core.KafkaAdmin;
import org.springframework.kafka.core.KafkaTemplate;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import dev.holdfast.kafka.test.Polling;
import dev.holdfast.kafka.test.WireRequest;
import dev.holdfast.kafka.versioncap.VersionedClient;
import dev.holdfast.kafka.versioncap.rules.KafkaApi;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

/**
 * Applications with a version cap, as the wire sees them.
 */
@LyingKafka
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class VersionCapListenerTests {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private static final String CAP = "holdfast.kafka.version-cap.";

	@TempDir
	private Path directory;

	private final KafkaCluster cluster;

	VersionCapListenerTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@Tag("matrix")
	@ParameterizedTest
	@CsvSource({ "classic, max-versions.OffsetForLeaderEpoch=-1, true",
			"consumer, max-versions.OffsetForLeaderEpoch=-1, true",
			"classic, max-versions.OffsetForLeaderEpoch=-1, false",
			"consumer, max-versions.OffsetForLeaderEpoch=-1, false", "classic, profile=alibaba-cloud, false",
			"consumer, profile=alibaba-cloud, false", "classic, release=2.2, false" })
	void cappedListenerNeverAsks(String protocol, String rule, boolean guarded) {
		TopicPartition partition = prepare("%s-%s-%s".formatted(protocol, rule.replace('=', '-'), guarded));
		Fault.Handle lie = cluster.wire().inject(Fault.epochEndOffset(0));

		try (ConfigurableApplicationContext context = run(partition, protocol, CAP + rule,
				"holdfast.kafka.offset-guard.enabled=" + guarded)) {
			awaitCommitted(partition, 270);

			assertThat(delivered(context)).isEqualTo(Map.of(0, range(200, 270)));
			assertThat(context.getBean(OrdersApplication.class).decisions).isEmpty();
		}
		assertThat(lie.hits()).isZero();
		assertThat(cluster.wire().count(ApiKeys.OFFSET_FOR_LEADER_EPOCH)).isZero();
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void onlyConsumersAreCappedUnlessAllClientsShallBe(String protocol) {
		TopicPartition partition = prepare("scope-" + protocol);
		for (String scope : List.of("consumers", "all")) {
			cluster.wire().forget();
			try (ConfigurableApplicationContext context = run(partition, protocol, CAP + "max-versions.Metadata=12",
					CAP + "max-versions.Produce=9", CAP + "apply-to=" + scope,
					"spring.kafka.producer.client-id=producer", "spring.kafka.admin.client-id=admin")) {
				template(context).send(partition.topic(), "order").join();
				KafkaAdmin admin = context.getBean(KafkaAdmin.class);
				assertThat(admin.getConfigurationProperties()).containsEntry(AdminClientConfig.CLIENT_ID_CONFIG,
						"admin");
				admin.describeTopics(partition.topic());
				awaitCommitted(partition, cluster.logEnd(partition));
			}
			boolean all = scope.equals("all");
			assertThat(versions("producer", ApiKeys.PRODUCE))
				.containsExactly(all ? (short) 9 : ApiKeys.PRODUCE.latestVersion());
			assertThat(versions("producer", ApiKeys.METADATA))
				.containsExactly(all ? (short) 12 : ApiKeys.METADATA.latestVersion());
			assertThat(versions(partition.topic(), ApiKeys.METADATA)).containsExactly((short) 12);
		}
	}

	/**
	 * Streams creates its clients itself, on threads of its own.
	 */
	@Test
	void streamsAreCappedWithAllClients() {
		TopicPartition partition = prepare("streams");
		List<String> seen = new CopyOnWriteArrayList<>();
		StreamsBuilder builder = new StreamsBuilder();
		builder.stream(partition.topic(), Consumed.with(Serdes.String(), Serdes.String()))
			.foreach((key, value) -> seen.add(value));
		Properties configuration = new Properties();
		configuration.putAll(Map.of("bootstrap.servers", cluster.bootstrapServers(), "application.id", "stream",
				"client.id", "stream", "auto.offset.reset", "earliest", "state.dir", directory.toString()));

		try (ConfigurableApplicationContext context = run(partition, "classic", CAP + "max-versions.Metadata=12",
				CAP + "apply-to=all"); KafkaStreams streams = new KafkaStreams(builder.build(), configuration)) {
			streams.start();
			await().atMost(PATIENCE).until(() -> seen.size() == 270);
		}

		assertThat(versions("stream-", ApiKeys.METADATA)).containsExactly((short) 12);
	}

	/**
	 * Three consumers in one application, the third of them Kafka's own class, as a
	 * library might create it.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void eachFactoryHasItsOwnAndOtherClientsHaveNone(String protocol) {
		TopicPartition partition = prepare("factories-" + protocol);
		try (ConfigurableApplicationContext context = run(partition, protocol, CAP + "max-versions.Fetch=12",
				"holdfast.kafka.consumer-factories.auditFactory.version-cap.max-versions.Fetch=11",
				"spring.main.sources=" + AuditFactory.class.getName())) {
			awaitCommitted(partition, 270);
			ConsumerFactory<?, ?> auditFactory = context.getBean("auditFactory", ConsumerFactory.class);
			Map<String, Object> configuration = new HashMap<>(auditFactory.getConfigurationProperties());
			configuration.put("client.id", "library");
			try (Consumer<?, ?> audit = auditFactory.createConsumer("audit-" + protocol, "");
					Consumer<?, ?> library = new KafkaConsumer<>(configuration)) {
				for (Consumer<?, ?> consumer : List.of(audit, library)) {
					consumer.assign(List.of(partition));
					consumer.seek(partition, 0);
					Polling<?, ?> polling = Polling.of(consumer).patience(PATIENCE);
					polling.until(() -> !polling.offsets().isEmpty());
				}
				assertThat(((VersionedClient) audit).clientVersions().cap()).hasToString("Fetch <= 11");
				assertThat(((VersionedClient) audit).clientVersions().brokers()).isNotEmpty()
					.allSatisfy((broker) -> assertThat(broker.line(KafkaApi.of("Fetch")).effective()).hasValue(11));
			}
		}
		assertThat(versions(partition.topic(), ApiKeys.FETCH)).containsExactly((short) 12);
		assertThat(versions("audit", ApiKeys.FETCH)).containsExactly((short) 11);
		assertThat(versions("library", ApiKeys.FETCH)).containsExactly(ApiKeys.FETCH.latestVersion());
	}

	static class AuditFactory {

		@Bean
		ConsumerFactory<Object, Object> auditFactory(KafkaProperties properties) {
			Map<String, Object> configuration = properties.buildConsumerProperties();
			configuration.put("client.id", "audit");
			return new DefaultKafkaConsumerFactory<>(configuration);
		}

		@Bean
		ConsumerFactory<Object, Object> kafkaConsumerFactory(KafkaProperties properties) {
			return new DefaultKafkaConsumerFactory<>(properties.buildConsumerProperties());
		}

	}

	@ParameterizedTest
	@ValueSource(strings = { "true", "false" })
	void listenerStopsIfABrokerOffersTooLittle(boolean guarded) {
		TopicPartition partition = prepare("refused-" + guarded);
		cluster.wire().inject(Fault.advertise(ApiKeys.FETCH, 4, 11).forClient(partition.topic()));

		try (ConfigurableApplicationContext context = run(partition, "classic", CAP + "min-versions.Fetch=12",
				"holdfast.kafka.offset-guard.enabled=" + guarded)) {
			KafkaListenerEndpointRegistry registry = context.getBean(KafkaListenerEndpointRegistry.class);
			// A consumer that is closed ends its fetch session by a last request.
			await().atMost(PATIENCE)
				.until(() -> !registry.getListenerContainer("orders").isRunning()
						&& !registry.getListenerContainer("orders").isChildRunning());
			long requests = cluster.wire().count(partition.topic(), ApiKeys.FETCH);

			assertThat(registry.getListenerContainer("orders").isInExpectedState()).isFalse();
			assertThat(cluster.wire().count(partition.topic(), ApiKeys.FETCH)).isEqualTo(requests);
		}
	}

	@ParameterizedTest
	@CsvSource({ "classic, max-versions.Fetch=-1, Fetch", "consumer, max-versions.Metadata=9, Metadata",
			"consumer, release=3.6, ConsumerGroupHeartbeat" })
	void startIsRefusedWhereAConsumerCannotWork(String protocol, String rule, String api) {
		TopicPartition partition = prepare("unusable-" + rule.replace('=', '-'));

		assertThatThrownBy(() -> run(partition, protocol, CAP + rule).close())
			.hasStackTraceContaining(UnusableVersionCapException.class.getName())
			.hasStackTraceContaining(api + ": a consumer with group.protocol=" + protocol);
		assertThat(cluster.wire().count(partition.topic(), ApiKeys.METADATA)).isZero();
	}

	@SuppressWarnings("unchecked")
	private static KafkaTemplate<Object, Object> template(ConfigurableApplicationContext context) {
		return context.getBean(KafkaTemplate.class);
	}

	private Set<Short> versions(String clientIdPrefix, ApiKeys api) {
		return cluster.wire()
			.requests()
			.stream()
			.filter((request) -> request.clientId().startsWith(clientIdPrefix) && request.api() == api)
			.map(WireRequest::version)
			.collect(Collectors.toSet());
	}

	private ConfigurableApplicationContext run(TopicPartition partition, String protocol, String... properties) {
		return OrdersApplication.run(cluster, partition.topic(),
				Stream
					.concat(Stream.of("spring.kafka.consumer.properties.group.protocol=" + protocol,
							"spring.kafka.consumer.auto-offset-reset=earliest"), Stream.of(properties))
					.toArray(String[]::new));
	}

	private static Map<Integer, List<Long>> delivered(ConfigurableApplicationContext context) {
		return context.getBean(OrdersApplication.class).delivered();
	}

	private TopicPartition prepare(String topic) {
		TopicPartition partition = new TopicPartition(topic, 0);
		cluster.createTopic(topic, 1);
		cluster.produce(partition, 270);
		cluster.commit(topic, partition, new OffsetAndMetadata(200, Optional.of(0), ""));
		return partition;
	}

	private void awaitCommitted(TopicPartition partition, long offset) {
		await().atMost(PATIENCE).until(() -> cluster.committed(partition.topic()).get(partition).offset() == offset);
	}

	private static List<Long> range(long from, long to) {
		return LongStream.range(from, to).boxed().toList();
	}

}
