/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.benchmarks;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.ClusterResource;
import org.apache.kafka.common.ClusterResourceListener;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.record.TimestampType;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * A consumer without brokers whose polls return the same prepared records, so that a
 * benchmark measures only what is around it. It instantiates its interceptors and lets
 * them see the records, as a real client does.
 */
final class PreparedConsumer extends MockConsumer<byte[], byte[]> {

	private static final String TOPIC = "orders";

	/** As long as the ids that Kafka makes. */
	private static final String CLUSTER = "abcdefghijklmnopqrstuw";

	private final List<ConsumerInterceptor<byte[], byte[]>> interceptors;

	private final ConsumerRecords<byte[], byte[]> batch;

	@SuppressWarnings("unchecked")
	PreparedConsumer(Map<String, Object> configuration, int partitions, int records) {
		super("none");
		this.interceptors = (List<ConsumerInterceptor<byte[], byte[]>>) (List<?>) new ConsumerConfig(configuration)
			.getConfiguredInstances(ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG, ConsumerInterceptor.class);
		this.batch = batch(partitions, records);
		for (ConsumerInterceptor<byte[], byte[]> interceptor : interceptors) {
			if (interceptor instanceof ClusterResourceListener listener) {
				listener.onUpdate(new ClusterResource(CLUSTER));
			}
		}
	}

	static Map<String, Object> configuration() {
		Map<String, Object> configuration = new HashMap<>();
		configuration.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, "localhost:1");
		configuration.put(ConsumerConfig.GROUP_ID_CONFIG, "orders");
		configuration.put(ConsumerConfig.CLIENT_ID_CONFIG, "orders");
		configuration.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
		configuration.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
		configuration.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
		return configuration;
	}

	static List<TopicPartition> partitions(int count) {
		List<TopicPartition> partitions = new ArrayList<>();
		for (int partition = 0; partition < count; partition++) {
			partitions.add(new TopicPartition(TOPIC, partition));
		}
		return partitions;
	}

	/**
	 * Spreads the records over the partitions.
	 */
	private static ConsumerRecords<byte[], byte[]> batch(int partitions, int records) {
		Map<TopicPartition, List<ConsumerRecord<byte[], byte[]>>> batch = new HashMap<>();
		long timestamp = System.currentTimeMillis();
		for (int record = 0; record < records; record++) {
			int partition = record % partitions;
			batch.computeIfAbsent(new TopicPartition(TOPIC, partition), (key) -> new ArrayList<>())
				.add(new ConsumerRecord<>(TOPIC, partition, record / partitions, timestamp, TimestampType.CREATE_TIME,
						8, 100, new byte[8], new byte[100], new RecordHeaders(), Optional.of(0)));
		}
		return new ConsumerRecords<>(batch, Map.of());
	}

	/** Tells the interceptors, and keeps nothing. */
	@Override
	public void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {
		interceptors.forEach((interceptor) -> interceptor.onCommit(offsets));
	}

	@Override
	public ConsumerRecords<byte[], byte[]> poll(Duration timeout) {
		if (batch.isEmpty()) {
			// Clients return this very object.
			return ConsumerRecords.empty();
		}
		ConsumerRecords<byte[], byte[]> records = batch;
		for (ConsumerInterceptor<byte[], byte[]> interceptor : interceptors) {
			records = interceptor.onConsume(records);
		}
		return records;
	}

}
