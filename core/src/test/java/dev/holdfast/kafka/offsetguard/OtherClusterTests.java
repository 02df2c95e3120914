/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.OffsetDecisionException;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.decision.Resolution;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.serialization.StringSerializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.MovableAddress;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A name that leads to one cluster leads to another later: what is known of the one is
 * not used for the other.
 */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
@Tag("long")
class OtherClusterTests {

	private static final String IMAGES_DEFAULT_ID = "5L6g3nShT-eMCtK--X86sw";

	private static final TopicPartition PARTITION = new TopicPartition("orders", 0);

	private static final OffsetGuardSettings.Timing QUICK = new OffsetGuardSettings.Timing(Duration.ofSeconds(5),
			Duration.ofMillis(300), Duration.ofMillis(300));

	private KafkaCluster first;

	private KafkaCluster second;

	private MovableAddress address;

	@BeforeEach
	void noClusters() {
		first = null;
		second = null;
		address = null;
	}

	@AfterEach
	void close() {
		if (address != null) {
			address.close();
		}
		for (KafkaCluster cluster : List.of(first, second)) {
			cluster.close();
		}
	}

	private void start(String firstId, String secondId) {
		first = start(firstId);
		second = start(secondId);
		address = MovableAddress.to(first);
		first.createTopic(PARTITION.topic(), 1);
		second.createTopic(PARTITION.topic(), 1);
	}

	private static KafkaCluster start(String id) {
		KafkaCluster.Builder builder = KafkaCluster.builder();
		return id.isEmpty() ? builder.start() : builder.clusterId(id).start();
	}

	private Consumers consumers(String protocol) {
		return new Consumers(first, protocol, "billing").with("bootstrap.servers", address.bootstrapServers())
			.with("metadata.max.age.ms", 500)
			.with("reconnect.backoff.max.ms", 200)
			.timing(QUICK);
	}

	/**
	 * Another consumer of the process is still on the first cluster.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false", "classic, true", "consumer, false", "consumer, true" })
	void restartedConsumerStartsFromTheCommitsOfTheClusterThatItIsOn(String protocol, boolean guarded) {
		start("", "");
		first.produce(PARTITION, 300);
		second.produce(PARTITION, 300);
		first.commit("billing", PARTITION, new OffsetAndMetadata(200));
		second.commit("billing", PARTITION, new OffsetAndMetadata(100));
		Consumers consumers = consumers(protocol).oneProcess();

		try (Consumer<String, String> stays = consumers.create(guarded)) {
			stays.subscribe(List.of(PARTITION.topic()));
			assertThat(Consumers.pollTo(stays, PARTITION, 300)).isEqualTo(range(200, 300));
			address.leadTo(second);
			try (Consumer<String, String> restarted = consumers.create(guarded)) {
				restarted.subscribe(List.of(PARTITION.topic()));

				assertThat(Consumers.pollTo(restarted, PARTITION, 300)).isEqualTo(range(100, 300));
			}
		}
		assertThat(consumers.decisions).isEmpty();
		assertThat(first.committed("billing")).isEqualTo(Map.of(PARTITION, new OffsetAndMetadata(200)));
		assertThat(second.committed("billing")).isEqualTo(Map.of(PARTITION, new OffsetAndMetadata(100)));
	}

	/**
	 * The mirror has the same records at the same offsets, and 20 more, in other epochs,
	 * and a commit of the group's.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false", "classic, true", "consumer, false", "consumer, true" })
	void selfAssignedConsumerReadsOnInAMirror(String protocol, boolean guarded) throws Exception {
		start("", "");
		second.restartBroker(0);
		send(first, 0, 100);
		send(second, 0, 120);
		assertThat(first.leaderEpoch(PARTITION)).isLessThan(second.leaderEpoch(PARTITION));
		second.commit("billing", PARTITION, new OffsetAndMetadata(60));
		Consumers consumers = consumers(protocol).with("auto.offset.reset", "earliest");

		try (Consumer<String, String> consumer = consumers.create(guarded)) {
			consumer.assign(List.of(PARTITION));
			assertThat(Consumers.pollTo(consumer, PARTITION, 100)).isEqualTo(range(0, 100));
			consumers.decisions.clear();
			address.leadTo(second);
			first.close();

			// A client alone finds that its epoch ends at 0 there.
			assertThat(Consumers.pollTo(consumer, PARTITION, 120)).isEqualTo(range(guarded ? 100 : 0, 120));
		}
		if (guarded) {
			assertThat(consumers.decisions).singleElement().satisfies((decision) -> {
				assertThat(decision.cause()).isEqualTo(Cause.CLUSTER_CHANGED);
				assertThat(decision.action()).isEqualTo(Action.KEEP);
				assertThat(decision.outcome()).isEqualTo(new Outcome.ReadFrom(100));
				assertThat(decision.impact()).isEqualTo(Decision.Impact.NONE);
			});
		}
		assertThat(second.committed("billing")).isEqualTo(Map.of(PARTITION, new OffsetAndMetadata(60)));
	}

	/**
	 * The record that was delivered last, at 99, has the timestamp of the one at 98
	 * there.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, EARLIEST, 0", "consumer, EARLIEST, 0", "classic, LATEST, 120", "consumer, LATEST, 120",
			"classic, TIMESTAMP, 98", "consumer, TIMESTAMP, 98", "classic, KEEP, 100", "consumer, KEEP, 100" })
	void selfAssignedConsumerGoesInAnotherLogWhereThePolicySays(String protocol, Action action, long offset)
			throws Exception {
		start("", "");
		send(first, 0, 100);
		send(second, 1, 120);
		second.commit("billing", PARTITION, new OffsetAndMetadata(60));
		Consumers consumers = consumers(protocol).with("auto.offset.reset", "earliest")
			.policy(Cause.CLUSTER_CHANGED, action);

		try (Consumer<String, String> consumer = consumers.guarded()) {
			readFirstAndMove(consumer, consumers);
			Map<TopicPartition, List<Long>> delivered = Consumers.pollUntil(consumer,
					() -> !consumers.decisions.isEmpty() && Consumers.isAt(consumer, PARTITION, 120));
			second.produce(PARTITION, 5);
			Consumers.pollInto(consumer, delivered, () -> Consumers.isAt(consumer, PARTITION, 125));

			assertThat(delivered).isEqualTo(Map.of(PARTITION, range(offset, 125)));
		}
		assertThat(consumers.decisions).singleElement().satisfies((decision) -> {
			assertThat(decision.cause()).isEqualTo(Cause.CLUSTER_CHANGED);
			assertThat(decision.action()).isEqualTo(action);
			assertThat(decision.outcome()).isEqualTo(new Outcome.ReadFrom(offset));
		});
		assertThat(second.committed("billing")).isEqualTo(Map.of(PARTITION, new OffsetAndMetadata(60)));
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void selfAssignedConsumerFailsInAnotherLogIfThePolicySaysSo(String protocol) throws Exception {
		start("", "");
		send(first, 0, 100);
		send(second, 1, 120);
		Consumers consumers = consumers(protocol).with("auto.offset.reset", "earliest")
			.policy(Cause.CLUSTER_CHANGED, Action.FAIL);
		Map<TopicPartition, List<Long>> delivered = new HashMap<>();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			readFirstAndMove(consumer, consumers);

			for (int i = 0; i < 2; i++) {
				assertThatExceptionOfType(OffsetDecisionException.class)
					.isThrownBy(() -> Consumers.pollInto(consumer, delivered, () -> false))
					.satisfies(
							(exception) -> assertThat(exception.decision().cause()).isEqualTo(Cause.CLUSTER_CHANGED));
			}
		}
		assertThat(delivered).isEmpty();
		assertThat(consumers.causes()).containsExactly(Cause.CLUSTER_CHANGED);
		assertThat(second.committed("billing")).isEmpty();
	}

	/**
	 * As if there were no guard; it only tells.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false", "classic, true", "consumer, false", "consumer, true" })
	void observedSelfAssignedConsumerReadsOnInAnotherLog(String protocol, boolean guarded) throws Exception {
		start("", "");
		send(first, 0, 100);
		send(second, 1, 120);
		second.commit("billing", PARTITION, new OffsetAndMetadata(60));
		Consumers consumers = consumers(protocol).with("auto.offset.reset", "earliest")
			.mode(OffsetGuardSettings.Mode.OBSERVE);

		try (Consumer<String, String> consumer = consumers.create(guarded)) {
			readFirstAndMove(consumer, consumers);

			Map<TopicPartition, List<Long>> delivered = Consumers.pollUntil(consumer,
					() -> Consumers.isAt(consumer, PARTITION, 120) && consumers.decisions.isEmpty() != guarded);

			assertThat(delivered).isEqualTo(Map.of(PARTITION, range(100, 120)));
		}
		assertThat(consumers.decisions).hasSize(guarded ? 1 : 0).allSatisfy((decision) -> {
			assertThat(decision.cause()).isEqualTo(Cause.CLUSTER_CHANGED);
			assertThat(decision.observed()).isTrue();
			assertThat(decision.outcome()).isEqualTo(new Outcome.Held());
		});
		assertThat(second.committed("billing")).isEqualTo(Map.of(PARTITION, new OffsetAndMetadata(60)));
	}

	/**
	 * Nothing can be compared, although the log is the same.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void selfAssignedConsumerThatHasReadNothingIsHeld(String protocol) throws Exception {
		start("", "");
		send(first, 0, 100);
		send(second, 0, 120);
		Consumers consumers = consumers(protocol).with("auto.offset.reset", "latest").oneProcess();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(PARTITION));
			assertThat(Consumers.pollTo(consumer, PARTITION, 100)).isEmpty();
			consumers.decisions.clear();
			address.leadTo(second);
			first.close();

			assertThat(Consumers.pollUntil(consumer, () -> !consumers.process().held().isEmpty())).isEmpty();
			assertThat(consumers.decisions).singleElement().satisfies((decision) -> {
				assertThat(decision.cause()).isEqualTo(Cause.CLUSTER_CHANGED);
				assertThat(decision.outcome()).isEqualTo(new Outcome.Held());
				assertThat(decision.evidence().position()).isEqualTo(100);
			});
			consumer.commitSync();
			assertThat(second.committed("billing")).isEmpty();

			consumers.process().resolve("billing", PARTITION, new Resolution(Action.KEEP, "operator", "a mirror"));
			assertThat(Consumers.pollTo(consumer, PARTITION, 120)).isEqualTo(range(100, 120));
		}
	}

	private void readFirstAndMove(Consumer<String, String> consumer, Consumers consumers) {
		consumer.assign(List.of(PARTITION));
		assertThat(Consumers.pollTo(consumer, PARTITION, 100)).isEqualTo(range(0, 100));
		consumers.decisions.clear();
		address.leadTo(second);
		first.close();
	}

	/**
	 * The group has its own commits there.
	 */
	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void subscribedConsumerStartsFromTheCommitsOfTheNewCluster(boolean guarded) throws Exception {
		start("", "");
		send(first, 0, 100);
		send(second, 0, 120);
		second.commit("billing", PARTITION, new OffsetAndMetadata(50));
		// A member of the consumer protocol fails where another cluster does not know it.
		Consumers consumers = consumers("classic").with("auto.offset.reset", "earliest")
			.with("session.timeout.ms", 6000)
			.with("heartbeat.interval.ms", 300);

		try (Consumer<String, String> consumer = consumers.create(guarded)) {
			consumer.subscribe(List.of(PARTITION.topic()));
			assertThat(Consumers.pollTo(consumer, PARTITION, 100)).isEqualTo(range(0, 100));
			consumers.decisions.clear();
			address.leadTo(second);
			first.close();

			Map<TopicPartition, List<Long>> delivered = new HashMap<>();
			Consumers.pollInto(consumer, delivered, () -> delivered.getOrDefault(PARTITION, List.of()).contains(50L)
					&& Consumers.isAt(consumer, PARTITION, 120));
			List<Long> offsets = delivered.get(PARTITION);
			// Plain Kafka may read on at the old offset until the group does not know it.
			assertThat(guarded ? offsets : offsets.subList(offsets.indexOf(50L), offsets.size()))
				.isEqualTo(range(50, 120));
		}
		assertThat(consumers.decisions).isEmpty();
	}

	/**
	 * Nothing that was seen of a topic on one cluster says anything about the other's.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false, false", "classic, true, false", "classic, true, true", "consumer, false, false",
			"consumer, true, false", "consumer, true, true" })
	void clusterOfTheSameIdIsAnotherOne(String protocol, boolean guarded, boolean hidden) {
		start(IMAGES_DEFAULT_ID, IMAGES_DEFAULT_ID);
		// By their addresses alone the clusters can be told apart then.
		List<Fault.Handle> hiding = hidden ? List.of(hideOffsetsTopic(first), hideOffsetsTopic(second)) : List.of();
		first.produce(PARTITION, 100);
		second.produce(PARTITION, 100);
		Consumers consumers = consumers(protocol).with("auto.offset.reset", "latest").oneProcess();

		try (Consumer<String, String> consumer = consumers.create(guarded)) {
			consumer.subscribe(List.of(PARTITION.topic()));
			Consumers.pollUntil(consumer, () -> Consumers.isAt(consumer, PARTITION, 100));
			consumer.commitSync(Map.of(PARTITION, new OffsetAndMetadata(100)));
		}
		address.leadTo(second);
		consumers.decisions.clear();
		try (Consumer<String, String> consumer = consumers.create(guarded)) {
			consumer.subscribe(List.of(PARTITION.topic()));

			assertThat(Consumers.pollUntil(consumer,
					() -> Consumers.isAt(consumer, PARTITION, 100) && (!guarded || !consumers.decisions.isEmpty())))
				.isEmpty();
		}
		assertThat(consumers.causes()).isEqualTo(guarded ? List.of(Cause.NO_COMMITTED_OFFSET) : List.of());
		assertThat(hiding).allSatisfy((fault) -> assertThat(fault.hits()).isPositive());
	}

	private static Fault.Handle hideOffsetsTopic(KafkaCluster cluster) {
		return cluster.wire()
			.inject(Fault.error(ApiKeys.DESCRIBE_TOPIC_PARTITIONS, Errors.TOPIC_AUTHORIZATION_FAILED)
				.forTopic("__consumer_offsets"));
	}

	private static void send(KafkaCluster cluster, int salt, int count) throws Exception {
		try (KafkaProducer<String, String> producer = new KafkaProducer<>(
				new HashMap<>(Map.of("bootstrap.servers", cluster.directBootstrapServers())), new StringSerializer(),
				new StringSerializer())) {
			for (int i = 0; i < count; i++) {
				producer.send(new ProducerRecord<>(PARTITION.topic(), 0, 1_700_000_000_000L + i + salt, null, "v" + i));
			}
			producer.flush();
		}
		Awaitility.await().until(() -> cluster.logEnd(PARTITION) == count);
	}

}
