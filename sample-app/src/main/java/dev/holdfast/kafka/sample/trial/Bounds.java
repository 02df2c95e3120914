/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.trial;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

import dev.holdfast.kafka.offsetguard.evidence.LogBounds;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Asks the brokers, around the wire, where logs start and end. Remembers their last
 * answer for the time in which there is none. Thread-safe.
 */
final class Bounds implements AutoCloseable {

	private static final Duration MOMENT = Duration.ofSeconds(1);

	private final Consumer<byte[], byte[]> consumer;

	private final Map<TopicPartition, LogBounds> known = new HashMap<>();

	Bounds(String bootstrapServers) {
		this.consumer = new KafkaConsumer<>(
				Map.of("bootstrap.servers", bootstrapServers, "metadata.max.age.ms", 1000, "retry.backoff.ms", 50,
						"request.timeout.ms", 1000, "default.api.timeout.ms", 1000, "allow.auto.create.topics", false),
				new ByteArrayDeserializer(), new ByteArrayDeserializer());
	}

	synchronized Map<TopicPartition, LogBounds> of(Set<TopicPartition> partitions) {
		try {
			Map<TopicPartition, Long> starts = consumer.beginningOffsets(partitions, MOMENT);
			Map<TopicPartition, Long> ends = consumer.endOffsets(partitions, MOMENT);
			partitions.forEach((partition) -> {
				long start = starts.getOrDefault(partition, 0L);
				known.put(partition, new LogBounds(start, Math.max(start, ends.getOrDefault(partition, 0L))));
			});
		}
		catch (KafkaException ex) {
			// A broker is away, or the topic.
		}
		Map<TopicPartition, LogBounds> bounds = new HashMap<>(known);
		bounds.keySet().retainAll(partitions);
		return bounds;
	}

	@Override
	public synchronized void close() {
		consumer.close();
	}

}
