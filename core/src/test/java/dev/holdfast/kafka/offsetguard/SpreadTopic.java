/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.stream.IntStream;

import org.apache.kafka.clients.admin.NewPartitionReassignment;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.ElectionType;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;

import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.NumberedRecords;

import static org.awaitility.Awaitility.await;

/**
 * A topic of many partitions whose leaders are spread evenly over all brokers, and what
 * is done to all of them at once.
 */
final class SpreadTopic {

	private final KafkaCluster cluster;

	final String name;

	final List<TopicPartition> partitions;

	private SpreadTopic(KafkaCluster cluster, String name, List<TopicPartition> partitions) {
		this.cluster = cluster;
		this.name = name;
		this.partitions = partitions;
	}

	static SpreadTopic create(KafkaCluster cluster, String name, int partitions) {
		return create(cluster, name, partitions, 1);
	}

	static SpreadTopic create(KafkaCluster cluster, String name, int partitions, int replicas) {
		Map<Integer, List<Integer>> assignments = new LinkedHashMap<>();
		IntStream.range(0, partitions)
			.forEach((partition) -> assignments.put(partition, replicas(cluster, partition, replicas)));
		cluster.createTopic(name, assignments, Map.of());
		return new SpreadTopic(cluster, name,
				IntStream.range(0, partitions).mapToObj((partition) -> new TopicPartition(name, partition)).toList());
	}

	private static List<Integer> replicas(KafkaCluster cluster, int first, int count) {
		List<Integer> brokers = cluster.brokerIds();
		return IntStream.range(first, first + count).mapToObj((index) -> brokers.get(index % brokers.size())).toList();
	}

	/**
	 * Makes the second replica of each partition the leader, of all of them at once.
	 */
	SpreadTopic moveAllLeaders() {
		Map<TopicPartition, Optional<NewPartitionReassignment>> reordered = new HashMap<>();
		for (TopicPartition partition : partitions) {
			List<Integer> replicas = new ArrayList<>(replicas(cluster, partition.partition(), 2));
			Collections.reverse(replicas);
			reordered.put(partition, Optional.of(new NewPartitionReassignment(replicas)));
		}
		get(cluster.admin().alterPartitionReassignments(reordered).all());
		await().until(() -> get(cluster.admin().listPartitionReassignments().reassignments()).isEmpty());
		get(cluster.admin().electLeaders(ElectionType.PREFERRED, Set.copyOf(partitions)).all());
		return this;
	}

	/**
	 * Sends so many records to each partition.
	 */
	SpreadTopic produce(int count) {
		return produce(count, "value", 16_384);
	}

	/**
	 * Sends so many records to each partition, in batches of that size at most.
	 */
	SpreadTopic produce(int count, String value, int batchSize) {
		Map<String, Object> configuration = Map.of("bootstrap.servers", cluster.directBootstrapServers(),
				"enable.idempotence", false, "batch.size", batchSize, "linger.ms", 50);
		try (NumberedRecords records = NumberedRecords.to(configuration, (number) -> value)) {
			records.send(partitions, count);
		}
		return this;
	}

	SpreadTopic commit(String group, OffsetAndMetadata offset) {
		get(cluster.admin().alterConsumerGroupOffsets(group, each(offset)).all());
		return this;
	}

	SpreadTopic deleteRecords(long beforeOffset) {
		get(cluster.admin().deleteRecords(each(RecordsToDelete.beforeOffset(beforeOffset))).all());
		return this;
	}

	List<TopicPartition> ledBy(int broker) {
		return partitions.stream().filter((partition) -> cluster.leader(partition) == broker).toList();
	}

	<T> Map<TopicPartition, T> each(T value) {
		Map<TopicPartition, T> map = new HashMap<>();
		partitions.forEach((partition) -> map.put(partition, value));
		return map;
	}

	/**
	 * Polls until all partitions are assigned and their positions are the given one.
	 */
	Map<TopicPartition, List<Long>> pollTo(Consumer<?, ?> consumer, long position) {
		return Consumers.pollUntil(consumer, () -> areAt(consumer, position));
	}

	boolean areAt(Consumer<?, ?> consumer, long position) {
		return Consumers.areAt(consumer, partitions, position);
	}

	private static <T> T get(KafkaFuture<T> future) {
		try {
			return future.get();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException(ex.getCause());
		}
	}

}
