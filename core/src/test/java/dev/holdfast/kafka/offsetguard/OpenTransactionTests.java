/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A group whose producers commit its offsets in transactions: until one ends, brokers do
 * not say what is committed to whoever asks for what is stable (KIP-447).
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@Tag("long")
class OpenTransactionTests {

	private final KafkaCluster cluster;

	OpenTransactionTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	/**
	 * It has no commit itself: the others' commits may have a bookmark that tells of one.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false", "consumer, false", "classic, true", "consumer, true" })
	void partitionStartsWhileOthersAreCommittedInATransaction(String protocol, boolean guarded) {
		String topic = "others-%s-%s".formatted(protocol, guarded);
		TopicPartition own = new TopicPartition(topic, 0);
		TopicPartition other = new TopicPartition(topic, 1);
		cluster.createTopic(topic, 3);
		cluster.produce(own, 20);
		cluster.produce(other, 20);
		cluster.commit(topic, other, new OffsetAndMetadata(4));
		Consumers consumers = new Consumers(cluster, protocol, topic).with("auto.offset.reset", "earliest");

		try (Producer<String, String> producer = commitInATransaction(other, 8);
				Consumer<String, String> consumer = consumers.create(guarded)) {
			cluster.wire().forget();
			consumer.assign(List.of(own));
			long start = System.nanoTime();

			assertThat(Consumers.pollTo(consumer, own, 20)).isEqualTo(range(0, 20));
			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
			assertThat(cluster.wire().count("holdfast-admin-" + topic, ApiKeys.OFFSET_FETCH)).isLessThan(10);
			producer.abortTransaction();
		}
		assertThat(consumers.causes()).isEqualTo(guarded ? List.of(Cause.NO_COMMITTED_OFFSET) : List.of());
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void bookmarkOfACommitThatATransactionIsAboutToReplaceStillTells(String protocol) throws Exception {
		String topic = "bookmark-" + protocol;
		TopicPartition lost = new TopicPartition(topic, 0);
		TopicPartition other = new TopicPartition(topic, 1);
		cluster.createTopic(topic, 2);
		cluster.produce(lost, 20);
		cluster.produce(other, 20);
		Consumers consumers = new Consumers(cluster, protocol, topic).with("auto.offset.reset", "earliest");
		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(lost, other));
			Consumers.pollUntil(consumer,
					() -> Consumers.isAt(consumer, lost, 20) && Consumers.isAt(consumer, other, 20));
			consumer.commitSync(Map.of(lost, new OffsetAndMetadata(20), other, new OffsetAndMetadata(20)));
		}
		cluster.admin().deleteConsumerGroupOffsets(topic, Set.of(lost)).all().get();
		consumers.decisions.clear();

		try (Producer<String, String> producer = commitInATransaction(other, 20);
				Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(lost));
			assertThat(Consumers.pollUntil(consumer, () -> !consumers.decisions.isEmpty())).isEmpty();
			producer.abortTransaction();
		}
		assertThat(consumers.causes()).containsExactly(Cause.COMMITTED_OFFSET_LOST);
	}

	/**
	 * Among others of the same consumer, which do not wait.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void commitInAnOpenTransactionIsAskedForNowAndThen(String protocol) {
		String topic = "own-" + protocol;
		TopicPartition pending = new TopicPartition(topic, 0);
		TopicPartition stable = new TopicPartition(topic, 1);
		cluster.createTopic(topic, 2);
		cluster.produce(pending, 20);
		cluster.produce(stable, 20);
		cluster.commit(topic, pending, new OffsetAndMetadata(4));
		cluster.commit(topic, stable, new OffsetAndMetadata(5));
		Consumers consumers = new Consumers(cluster, protocol, topic).with("auto.offset.reset", "earliest");

		try (Producer<String, String> producer = commitInATransaction(pending, 8);
				Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(pending, stable));
			assertThat(Consumers.pollTo(consumer, stable, 20)).isEqualTo(range(5, 20));
			cluster.wire().forget();
			long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
			assertThat(Consumers.pollUntil(consumer, () -> System.nanoTime() > end)).isEmpty();
			long asked = cluster.wire().count("holdfast-admin-" + topic, ApiKeys.OFFSET_FETCH);
			producer.commitTransaction();

			assertThat(Consumers.pollTo(consumer, pending, 20)).isEqualTo(range(8, 20));
			assertThat(asked).isBetween(1L, 10L);
		}
		assertThat(consumers.decisions).isEmpty();
	}

	/**
	 * The group is empty, so brokers take a commit of nobody's. The transaction is open.
	 */
	private Producer<String, String> commitInATransaction(TopicPartition partition, long offset) {
		Producer<String, String> producer = new KafkaProducer<>(
				Map.of("bootstrap.servers", cluster.bootstrapServers(), "transactional.id", partition.topic()),
				new StringSerializer(), new StringSerializer());
		producer.initTransactions();
		producer.beginTransaction();
		producer.sendOffsetsToTransaction(Map.of(partition, new OffsetAndMetadata(offset)), nobody(partition.topic()));
		return producer;
	}

	private ConsumerGroupMetadata nobody(String group) {
		try (Consumer<String, String> consumer = new Consumers(cluster, "classic", group).plain()) {
			return consumer.groupMetadata();
		}
	}

}
