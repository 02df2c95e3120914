/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The log is really truncated: a follower that is 50 records behind becomes the leader,
 * and other records take the place of those that are lost.
 */
@LyingKafka(brokers = 3)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@Tag("long")
class RealTruncationTests {

	private static final int REPLICATED = 100;

	private static final int LOST = 50;

	private static final int NEW = 200;

	private final KafkaCluster cluster;

	private final int leader;

	private final int follower;

	private final int bystander;

	private final Map<TopicPartition, List<Long>> delivered = new HashMap<>();

	private final Map<TopicPartition, List<String>> values = new HashMap<>();

	private final Map<TopicPartition, List<Long>> timestamps = new HashMap<>();

	RealTruncationTests(KafkaCluster cluster) {
		this.cluster = cluster;
		List<Integer> brokers = cluster.brokerIds();
		this.leader = brokers.get(0);
		this.follower = brokers.get(1);
		this.bystander = brokers.get(2);
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void consumerThatCommitsByItselfGoesToDivergentOffset(String protocol) {
		TopicPartition truncated = createTopic("truncated-" + protocol, List.of(leader, follower), REPLICATED);
		TopicPartition other = createTopic("other-" + protocol, List.of(bystander), 60);
		commit(truncated, other);
		cluster.stopBroker(follower);
		cluster.produce(truncated, LOST);
		assertThat(cluster.leaderEpoch(truncated)).isZero();
		Consumers consumers = consumers(truncated.topic(), protocol).with("enable.auto.commit", true)
			.with("auto.commit.interval.ms", 100);

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(truncated.topic(), other.topic()));
			poll(consumer, truncated, REPLICATED + LOST, other, 60);
			electFollower(truncated);
			cluster.produce(truncated, NEW);
			cluster.produce(other, 40);
			poll(consumer, truncated, REPLICATED + NEW, other, 100);
		}

		assertTruncationHonoured(consumers, truncated, other);
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void consumerThatPollsAllTheTimeGoesToDivergentOffset(String protocol) throws Exception {
		TopicPartition truncated = createTopic("truncated-polled-" + protocol, List.of(leader, follower), REPLICATED);
		TopicPartition other = createTopic("other-polled-" + protocol, List.of(bystander), 60);
		commit(truncated, other);
		cluster.stopBroker(follower);
		cluster.produce(truncated, LOST);
		Consumers consumers = consumers(truncated.topic(), protocol);

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(truncated.topic(), other.topic()));
			poll(consumer, truncated, REPLICATED + LOST, other, 60);
			CompletableFuture<Void> election = CompletableFuture.runAsync(() -> electFollower(truncated));
			poll(consumer, election::isDone);
			election.get();
			// The log ends at the divergent offset now.
			poll(consumer, truncated, REPLICATED, other, 60);
			cluster.produce(truncated, NEW);
			cluster.produce(other, 40);
			poll(consumer, truncated, REPLICATED + NEW, other, 100);
		}

		assertTruncationHonoured(consumers, truncated, other);
	}

	/**
	 * The last record delivered is among the lost ones; the first one at or after its
	 * timestamp is the first one of the new log that is as young.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void consumerGoesToTimestampOfLastRecordIfPolicySaysSo(String protocol) {
		TopicPartition truncated = createTopic("timestamp-" + protocol, List.of(leader, follower), REPLICATED);
		TopicPartition other = createTopic("timestamp-other-" + protocol, List.of(bystander), 60);
		commit(truncated, other);
		cluster.stopBroker(follower);
		cluster.produce(truncated, LOST);
		Consumers consumers = consumers(truncated.topic(), protocol).policy(Cause.LOG_TRUNCATED, Action.TIMESTAMP);

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(truncated.topic(), other.topic()));
			poll(consumer, truncated, REPLICATED + LOST, other, 60);
			electFollower(truncated);
			long lastDelivered = timestamps.get(truncated).get(REPLICATED + LOST - 1);
			int olderRecords = 20;
			produceAt(truncated, lastDelivered - 1, olderRecords);
			produceAt(truncated, lastDelivered, NEW - olderRecords);
			poll(consumer, truncated, REPLICATED + NEW, other, 60);

			List<Long> offsets = new ArrayList<>(range(0, REPLICATED + LOST));
			offsets.addAll(range(REPLICATED + olderRecords, REPLICATED + NEW));
			assertThat(delivered).isEqualTo(Map.of(truncated, offsets, other, range(0, 60)));
		}
		assertThat(consumers.decisions).singleElement().satisfies((decision) -> {
			assertThat(decision.cause()).isEqualTo(Cause.LOG_TRUNCATED);
			assertThat(decision.action()).isEqualTo(Action.TIMESTAMP);
			assertThat(decision.outcome()).isEqualTo(new Outcome.ReadFrom(REPLICATED + 20));
		});
	}

	/**
	 * Commits as Spring makes them have no epoch, so that a client that starts from one
	 * asks nobody whether it still holds: the bookmark's epoch, or one in the commit,
	 * makes it ask. Without either the lost records' place is read as if nothing was.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, true, false", "consumer, true, false", "classic, false, true", "consumer, false, true",
			"classic, false, false" })
	void truncationIsFoundAfterARestart(String protocol, boolean bookmark, boolean leaderEpoch) {
		String name = "restart-%s-%s-%s".formatted(protocol, bookmark, leaderEpoch);
		TopicPartition truncated = createTopic(name, List.of(leader, follower), REPLICATED);
		TopicPartition other = createTopic("other-" + name, List.of(bystander), 60);
		commit(truncated, other);
		cluster.stopBroker(follower);
		cluster.produce(truncated, LOST);
		Consumers consumers = consumers(truncated.topic(), protocol).commits(bookmark, false, leaderEpoch);

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(truncated.topic(), other.topic()));
			poll(consumer, truncated, REPLICATED + LOST, other, 60);
			consumer.commitSync(
					Map.of(truncated, new OffsetAndMetadata(REPLICATED + LOST), other, new OffsetAndMetadata(60)));
		}
		electFollower(truncated);
		cluster.produce(truncated, NEW);
		cluster.produce(other, 40);
		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(truncated.topic(), other.topic()));
			poll(consumer, truncated, REPLICATED + NEW, other, 100);
		}

		if (bookmark || leaderEpoch) {
			assertTruncationHonoured(consumers, truncated, other);
		}
		else {
			assertThat(delivered.get(truncated)).isEqualTo(range(0, REPLICATED + NEW));
			assertThat(consumers.decisions).isEmpty();
		}
	}

	private void produceAt(TopicPartition partition, long timestamp, int records) {
		Map<String, Object> configuration = Map.of("bootstrap.servers", cluster.bootstrapServers());
		try (KafkaProducer<String, String> producer = new KafkaProducer<>(configuration, new StringSerializer(),
				new StringSerializer())) {
			for (int i = 0; i < records; i++) {
				producer.send(new ProducerRecord<>(partition.topic(), partition.partition(), timestamp, null, "new"));
			}
		}
	}

	private void electFollower(TopicPartition partition) {
		cluster.stopBroker(leader);
		cluster.startBroker(follower);
		cluster.electUnclean(partition);
		assertThat(cluster.leader(partition)).isEqualTo(follower);
	}

	private void assertTruncationHonoured(Consumers consumers, TopicPartition truncated, TopicPartition other) {
		List<Long> offsets = new ArrayList<>(range(0, REPLICATED + LOST));
		offsets.addAll(range(REPLICATED, REPLICATED + NEW));
		assertThat(delivered).isEqualTo(Map.of(truncated, offsets, other, range(0, 100)));
		// No record of the new log was missed: each value was sent once only.
		assertThat(values.get(truncated))
			.isEqualTo(IntStream.range(0, REPLICATED + LOST + NEW).mapToObj(Integer::toString).toList());
		assertThat(consumers.decisions).singleElement().satisfies((decision) -> {
			assertThat(decision.partition()).isEqualTo(truncated);
			assertThat(decision.cause()).isEqualTo(Cause.LOG_TRUNCATED);
			assertThat(decision.action()).isEqualTo(Action.DIVERGENCE);
			assertThat(decision.outcome()).isEqualTo(new Outcome.ReadFrom(REPLICATED));
			assertThat(decision.impact()).isEqualTo(new Decision.Impact(0, LOST, 0));
			assertThat(decision.evidence().position()).isEqualTo(REPLICATED + LOST);
			assertThat(decision.evidence().leaderEpoch()).isZero();
		});
	}

	private void poll(Consumer<String, String> consumer, TopicPartition first, long firstPosition,
			TopicPartition second, long secondPosition) {
		poll(consumer, () -> consumer.assignment().size() == 2 && Consumers.isAt(consumer, first, firstPosition)
				&& Consumers.isAt(consumer, second, secondPosition));
	}

	private void poll(Consumer<String, String> consumer, BooleanSupplier condition) {
		Consumers.pollUntil(consumer, (record) -> {
			TopicPartition partition = new TopicPartition(record.topic(), record.partition());
			delivered.computeIfAbsent(partition, (key) -> new ArrayList<>()).add(record.offset());
			values.computeIfAbsent(partition, (key) -> new ArrayList<>()).add(record.value());
			timestamps.computeIfAbsent(partition, (key) -> new ArrayList<>()).add(record.timestamp());
		}, condition);
	}

	private TopicPartition createTopic(String name, List<Integer> replicas, int records) {
		TopicPartition partition = new TopicPartition(name, 0);
		cluster.createTopic(name, Map.of(0, replicas), Map.of());
		cluster.produce(partition, records);
		return partition;
	}

	private void commit(TopicPartition truncated, TopicPartition other) {
		cluster.commit(truncated.topic(), truncated, Consumers.offset(0, 0));
		cluster.commit(truncated.topic(), other, Consumers.offset(0, 0));
	}

	private Consumers consumers(String group, String protocol) {
		return new Consumers(cluster, protocol, group).with("auto.offset.reset", "earliest");
	}

}
