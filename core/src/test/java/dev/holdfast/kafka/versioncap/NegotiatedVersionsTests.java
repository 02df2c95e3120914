/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;

import dev.holdfast.kafka.versioncap.rules.KafkaApi;
import dev.holdfast.kafka.versioncap.rules.VersionCap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import dev.holdfast.kafka.test.WireRequest;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a live consumer is said to have negotiated is what the wire has seen.
 */
@LyingKafka(brokers = 2)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class NegotiatedVersionsTests {

	private static final String CAP = "Fetch <= 11, Metadata <= 20, ApiVersions <= 3, OffsetForLeaderEpoch never";

	/** In these two, topics go by their ids, which not every consumer does. */
	private static final Set<ApiKeys> LATEST_WITH_TOPIC_IDS = Set.of(ApiKeys.OFFSET_COMMIT, ApiKeys.OFFSET_FETCH);

	private final KafkaCluster cluster;

	NegotiatedVersionsTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@CsvSource(delimiter = ';', value = { "classic; ''", "classic; " + CAP, "consumer; ''", "consumer; " + CAP })
	void agreesWithTheWire(String protocol, String rules) {
		TopicPartition partition = prepare("agrees-%s-%d".formatted(protocol, rules.length()));
		CapClients clients = new CapClients(cluster, protocol, partition.topic());
		var construction = clients.capped(VersionCap.parse(rules));

		try (Consumer<String, String> consumer = construction.client()) {
			read(consumer, partition);
			List<BrokerVersions> brokers = construction.versions().brokers();

			// Each connection starts with the question for the versions.
			assertThat(brokers).hasSize((int) cluster.wire().count(clients.group(), ApiKeys.API_VERSIONS));
			assertThat(brokers).allSatisfy((broker) -> assertThat(broker.releaseGuess()).isEqualTo("4.2"));
			for (WireRequest request : requests(clients.group())) {
				KafkaApi api = KafkaApi.of(request.api().name);
				if (LATEST_WITH_TOPIC_IDS.contains(request.api()) && "classic".equals(protocol)) {
					assertThat(request.version()).isEqualTo((short) 9);
				}
				else {
					assertThat(brokers).as("%s", request)
						.allSatisfy((broker) -> assertThat(broker.line(api).effective()).hasValue(request.version()));
				}
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void saysWhatIsOfferedKnownAndAllowed(String protocol) {
		TopicPartition partition = prepare("says-" + protocol);
		cluster.wire().inject(Fault.advertise(ApiKeys.LIST_OFFSETS, 0, 5));
		cluster.wire().inject(Fault.advertise(ApiKeys.METADATA, 0, 99));
		var construction = new CapClients(cluster, protocol, partition.topic()).capped(VersionCap.parse(CAP));

		try (Consumer<String, String> consumer = construction.client()) {
			read(consumer, partition);
			Map<String, String> lines = construction.versions()
				.brokers()
				.get(0)
				.apis()
				.stream()
				.collect(Collectors.toMap((line) -> line.api().name(), BrokerVersions.Line::toString));

			assertThat(lines).containsEntry("Fetch", "Fetch: broker 4..18, client 4..18, cap 11, speaks 11")
				.containsEntry("ListOffsets", "ListOffsets: broker 0..5, client 1..11, cap none, speaks 5")
				.containsEntry("Metadata", "Metadata: broker 0..99, client 0..13, cap 20, speaks 13")
				.containsEntry("OffsetForLeaderEpoch",
						"OffsetForLeaderEpoch: broker 2..4, client 2..4, cap -1, speaks nothing");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void asksNobody(String protocol) {
		TopicPartition partition = prepare("asks-" + protocol);
		CapClients clients = new CapClients(cluster, protocol, partition.topic());
		var construction = clients.capped(VersionCap.parse(CAP));

		try (Consumer<String, String> consumer = construction.client()) {
			read(consumer, partition);
			cluster.wire().forget();
			for (int i = 0; i < 100; i++) {
				assertThat(construction.versions().brokers()).isNotEmpty();
			}

			// What the consumer's own thread sends meanwhile.
			assertThat(requests(clients.group())).extracting(WireRequest::api)
				.isSubsetOf(ApiKeys.HEARTBEAT, ApiKeys.CONSUMER_GROUP_HEARTBEAT, ApiKeys.FETCH);
		}
	}

	private static void read(Consumer<String, String> consumer, TopicPartition partition) {
		consumer.subscribe(List.of(partition.topic()));
		assertThat(Reading.to(consumer, partition, 270)).isEqualTo(Reading.range(200, 270));
		consumer.commitSync();
	}

	private List<WireRequest> requests(String clientId) {
		return cluster.wire().requests().stream().filter((request) -> request.clientId().equals(clientId)).toList();
	}

	private TopicPartition prepare(String topic) {
		TopicPartition partition = new TopicPartition(topic, 0);
		cluster.createTopic(topic, 1);
		cluster.produce(partition, 270);
		new CapClients(cluster, "classic", topic).commit(partition, 200);
		return partition;
	}

}
