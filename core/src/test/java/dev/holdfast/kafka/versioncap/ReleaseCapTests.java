/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import dev.holdfast.kafka.versioncap.rules.GroupProtocol;
import dev.holdfast.kafka.versioncap.rules.KafkaApi;
import dev.holdfast.kafka.versioncap.rules.LearnedCaps;
import dev.holdfast.kafka.versioncap.rules.ReleaseTable;
import dev.holdfast.kafka.versioncap.rules.VersionCap;
import dev.holdfast.kafka.versioncap.rules.VersionCapCheck;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A consumer that is capped at a release of Kafka speaks no newer than that, and still
 * does what consumers are there for, or is said beforehand not to.
 */
@LyingKafka
@Timeout(value = 180, unit = TimeUnit.SECONDS)
@Tag("long")
class ReleaseCapTests {

	private static final ReleaseTable TABLE = ReleaseTable.shipped();

	/** Without OffsetCommit 9 and ConsumerGroupHeartbeat, both of 3.7. */
	private static final List<String> WITHOUT_CONSUMER_PROTOCOL = List.of("2.1", "2.2", "2.3", "2.4", "2.5", "2.6",
			"2.7", "2.8", "3.0", "3.1", "3.2", "3.3", "3.4", "3.5", "3.6");

	private final KafkaCluster cluster;

	ReleaseCapTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	static Stream<String> classicReleases() {
		return TABLE.releases().stream();
	}

	static Stream<String> consumerReleases() {
		return TABLE.releases().stream().filter((release) -> !WITHOUT_CONSUMER_PROTOCOL.contains(release));
	}

	@ParameterizedTest
	@CsvSource({ "2.1, Fetch, 10", "2.1, OffsetForLeaderEpoch, 2", "2.3, OffsetForLeaderEpoch, 3",
			"2.8, ConsumerGroupHeartbeat, -1", "3.9, Fetch, 17", "3.9, ApiVersions, 4", "4.0, Metadata, 13",
			"4.4, ApiVersions, 5" })
	void capsAreThoseOfTheRelease(String release, String api, int version) {
		assertThat(VersionCap.release(release).maxVersion(KafkaApi.of(api))).hasValue(version);
	}

	@ParameterizedTest
	@MethodSource("classicReleases")
	void classicConsumerSpeaksNoNewer(String release) {
		assertThat(VersionCapCheck.problems(VersionCap.release(release), GroupProtocol.CLASSIC)).isEmpty();

		assertReadsAndCommits(GroupProtocol.CLASSIC, release);
	}

	@ParameterizedTest
	@MethodSource("consumerReleases")
	void consumerOfTheNewProtocolSpeaksNoNewer(String release) {
		assertThat(VersionCapCheck.problems(VersionCap.release(release), GroupProtocol.CONSUMER)).isEmpty();

		assertReadsAndCommits(GroupProtocol.CONSUMER, release);
	}

	@Test
	void releasesWithoutTheNewProtocolAreRefusedForIt() {
		assertThat(TABLE.releases()).containsAll(WITHOUT_CONSUMER_PROTOCOL);
		for (String release : WITHOUT_CONSUMER_PROTOCOL) {
			List<VersionCapCheck.Problem> problems = VersionCapCheck.problems(VersionCap.release(release),
					GroupProtocol.CONSUMER);

			assertThat(problems).as(release)
				.anySatisfy((problem) -> assertThat(problem).hasToString(
						"ConsumerGroupHeartbeat: a consumer with group.protocol=consumer cannot read and commit when it is "
								+ "never sent. Allowed: 0 to 1"))
				.anySatisfy((problem) -> assertThat(problem.toString()).startsWith("OffsetCommit: ")
					.endsWith("Allowed: 9 to 10"));
		}
	}

	/**
	 * The cluster has transactions of the second version, which these releases do not
	 * know (KIP-890).
	 */
	@ParameterizedTest
	@ValueSource(strings = { "2.8", "3.9", "4.0" })
	void transactionalProducerCommits(String release) {
		TopicPartition partition = new TopicPartition("transaction-" + release, 0);
		cluster.createTopic(partition.topic(), 1);
		ClientCap cap = new ClientCap(VersionCap.release(release), LearnedCaps.none());

		try (Producer<String, String> producer = cap
			.construct(
					() -> new KafkaProducer<>(
							Map.<String, Object>of("bootstrap.servers", cluster.bootstrapServers(), "transactional.id",
									partition.topic(), "max.block.ms", 20_000),
							new StringSerializer(), new StringSerializer()))
			.client()) {
			producer.initTransactions();
			for (int i = 0; i < 2; i++) {
				producer.beginTransaction();
				producer.send(new ProducerRecord<>(partition.topic(), "one of three"));
				producer.commitTransaction();
			}
		}

		CapClients clients = new CapClients(cluster, "classic", partition.topic()).with("isolation.level",
				"read_committed");
		try (Consumer<String, String> consumer = clients.capped(VersionCap.none()).client()) {
			consumer.assign(List.of(partition));
			consumer.seekToBeginning(List.of(partition));
			// A marker after each record.
			assertThat(Reading.to(consumer, partition, 3)).containsExactly(0L, 2L);
		}
	}

	private void assertReadsAndCommits(GroupProtocol protocol, String release) {
		TopicPartition partition = new TopicPartition("release-%s-%s".formatted(protocol, release), 0);
		cluster.createTopic(partition.topic(), 1);
		cluster.produce(partition, 270);
		CapClients clients = new CapClients(cluster, protocol.toString(), partition.topic()).commit(partition, 200);

		try (Consumer<String, String> consumer = clients.capped(VersionCap.release(release)).client()) {
			consumer.subscribe(List.of(partition.topic()));
			assertThat(Reading.to(consumer, partition, 270)).isEqualTo(Reading.range(200, 270));
			consumer.commitSync();
		}

		assertThat(cluster.committed(partition.topic()).get(partition).offset()).isEqualTo(270);
		Map<KafkaApi, Integer> spoken = highestVersions(clients.group());
		assertThat(spoken).containsEntry(KafkaApi.FETCH, known(release, KafkaApi.FETCH))
			.containsEntry(KafkaApi.METADATA, known(release, KafkaApi.METADATA))
			.allSatisfy((api, version) -> assertThat(version).isLessThanOrEqualTo(known(release, api)));
	}

	/**
	 * The highest version that both the release and these kafka-clients know.
	 */
	private static int known(String release, KafkaApi api) {
		Integer version = TABLE.version(release, api);
		return (version != null) ? Math.min(version, api.latestVersion()) : VersionCap.NEVER;
	}

	private Map<KafkaApi, Integer> highestVersions(String clientId) {
		Map<KafkaApi, Integer> versions = new HashMap<>();
		cluster.wire()
			.requests()
			.stream()
			.filter((request) -> request.clientId().equals(clientId))
			.forEach((request) -> versions.merge(KafkaApi.of(request.api().name), (int) request.version(), Math::max));
		return versions;
	}

}
