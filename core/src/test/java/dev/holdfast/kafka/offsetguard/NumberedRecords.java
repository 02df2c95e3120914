/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;

import dev.holdfast.kafka.test.KafkaCluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Sends numbers to partitions, around the wire, 50 a second to each until it is told to
 * stop. The producer is idempotent, so that each number is in a log once, at its own
 * offset, whatever happens to the brokers.
 */
final class NumberedRecords implements AutoCloseable {

	private static final int PERIOD_MILLIS = 20;

	private final Producer<String, String> producer;

	private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();

	private final Map<TopicPartition, AtomicInteger> next = new ConcurrentHashMap<>();

	private final Queue<Exception> failures = new ConcurrentLinkedQueue<>();

	NumberedRecords(KafkaCluster cluster) {
		// A batch that several others have overtaken is out of sequence for ever once a
		// new leader has forgotten it, so there is only one request at a time.
		this.producer = new KafkaProducer<>(
				Map.of("bootstrap.servers", cluster.directBootstrapServers(), "enable.idempotence", true,
						"max.in.flight.requests.per.connection", 1, "metadata.max.age.ms", 500),
				new StringSerializer(), new StringSerializer());
		this.clock.scheduleAtFixedRate(() -> next.forEach(this::send), 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
	}

	/**
	 * Sends to so many partitions of a topic from now on.
	 */
	void sendTo(String topic, int partitions) {
		IntStream.range(0, partitions)
			.forEach((partition) -> next.putIfAbsent(new TopicPartition(topic, partition), new AtomicInteger()));
	}

	private void send(TopicPartition partition, AtomicInteger counter) {
		String number = Integer.toString(counter.getAndIncrement());
		producer.send(new ProducerRecord<>(partition.topic(), partition.partition(), null, number),
				(metadata, failure) -> {
					if (failure != null) {
						failures.add(failure);
					}
				});
	}

	/**
	 * Stops when all that was sent is in the logs.
	 */
	void stop() {
		clock.shutdown();
		await().until(clock::isTerminated);
		producer.flush();
		assertThat(failures).isEmpty();
	}

	/**
	 * How many numbers were sent to each partition.
	 */
	Map<TopicPartition, Integer> counts() {
		Map<TopicPartition, Integer> counts = new ConcurrentHashMap<>();
		next.forEach((partition, counter) -> counts.put(partition, counter.get()));
		return counts;
	}

	/**
	 * The numbers that were sent to a partition.
	 */
	List<String> sent(TopicPartition partition) {
		return IntStream.range(0, next.get(partition).get()).mapToObj(Integer::toString).toList();
	}

	@Override
	public void close() {
		clock.shutdownNow();
		producer.close(Duration.ZERO);
	}

}
