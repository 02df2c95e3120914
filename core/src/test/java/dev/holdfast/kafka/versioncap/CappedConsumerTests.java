/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.versioncap.rules.LearnedCaps;
import dev.holdfast.kafka.versioncap.rules.VersionCap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import dev.holdfast.kafka.test.Polling;
import dev.holdfast.kafka.test.WireRequest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What capped consumers send, as the wire has seen it. No guard is around them.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class CappedConsumerTests {

	private final KafkaCluster cluster;

	CappedConsumerTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@Tag("matrix")
	@ParameterizedTest
	@CsvSource({ "classic, earliest, 0", "classic, latest, 0", "classic, earliest, 170", "classic, latest, 170",
			"consumer, earliest, 0", "consumer, latest, 0", "consumer, earliest, 170", "consumer, latest, 170" })
	void restartUnderLieGoesOnWithoutAsking(String protocol, String reset, long logStart) {
		TopicPartition partition = prepare("restart-%s-%s-%d".formatted(protocol, reset, logStart));
		if (logStart > 0) {
			cluster.deleteRecords(partition, logStart);
		}
		Fault.Handle lie = cluster.wire().inject(Fault.epochEndOffset(0));

		try (Consumer<String, String> consumer = consumer(protocol, partition.topic(), reset,
				"OffsetForLeaderEpoch never")) {
			consumer.subscribe(List.of(partition.topic()));
			assertThat(Reading.to(consumer, partition, 270)).isEqualTo(Reading.range(200, 270));
			consumer.commitSync();
		}

		assertThat(lie.hits()).isZero();
		assertThat(cluster.wire().count(ApiKeys.OFFSET_FOR_LEADER_EPOCH)).isZero();
		assertThat(cluster.committed(partition.topic()).get(partition).offset()).isEqualTo(270);
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void eachClientHasItsOwn(String protocol) {
		TopicPartition partition = prepare("own-" + protocol);
		try (Consumer<String, String> eleven = consumer(protocol, "eleven-" + protocol, "earliest", "Fetch <= 11");
				Consumer<String, String> twelve = consumer(protocol, "twelve-" + protocol, "earliest", "Fetch <= 12");
				Consumer<String, String> plain = plain(protocol, "plain-" + protocol, "earliest")) {
			for (Consumer<String, String> consumer : List.of(eleven, twelve, plain)) {
				consumer.subscribe(List.of(partition.topic()));
				assertThat(Reading.to(consumer, partition, 270)).isEqualTo(Reading.range(0, 270));
			}
		}

		assertThat(versions("eleven-" + protocol, ApiKeys.FETCH)).containsOnly((short) 11);
		assertThat(versions("twelve-" + protocol, ApiKeys.FETCH)).containsOnly((short) 12);
		assertThat(versions("plain-" + protocol, ApiKeys.FETCH)).containsOnly(ApiKeys.FETCH.latestVersion());
	}

	@Tag("matrix")
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void brokerThatCannotTakeApiVersionsFourIsAskedWithThree(String protocol) {
		TopicPartition partition = prepare("versions-" + protocol);
		Fault.Handle resets = cluster.wire()
			.inject(Fault.reset(ApiKeys.API_VERSIONS, 4).forClient("versions-" + protocol));

		try (Consumer<String, String> consumer = consumer(protocol, partition.topic(), "earliest",
				"ApiVersions <= 3")) {
			consumer.subscribe(List.of(partition.topic()));
			assertThat(Reading.to(consumer, partition, 270)).isEqualTo(Reading.range(200, 270));
		}

		assertThat(resets.hits()).isZero();
		assertThat(versions("versions-" + protocol, ApiKeys.API_VERSIONS)).containsOnly((short) 3);
	}

	@Tag("matrix")
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void withoutTheCapItNeverGetsBeyondThat(String protocol) {
		TopicPartition partition = prepare("refused-" + protocol);
		Fault.Handle resets = cluster.wire()
			.inject(Fault.reset(ApiKeys.API_VERSIONS, 4).forClient("refused-" + protocol));

		try (Consumer<String, String> consumer = plain(protocol, partition.topic(), "earliest")) {
			consumer.subscribe(List.of(partition.topic()));
			assertThat(Polling.of(consumer).until(() -> resets.hits() >= 5).offsets()).isEmpty();
			assertThat(consumer.assignment()).isEmpty();
		}

		assertThat(cluster.wire().requests()).filteredOn((request) -> request.clientId().equals(partition.topic()))
			.hasSizeGreaterThanOrEqualTo(5)
			// The newest that it knows, for ever: kafka-clients 4.4 begins with 5.
			.allMatch((request) -> request.api() == ApiKeys.API_VERSIONS
					&& request.version() == ApiKeys.API_VERSIONS.latestVersion());
	}

	/**
	 * Whatever the thread constructs while the consumer is constructed belongs to it.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void clientOfAnInterceptorIsCappedToo(String protocol) {
		TopicPartition partition = prepare("interceptor-" + protocol);
		Map<String, Object> configuration = configuration(protocol, partition.topic(), "earliest");
		configuration.put("interceptor.classes", AskingInterceptor.class.getName());

		try (Consumer<String, String> consumer = new ClientCap(VersionCap.parse("Metadata <= 12"), LearnedCaps.none())
			.constructConsumer(
					() -> new KafkaConsumer<>(configuration, new StringDeserializer(), new StringDeserializer()))) {
			consumer.subscribe(List.of(partition.topic()));
			assertThat(Reading.to(consumer, partition, 270)).isEqualTo(Reading.range(200, 270));
		}

		assertThat(versions("of-the-interceptor", ApiKeys.METADATA)).isNotEmpty().containsOnly((short) 12);
		assertThat(versions(partition.topic(), ApiKeys.METADATA)).isNotEmpty().containsOnly((short) 12);
		cluster.wire().forget();
	}

	/**
	 * Asks brokers by itself, as some interceptors do for audits.
	 */
	public static final class AskingInterceptor implements ConsumerInterceptor<String, String> {

		@Override
		public void configure(Map<String, ?> configuration) {
			try (Admin admin = Admin.create(Map.of("bootstrap.servers", configuration.get("bootstrap.servers"),
					"client.id", "of-the-interceptor"))) {
				admin.listTopics().names().get();
			}
			catch (InterruptedException | ExecutionException ex) {
				throw new IllegalStateException(ex);
			}
		}

		@Override
		public ConsumerRecords<String, String> onConsume(ConsumerRecords<String, String> records) {
			return records;
		}

		@Override
		public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {
		}

		@Override
		public void close() {
		}

	}

	private List<Short> versions(String clientId, ApiKeys api) {
		return cluster.wire()
			.requests()
			.stream()
			.filter((request) -> request.clientId().equals(clientId) && request.api() == api)
			.map(WireRequest::version)
			.toList();
	}

	private Consumer<String, String> consumer(String protocol, String group, String reset, String cap) {
		return new ClientCap(VersionCap.parse(cap), LearnedCaps.none()).construct(() -> plain(protocol, group, reset))
			.client();
	}

	private Consumer<String, String> plain(String protocol, String group, String reset) {
		return new KafkaConsumer<>(configuration(protocol, group, reset), new StringDeserializer(),
				new StringDeserializer());
	}

	private Map<String, Object> configuration(String protocol, String group, String reset) {
		Map<String, Object> configuration = new HashMap<>();
		configuration.put("bootstrap.servers", cluster.bootstrapServers());
		configuration.put("group.protocol", protocol);
		configuration.put("group.id", group);
		configuration.put("client.id", group);
		configuration.put("auto.offset.reset", reset);
		configuration.put("enable.auto.commit", false);
		return configuration;
	}

	private TopicPartition prepare(String topic) {
		TopicPartition partition = new TopicPartition(topic, 0);
		cluster.createTopic(topic, 1);
		cluster.produce(partition, 270);
		cluster.commit(topic, partition, new OffsetAndMetadata(200, Optional.of(0), ""));
		return partition;
	}

}
