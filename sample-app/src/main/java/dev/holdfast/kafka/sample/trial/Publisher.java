/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.trial;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;

import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * Publishes numbered orders, around the wire. Thread-safe.
 */
final class Publisher implements AutoCloseable {

	private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(5);

	private final Listener listener;

	private final Map<TopicPartition, List<Integer>> published = new HashMap<>();

	private Producer<byte[], String> producer;

	private int next;

	Publisher(String bootstrapServers, Listener listener) {
		this.producer = producer(bootstrapServers);
		this.listener = listener;
	}

	private static Producer<byte[], String> producer(String bootstrapServers) {
		return new KafkaProducer<>(Map.of("bootstrap.servers", bootstrapServers, "acks", "all",
				"max.in.flight.requests.per.connection", 1, "metadata.max.age.ms", 1000, "delivery.timeout.ms", 30_000,
				"request.timeout.ms", 5_000, "max.block.ms", 10_000), new ByteArraySerializer(),
				new StringSerializer());
	}

	/**
	 * Publishes orders, and waits until they are in the log.
	 * @param partition the partition
	 * @param count how many
	 */
	void publish(TopicPartition partition, int count) {
		List<CompletableFuture<Void>> all = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			all.add(publish(partition));
		}
		all.forEach(CompletableFuture::join);
	}

	/**
	 * Publishes an order.
	 * @param partition the partition
	 * @return completed when it is in the log
	 */
	synchronized CompletableFuture<Void> publish(TopicPartition partition) {
		return send(partition, next++);
	}

	private CompletableFuture<Void> send(TopicPartition partition, int order) {
		published.computeIfAbsent(partition, (key) -> new ArrayList<>()).add(order);
		CompletableFuture<Void> sent = new CompletableFuture<>();
		producer.send(new ProducerRecord<>(partition.topic(), partition.partition(), null, order + ",tea,1"),
				(metadata, failure) -> {
					if (failure != null) {
						sent.completeExceptionally(failure);
						return;
					}
					listener.published(partition, metadata.offset(), order);
					sent.complete(null);
				});
		return sent;
	}

	/**
	 * Goes on at other brokers, to which it publishes the last orders once more.
	 * @param bootstrapServers their addresses
	 * @param partitions the partitions
	 * @param count how many orders of each
	 */
	synchronized void moveTo(String bootstrapServers, Collection<TopicPartition> partitions, int count) {
		producer.close(CLOSE_TIMEOUT);
		producer = producer(bootstrapServers);
		List<CompletableFuture<Void>> all = new ArrayList<>();
		for (TopicPartition partition : partitions) {
			List<Integer> orders = published.getOrDefault(partition, List.of());
			List<Integer> last = List.copyOf(orders.subList(Math.max(0, orders.size() - count), orders.size()));
			last.forEach((order) -> all.add(send(partition, order)));
		}
		producer.flush();
		all.forEach(CompletableFuture::join);
	}

	@Override
	public synchronized void close() {
		producer.close(CLOSE_TIMEOUT);
	}

	/**
	 * Hears of each order that is in a log.
	 */
	interface Listener {

		void published(TopicPartition partition, long offset, int order);

	}

}
