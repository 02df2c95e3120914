/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Long polls, which are made in pieces, end when the client's would.
 */
@LyingKafka
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class LongPollTests {

	private final KafkaCluster cluster;

	LongPollTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	/**
	 * KAFKA-12980: whoever reads to an end that is known waits for the position, not for
	 * records.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void endsWhereThePositionGoesPastAbortedRecords(String protocol) {
		TopicPartition partition = new TopicPartition("aborted-" + protocol, 0);
		cluster.createTopic(partition.topic(), 1);
		cluster.produce(partition, 20);
		cluster.commit(partition.topic(), partition, new OffsetAndMetadata(20));
		abort(partition, 5);
		Consumers consumers = new Consumers(cluster, protocol, partition.topic()).with("isolation.level",
				"read_committed");
		// Longer than what a client takes that returns without having waited.
		Fault.Handle slow = cluster.wire().inject(Fault.delay(Duration.ofMillis(300), ApiKeys.FETCH).times(1));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(partition));
			ConsumerRecords<String, String> records = consumer.poll(Duration.ofDays(365));

			assertThat(records.isEmpty()).isTrue();
			assertThat(records.nextOffsets()).isEqualTo(Map.of(partition,
					new OffsetAndMetadata(26, records.nextOffsets().get(partition).leaderEpoch(), "")));
			assertThat(consumer.position(partition)).isEqualTo(26);
			assertThat(slow.hits()).isEqualTo(1);
		}
		finally {
			cluster.wire().honest();
		}
	}

	/**
	 * An application that filters in an interceptor and sees to other things between
	 * polls.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void endsWhereAnInterceptorHasLeftNothing(String protocol) {
		TopicPartition partition = new TopicPartition("dropped-" + protocol, 0);
		cluster.createTopic(partition.topic(), 1);
		cluster.produce(partition, 20);
		cluster.commit(partition.topic(), partition, new OffsetAndMetadata(10));
		Consumers consumers = new Consumers(cluster, protocol, partition.topic()).with("interceptor.classes",
				List.of(Dropping.class.getName()));
		Fault.Handle slow = cluster.wire().inject(Fault.delay(Duration.ofMillis(300), ApiKeys.FETCH).times(1));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(partition));
			ConsumerRecords<String, String> records = consumer.poll(Duration.ofDays(365));

			assertThat(records.isEmpty()).isTrue();
			assertThat(consumer.position(partition)).isEqualTo(20);
			assertThat(slow.hits()).isEqualTo(1);
		}
		finally {
			cluster.wire().honest();
		}
	}

	/** Lets nothing through. */
	public static final class Dropping implements ConsumerInterceptor<String, String> {

		@Override
		public void configure(Map<String, ?> configuration) {
		}

		@Override
		public ConsumerRecords<String, String> onConsume(ConsumerRecords<String, String> records) {
			return ConsumerRecords.empty();
		}

		@Override
		public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {
		}

		@Override
		public void close() {
		}

	}

	private void abort(TopicPartition partition, int records) {
		try (Producer<String, String> producer = new KafkaProducer<>(
				Map.of("bootstrap.servers", cluster.bootstrapServers(), "transactional.id", partition.topic()),
				new StringSerializer(), new StringSerializer())) {
			producer.initTransactions();
			producer.beginTransaction();
			for (int i = 0; i < records; i++) {
				producer.send(new ProducerRecord<>(partition.topic(), partition.partition(), null, "aborted"));
			}
			producer.flush();
			producer.abortTransaction();
		}
	}

}
