/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.demo;

import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;

/**
 * The orders of one topic: how they come, and how some were consumed in the past.
 */
final class Orders implements AutoCloseable {

	private static final long INTERVAL_MILLIS = 10;

	private final String bootstrapServers;

	private final String topic;

	private final Producer<String, String> producer;

	private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();

	private final AtomicInteger nextId = new AtomicInteger();

	Orders(String bootstrapServers, String topic) {
		this.bootstrapServers = bootstrapServers;
		this.topic = topic;
		this.producer = new KafkaProducer<>(Map.of("bootstrap.servers", bootstrapServers), new StringSerializer(),
				new StringSerializer());
	}

	/**
	 * Publishes orders at once.
	 * @param count how many
	 */
	void publish(int count) {
		for (int i = 0; i < count; i++) {
			publishNext();
		}
		producer.flush();
	}

	/**
	 * Publishes orders at 100 a second.
	 * @param count how many
	 * @return completed when all are out
	 */
	CompletableFuture<Void> trickle(int count) {
		CompletableFuture<Void> done = new CompletableFuture<>();
		AtomicInteger left = new AtomicInteger(count);
		ScheduledFuture<?> ticks = clock.scheduleAtFixedRate(() -> {
			publishNext();
			if (left.decrementAndGet() == 0) {
				done.complete(null);
			}
		}, 0, INTERVAL_MILLIS, TimeUnit.MILLISECONDS);
		return done.thenRun(() -> {
			ticks.cancel(false);
			producer.flush();
		});
	}

	private void publishNext() {
		producer.send(new ProducerRecord<>(topic, "%d,tea,1".formatted(nextId.getAndIncrement())));
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
		Set<Long> offsets = new TreeSet<>();
		try (Consumer<String, String> consumer = new KafkaConsumer<>(configuration, new StringDeserializer(),
				new StringDeserializer())) {
			consumer.subscribe(Set.of(topic));
			while (offsets.size() < count) {
				consumer.poll(Duration.ofSeconds(1)).forEach((record) -> offsets.add(record.offset()));
			}
			consumer.commitSync();
		}
		return offsets;
	}

	@Override
	public void close() {
		clock.shutdownNow();
		producer.close();
	}

}
