/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

@LyingKafka
@Timeout(60)
class ThroughputTests {

	private static final int RECORDS = 64;

	private static final int SIZE = 900_000;

	@Test
	void largeFramesPassUnchanged(KafkaCluster cluster) {
		cluster.createTopic("large", 1);
		List<byte[]> sent = send(cluster, new TopicPartition("large", 0));
		List<byte[]> received = new ArrayList<>();
		Map<String, Object> config = Map.of("bootstrap.servers", cluster.bootstrapServers(),
				"max.partition.fetch.bytes", 20_000_000, "auto.offset.reset", "earliest");
		try (Consumer<byte[], byte[]> consumer = new KafkaConsumer<>(config, new ByteArrayDeserializer(),
				new ByteArrayDeserializer())) {
			consumer.assign(Set.of(new TopicPartition("large", 0)));
			Polling.of(consumer)
				.onRecord((record) -> received.add(record.value()))
				.until(() -> received.size() >= RECORDS);
		}
		assertThat(received).usingElementComparator(Arrays::compare).isEqualTo(sent);
	}

	private static List<byte[]> send(KafkaCluster cluster, TopicPartition partition) {
		Random random = new Random(1);
		List<byte[]> sent = new ArrayList<>();
		Map<String, Object> config = Map.of("bootstrap.servers", cluster.bootstrapServers());
		try (Producer<byte[], byte[]> producer = new KafkaProducer<>(config, new ByteArraySerializer(),
				new ByteArraySerializer())) {
			for (int i = 0; i < RECORDS; i++) {
				byte[] value = new byte[SIZE];
				random.nextBytes(value);
				sent.add(value);
				producer.send(new ProducerRecord<>(partition.topic(), partition.partition(), null, value));
			}
		}
		return sent;
	}

}
