/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.workswith;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * A topic that the group of its name has consumed to offset 200 of 270.
 */
record StreamOrders(KafkaCluster cluster, String topic, int partitions) {

	static final long COMMITTED = 200;

	static final long END = 270;

	static StreamOrders empty(KafkaCluster cluster, int partitions) {
		StreamOrders orders = new StreamOrders(cluster, "orders-" + UUID.randomUUID(), partitions);
		Map<Integer, List<Integer>> replicas = new HashMap<>();
		IntStream.range(0, partitions).forEach((partition) -> replicas.put(partition, List.of(0, 1)));
		cluster.createTopic(orders.topic, replicas, Map.of());
		return orders;
	}

	static StreamOrders withoutCommits(KafkaCluster cluster, int partitions) {
		StreamOrders orders = empty(cluster, partitions);
		orders.all().forEach((partition) -> cluster.produce(partition, (int) END));
		return orders;
	}

	static StreamOrders consumedTo200Of270(KafkaCluster cluster, int partitions) {
		StreamOrders orders = withoutCommits(cluster, partitions);
		orders.all().forEach((partition) -> orders.commit(partition, COMMITTED));
		return orders;
	}

	void commit(TopicPartition partition, long offset) {
		cluster.commit(topic, partition, new OffsetAndMetadata(offset, Optional.of(0), ""));
	}

	/** All brokers say that the logs of this topic were truncated to nothing. */
	StreamOrders lie() {
		cluster.wire().inject(Fault.epochEndOffset(0).forTopic(topic));
		return this;
	}

	TopicPartition partition(int partition) {
		return new TopicPartition(topic, partition);
	}

	List<TopicPartition> all() {
		return IntStream.range(0, partitions).mapToObj(this::partition).toList();
	}

	static List<Long> range(long from, long to) {
		return new ArrayList<>(LongStream.range(from, to).boxed().toList());
	}

	long committed(int partition) {
		Map<TopicPartition, OffsetAndMetadata> committed = cluster.committed(topic);
		OffsetAndMetadata offset = committed.get(partition(partition));
		return (offset != null) ? offset.offset() : -1;
	}

	void awaitCommitted(long offset) {
		IntStream.range(0, partitions)
			.forEach((partition) -> StreamApplication.until(() -> committed(partition) == offset));
	}

}
