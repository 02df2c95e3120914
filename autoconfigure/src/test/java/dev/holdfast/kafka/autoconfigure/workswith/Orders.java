/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure.workswith;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;
import org.apache.kafka.common.serialization.StringSerializer;

import static org.awaitility.Awaitility.await;

/**
 * A topic of 30 records on each partition, all but the last 10 consumed by the group of
 * the same name, whose commits carry an epoch to validate. Leaders are spread over two
 * brokers.
 */
record Orders(KafkaCluster cluster, String topic, int partitions) {

	static final long COMMITTED = 20;

	static final long END = 30;

	static final long ABOVE_END = 500;

	static Orders create(KafkaCluster cluster, int partitions) {
		return create(cluster, partitions, Map.of());
	}

	/** Without records and commits. */
	static Orders create(KafkaCluster cluster, int partitions, Map<String, String> configs) {
		return new Orders(cluster, "orders-" + UUID.randomUUID(), partitions).created(configs);
	}

	static Orders consumedTo20Of30(KafkaCluster cluster, int partitions) {
		return consumedTo20Of30(create(cluster, partitions));
	}

	static Orders consumedTo20Of30(Orders orders) {
		orders.all().forEach((partition) -> {
			orders.cluster.produce(partition, (int) END);
			orders.commit(partition, COMMITTED);
		});
		return orders;
	}

	Orders created(Map<String, String> configs) {
		Map<Integer, List<Integer>> replicas = new HashMap<>();
		IntStream.range(0, partitions)
			.forEach((partition) -> replicas.put(partition, List.of(partition % 2, 1 - partition % 2)));
		cluster.createTopic(topic, replicas, configs);
		return this;
	}

	/** With the epoch of the first leader, as a client of the group may commit it. */
	void commit(TopicPartition partition, long offset) {
		cluster.commit(topic, partition, new OffsetAndMetadata(offset, Optional.of(0), ""));
	}

	/** Where no log ends, and without an epoch that would tell. */
	void commitAboveEnd(TopicPartition partition) {
		cluster.commit(topic, partition, new OffsetAndMetadata(ABOVE_END));
	}

	/** All brokers say of all partitions that their logs were truncated to nothing. */
	Fault.Handle lie() {
		return cluster.wire().inject(Fault.epochEndOffset(0).forTopic(topic));
	}

	Fault.Handle lieAbout(int partition) {
		return cluster.wire().inject(Fault.epochEndOffset(0).forPartition(partition(partition)));
	}

	/** So that clients validate their positions. */
	void moveLeaders() {
		all().forEach((partition) -> cluster.moveLeader(partition, 1 - cluster.leader(partition)));
	}

	void produceOnEach(int count) {
		all().forEach((partition) -> cluster.produce(partition, count));
	}

	TopicPartition partition(int partition) {
		return new TopicPartition(topic, partition);
	}

	List<TopicPartition> all() {
		return IntStream.range(0, partitions).mapToObj(this::partition).toList();
	}

	/** The same offsets on each partition. */
	Map<TopicPartition, List<Long>> onEach(long from, long to) {
		Map<TopicPartition, List<Long>> offsets = new HashMap<>();
		all().forEach((partition) -> offsets.put(partition, range(from, to)));
		return offsets;
	}

	static List<Long> range(long from, long to) {
		return LongStream.range(from, to).boxed().toList();
	}

	/** What several applications were given, by offset. */
	static Map<TopicPartition, List<Long>> merge(List<Application> applications) {
		Map<TopicPartition, List<Long>> delivered = new HashMap<>();
		for (Application application : applications) {
			application.received()
				.offsets()
				.forEach((partition, offsets) -> delivered.computeIfAbsent(partition, (key) -> new ArrayList<>())
					.addAll(offsets));
		}
		delivered.values().forEach(Collections::sort);
		return delivered;
	}

	/** The group of this topic's name is stable, and each member has one partition. */
	void awaitOnePartitionEach(int members) {
		await().atMost(Application.PATIENCE)
			// Before the first one has joined.
			.ignoreExceptionsMatching((ex) -> ex.getCause() instanceof GroupIdNotFoundException)
			.until(() -> {
				ConsumerGroupDescription group = cluster.admin()
					.describeConsumerGroups(List.of(topic))
					.describedGroups()
					.get(topic)
					.get();
				return group.groupState() == GroupState.STABLE && group.members().size() == members
						&& group.members()
							.stream()
							.allMatch((member) -> member.assignment().topicPartitions().size() == 1);
			});
	}

	long committed(int partition) {
		OffsetAndMetadata committed = cluster.committed(topic).get(partition(partition));
		return (committed != null) ? committed.offset() : -1;
	}

	void awaitCommitted(long offset) {
		IntStream.range(0, partitions).forEach((partition) -> awaitCommitted(partition, offset));
	}

	void awaitCommitted(int partition, long offset) {
		Application.until(() -> committed(partition) == offset);
	}

	/** One that knows the brokers' own addresses. */
	KafkaProducer<String, String> producer(Map<String, Object> more) {
		Map<String, Object> configuration = new HashMap<>(more);
		configuration.put("bootstrap.servers", cluster.directBootstrapServers());
		return new KafkaProducer<>(configuration, new StringSerializer(), new StringSerializer());
	}

}
