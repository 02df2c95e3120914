/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringSerializer;

import dev.holdfast.kafka.test.KafkaCluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Sends numbered orders until it is told to stop: 20 a second to each partition of some
 * topics, around the wire. Its producer is idempotent, so that each number is in a log
 * once whatever happens to the brokers.
 */
final class NumberedOrders {

	private static final int PERIOD_MILLIS = 50;

	private final Producer<String, String> producer;

	private final ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();

	private final Queue<Exception> failures = new ConcurrentLinkedQueue<>();

	private final List<String> topics;

	private final int partitions;

	private int sent;

	NumberedOrders(KafkaCluster cluster, List<String> topics, int partitions) {
		this.topics = topics;
		this.partitions = partitions;
		this.producer = new KafkaProducer<>(
				Map.of("bootstrap.servers", cluster.directBootstrapServers(), "enable.idempotence", true,
						// A batch that several others have overtaken is out of sequence
						// for
						// ever once a new leader has forgotten it.
						"max.in.flight.requests.per.connection", 1),
				new StringSerializer(), new StringSerializer());
		this.clock.scheduleAtFixedRate(this::send, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
	}

	private void send() {
		String number = Integer.toString(sent);
		for (String topic : topics) {
			for (int partition = 0; partition < partitions; partition++) {
				producer.send(new ProducerRecord<>(topic, partition, null, number), (metadata, failure) -> {
					if (failure != null) {
						failures.add(failure);
					}
				});
			}
		}
		sent++;
	}

	/**
	 * Stops when all that was sent is in the logs.
	 * @return the numbers that each partition has
	 */
	List<String> stop() {
		clock.shutdown();
		await().until(clock::isTerminated);
		producer.close();
		assertThat(failures).isEmpty();
		return IntStream.range(0, sent).mapToObj(Integer::toString).toList();
	}

	/**
	 * Stops whatever happens.
	 */
	void abandon() {
		clock.shutdownNow();
		producer.close(Duration.ZERO);
	}

}
