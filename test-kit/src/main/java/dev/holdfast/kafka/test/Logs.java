/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * What stands in the logs. Every call takes a client of its own: an admin client that has
 * cached a partition's leader waits for that broker, even when another one leads now.
 */
final class Logs {

	private final Map<String, Object> connection;

	private final Map<TopicPartition, AtomicInteger> produced = new ConcurrentHashMap<>();

	Logs(String bootstrapServers) {
		this.connection = Map.of("bootstrap.servers", bootstrapServers, "client.id", "holdfast-cluster",
				"retry.backoff.ms", 20);
	}

	void produce(TopicPartition partition, int count) {
		AtomicInteger next = this.produced.computeIfAbsent(partition, (key) -> new AtomicInteger());
		try (Producer<byte[], String> producer = producer()) {
			List<Future<RecordMetadata>> acks = new ArrayList<>();
			for (int i = 0; i < count; i++) {
				String value = Integer.toString(next.getAndIncrement());
				acks.add(producer.send(new ProducerRecord<>(partition.topic(), partition.partition(), null, value)));
			}
			producer.flush();
			acks.forEach((ack) -> Await.result("produce to " + partition, ack));
		}
	}

	private Producer<byte[], String> producer() {
		Map<String, Object> config = new HashMap<>(this.connection);
		config.put("acks", "all");
		// Not idempotent, as an unclean election would end the producer's sequence.
		config.put("enable.idempotence", false);
		config.put("max.in.flight.requests.per.connection", 1);
		return new KafkaProducer<>(config, new ByteArraySerializer(), new StringSerializer());
	}

	void delete(TopicPartition partition, long beforeOffset) {
		try (Admin admin = Admin.create(this.connection)) {
			Await.result("delete records of " + partition,
					admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(beforeOffset))).all());
		}
		Await.until("log start of " + partition + " at " + beforeOffset, () -> start(partition) >= beforeOffset);
	}

	long start(TopicPartition partition) {
		return offset(partition, OffsetSpec.earliest());
	}

	long end(TopicPartition partition) {
		return offset(partition, OffsetSpec.latest());
	}

	private long offset(TopicPartition partition, OffsetSpec spec) {
		try (Admin admin = Admin.create(this.connection)) {
			return Await
				.result("offset of " + partition, admin.listOffsets(Map.of(partition, spec)).partitionResult(partition))
				.offset();
		}
	}

}
