/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.demo;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;

import dev.holdfast.kafka.test.NumberedRecords;
import dev.holdfast.kafka.test.Polling;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * The orders of one topic with one partition. Publishes them, and consumes some before
 * the demo begins.
 */
final class Orders implements AutoCloseable {

	private static final Duration INTERVAL = Duration.ofMillis(10);

	private final String bootstrapServers;

	private final TopicPartition partition;

	private final NumberedRecords records;

	Orders(String bootstrapServers, String topic) {
		this.bootstrapServers = bootstrapServers;
		this.partition = new TopicPartition(topic, 0);
		this.records = NumberedRecords.to(Map.of("bootstrap.servers", bootstrapServers), "%d,tea,1"::formatted);
	}

	/**
	 * Publishes orders as fast as it can.
	 * @param count how many
	 */
	void publish(int count) {
		records.send(partition, count);
	}

	/**
	 * Publishes orders at 100 a second.
	 * @param count how many
	 * @return completed when all are out
	 */
	CompletableFuture<Void> trickle(int count) {
		return records.sendEvery(INTERVAL, List.of(partition), count);
	}

	/**
	 * Consumes the first orders for a group and commits as a client with
	 * {@code enable.auto.commit} does: its own position, leader epoch included.
	 * @param groupId the group
	 * @param count how many orders
	 * @return their offsets
	 */
	Set<Long> consume(String groupId, int count) {
		Map<String, Object> configuration = Map.of("bootstrap.servers", bootstrapServers, "group.id", groupId,
				"auto.offset.reset", "earliest", "enable.auto.commit", false, "max.poll.records", 1);
		try (Consumer<String, String> consumer = new KafkaConsumer<>(configuration, new StringDeserializer(),
				new StringDeserializer())) {
			consumer.subscribe(Set.of(partition.topic()));
			Polling<String, String> polling = Polling.of(consumer);
			polling.until(() -> polling.offsets(partition).size() >= count);
			consumer.commitSync();
			return new TreeSet<>(polling.offsets(partition));
		}
	}

	@Override
	public void close() {
		records.close();
	}

}
