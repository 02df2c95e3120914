/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.simulation;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;
import java.util.regex.Pattern;

import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerGroupMetadata;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.clients.consumer.SubscriptionPattern;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.MetricName;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.header.internals.RecordHeaders;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.record.TimestampType;

/**
 * Kafka's interface to a {@link ModelClient}. What histories do not use, it refuses.
 */
final class ModelConsumer<V> implements Consumer<V, V> {

	private final ModelClient client;

	private final Function<String, V> value;

	ModelConsumer(ModelClient client, Function<String, V> value) {
		this.client = client;
		this.value = value;
	}

	private Duration apiTimeout() {
		return Duration.ofMillis(client.settings().apiTimeout());
	}

	@Override
	public Set<TopicPartition> assignment() {
		return Set.copyOf(client.assigned().keySet());
	}

	@Override
	public Set<String> subscription() {
		return client.group().isSubscribed() ? Set.copyOf(client.topics()) : Set.of();
	}

	@Override
	public void subscribe(Collection<String> topics) {
		client.group().subscribe(topics, null);
	}

	@Override
	public void subscribe(Collection<String> topics, ConsumerRebalanceListener listener) {
		client.group().subscribe(topics, listener);
	}

	@Override
	public void assign(Collection<TopicPartition> partitions) {
		client.assign(partitions);
	}

	@Override
	public void unsubscribe() {
		client.group().leave(false);
	}

	@Override
	public ConsumerRecords<V, V> poll(Duration timeout) {
		ClientFetches.Handed handed = client.poll(timeout);
		if (handed.isEmpty()) {
			return ConsumerRecords.empty();
		}
		Map<TopicPartition, List<ConsumerRecord<V, V>>> records = new HashMap<>();
		handed.records.forEach((partition, entries) -> records.put(partition,
				new ArrayList<>(entries.stream().map((entry) -> record(partition, entry)).toList())));
		return new ConsumerRecords<>(records, Map.of());
	}

	private ConsumerRecord<V, V> record(TopicPartition partition, ModelLog.Entry entry) {
		return new ConsumerRecord<>(partition.topic(), partition.partition(), entry.offset(), entry.timestamp(),
				TimestampType.CREATE_TIME, -1, entry.value().length(), value.apply(entry.cluster()),
				value.apply(entry.value()), new RecordHeaders(), Optional.of(entry.epoch()));
	}

	@Override
	public void commitSync() {
		commitSync(client.consumed());
	}

	@Override
	public void commitSync(Duration timeout) {
		commitSync(client.consumed(), timeout);
	}

	@Override
	public void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {
		commitSync(offsets, apiTimeout());
	}

	@Override
	public void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets, Duration timeout) {
		client.group().commitSync(offsets, timeout);
	}

	@Override
	public void commitAsync() {
		commitAsync(client.consumed(), null);
	}

	@Override
	public void commitAsync(OffsetCommitCallback callback) {
		commitAsync(client.consumed(), callback);
	}

	@Override
	public void commitAsync(Map<TopicPartition, OffsetAndMetadata> offsets, OffsetCommitCallback callback) {
		client.group().commitAsync(offsets, callback);
	}

	@Override
	public void seek(TopicPartition partition, long offset) {
		seek(partition, new OffsetAndMetadata(offset));
	}

	@Override
	public void seek(TopicPartition partition, OffsetAndMetadata offset) {
		client.seek(partition, offset);
	}

	@Override
	public void seekToBeginning(Collection<TopicPartition> partitions) {
		orAll(partitions).forEach((each) -> client.state(each).requestReset("earliest"));
	}

	@Override
	public void seekToEnd(Collection<TopicPartition> partitions) {
		orAll(partitions).forEach((each) -> client.state(each).requestReset("latest"));
	}

	private Collection<TopicPartition> orAll(Collection<TopicPartition> partitions) {
		return partitions.isEmpty() ? client.assigned().keySet() : partitions;
	}

	@Override
	public long position(TopicPartition partition) {
		return position(partition, apiTimeout());
	}

	@Override
	public long position(TopicPartition partition, Duration timeout) {
		return client.position(partition, timeout);
	}

	@Override
	public Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions) {
		return committed(partitions, apiTimeout());
	}

	@Override
	public Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions, Duration timeout) {
		return client.group().committed(partitions, timeout);
	}

	@Override
	public List<PartitionInfo> partitionsFor(String topic) {
		return partitionsFor(topic, apiTimeout());
	}

	@Override
	public List<PartitionInfo> partitionsFor(String topic, Duration timeout) {
		if (!client.metadata().knows(topic)) {
			client.topics().add(topic);
			client.updateMetadata();
			if (!client.pollNetwork(() -> client.metadata().knows(topic), client.time().nanosAfter(timeout))) {
				throw new org.apache.kafka.common.errors.TimeoutException("Timeout expired while fetching metadata");
			}
		}
		List<PartitionInfo> partitions = new ArrayList<>();
		for (int i = 0; i < client.cluster().topic(topic).logs().size(); i++) {
			Integer leader = client.metadata().currentLeader(new TopicPartition(topic, i)).node();
			ModelCluster cluster = client.cluster();
			partitions.add(new PartitionInfo(topic, i, (leader != null) ? cluster.node(leader) : null, cluster.nodes(),
					cluster.nodes()));
		}
		return partitions;
	}

	@Override
	public Set<TopicPartition> paused() {
		Set<TopicPartition> paused = new HashSet<>();
		client.assigned().forEach((partition, state) -> {
			if (state.paused) {
				paused.add(partition);
			}
		});
		return Set.copyOf(paused);
	}

	@Override
	public void pause(Collection<TopicPartition> partitions) {
		partitions.forEach((each) -> client.state(each).paused = true);
	}

	@Override
	public void resume(Collection<TopicPartition> partitions) {
		partitions.forEach((each) -> client.state(each).paused = false);
	}

	@Override
	public Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(Map<TopicPartition, Long> timestamps) {
		return offsetsForTimes(timestamps, apiTimeout());
	}

	@Override
	public Map<TopicPartition, OffsetAndTimestamp> offsetsForTimes(Map<TopicPartition, Long> timestamps,
			Duration timeout) {
		Map<TopicPartition, OffsetAndTimestamp> found = new HashMap<>();
		client.offsets()
			.lookUp(timestamps, timeout)
			.forEach((partition, offset) -> found.put(partition,
					(offset >= 0) ? new OffsetAndTimestamp(offset, timestamps.get(partition)) : null));
		return found;
	}

	@Override
	public Map<TopicPartition, Long> beginningOffsets(Collection<TopicPartition> partitions) {
		return beginningOffsets(partitions, apiTimeout());
	}

	@Override
	public Map<TopicPartition, Long> beginningOffsets(Collection<TopicPartition> partitions, Duration timeout) {
		return ends(partitions, -2, timeout);
	}

	@Override
	public Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> partitions) {
		return endOffsets(partitions, apiTimeout());
	}

	@Override
	public Map<TopicPartition, Long> endOffsets(Collection<TopicPartition> partitions, Duration timeout) {
		return ends(partitions, -1, timeout);
	}

	private Map<TopicPartition, Long> ends(Collection<TopicPartition> partitions, long timestamp, Duration timeout) {
		Map<TopicPartition, Long> timestamps = new HashMap<>();
		partitions.forEach((each) -> timestamps.put(each, timestamp));
		return client.offsets().lookUp(timestamps, timeout);
	}

	@Override
	public OptionalLong currentLag(TopicPartition partition) {
		ClientPartition state = client.state(partition);
		return (state.highWatermark != null && state.position() != null)
				? OptionalLong.of(state.highWatermark - state.position().offset()) : OptionalLong.empty();
	}

	@Override
	@SuppressWarnings("removal")
	public ConsumerGroupMetadata groupMetadata() {
		return new ConsumerGroupMetadata(client.settings().group());
	}

	@Override
	public void close() {
		if (!client.isClosed()) {
			client.group().leave(true);
			client.close();
		}
	}

	@Override
	@Deprecated
	public void close(Duration timeout) {
		close();
	}

	@Override
	public void close(CloseOptions options) {
		close();
	}

	@Override
	public void wakeup() {
		client.wakeup();
	}

	@Override
	public void subscribe(Pattern pattern, ConsumerRebalanceListener listener) {
		throw new UnsupportedOperationException();
	}

	@Override
	public void subscribe(Pattern pattern) {
		throw new UnsupportedOperationException();
	}

	@Override
	public void subscribe(SubscriptionPattern pattern, ConsumerRebalanceListener listener) {
		throw new UnsupportedOperationException();
	}

	@Override
	public void subscribe(SubscriptionPattern pattern) {
		throw new UnsupportedOperationException();
	}

	@Override
	public void registerMetricForSubscription(KafkaMetric metric) {
		throw new UnsupportedOperationException();
	}

	@Override
	public void unregisterMetricFromSubscription(KafkaMetric metric) {
		throw new UnsupportedOperationException();
	}

	@Override
	public Uuid clientInstanceId(Duration timeout) {
		throw new UnsupportedOperationException();
	}

	@Override
	public Map<MetricName, ? extends Metric> metrics() {
		return Map.of();
	}

	@Override
	public Map<String, List<PartitionInfo>> listTopics() {
		throw new UnsupportedOperationException();
	}

	@Override
	public Map<String, List<PartitionInfo>> listTopics(Duration timeout) {
		throw new UnsupportedOperationException();
	}

	@Override
	public void enforceRebalance() {
		throw new UnsupportedOperationException();
	}

	@Override
	public void enforceRebalance(String reason) {
		throw new UnsupportedOperationException();
	}

}
