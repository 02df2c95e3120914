/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.simulation;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;

/**
 * Real brokers in this JVM.
 */
final class RealStage implements Stage {

	private final KafkaCluster cluster;

	private final TopicPartition partition;

	/** The epoch of the records from an offset on. */
	private final TreeMap<Long, Integer> epochs = new TreeMap<>();

	private int leader;

	private long start;

	private long end;

	RealStage(KafkaCluster cluster, String topic) {
		this.cluster = cluster;
		this.partition = new TopicPartition(topic, 0);
		List<Integer> brokers = cluster.brokerIds();
		cluster.createTopic(topic, Map.of(0, brokers), Map.of());
	}

	@Override
	public TopicPartition partition() {
		return partition;
	}

	@Override
	public Consumer<?, ?> consumer(ClientSettings.Protocol protocol, String reset) {
		Map<String, Object> configuration = new HashMap<>();
		configuration.put("bootstrap.servers", cluster.bootstrapServers());
		configuration.put("group.id", partition.topic());
		configuration.put("group.protocol", (protocol == ClientSettings.Protocol.CONSUMER) ? "consumer" : "classic");
		configuration.put("auto.offset.reset", reset);
		configuration.put("enable.auto.commit", false);
		return new KafkaConsumer<>(configuration, new StringDeserializer(), new StringDeserializer());
	}

	@Override
	public void append(int records) {
		if (records > 0) {
			cluster.produce(partition, records);
			epochs.putIfAbsent(end, cluster.leaderEpoch(partition));
			end += records;
		}
	}

	@Override
	public void move() {
		leader = (leader + 1) % cluster.brokerIds().size();
		cluster.moveLeader(partition, cluster.brokerIds().get(leader));
	}

	@Override
	public void lie(int end) {
		cluster.wire().inject((end < 0) ? Fault.undefinedEpochEndOffset() : Fault.epochEndOffset(end));
	}

	@Override
	public void lieAboutRange() {
		cluster.wire().inject(Fault.offsetOutOfRange());
	}

	@Override
	public void honest() {
		cluster.wire().honest();
	}

	@Override
	public void retain(long offset) {
		cluster.deleteRecords(partition, offset);
		start = Math.max(start, offset);
	}

	@Override
	public void commit(OffsetAndMetadata offset) {
		cluster.commit(partition.topic(), partition, offset);
	}

	@Override
	public OffsetAndMetadata committed() {
		return cluster.committed(partition.topic()).get(partition);
	}

	@Override
	public long end() {
		return end;
	}

	@Override
	public OptionalInt epochBefore(long offset) {
		boolean isThere = offset > start && offset <= end && !epochs.isEmpty();
		return isThere ? OptionalInt.of(epochs.floorEntry(offset - 1).getValue()) : OptionalInt.empty();
	}

	@Override
	public long quiet() {
		return 3_000;
	}

	@Override
	public long millis() {
		return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
	}

}
