/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.benchmarks;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;

import dev.holdfast.kafka.offsetguard.OffsetGuard;
import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.DecisionListener;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.NumberedRecords;
import dev.holdfast.kafka.test.Polling;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jspecify.annotations.Nullable;

/**
 * A topic with many partitions, five records in each, and groups whose commits point to
 * the third.
 */
final class ManyPartitions {

	/** The committed offset of groups. */
	static final int COMMITTED = 2;

	private static final Duration PATIENCE = Duration.ofMinutes(2);

	private final KafkaCluster cluster;

	private final String topic;

	private final List<TopicPartition> partitions = new ArrayList<>();

	private final Map<TopicPartition, OffsetAndMetadata> bookmarked = new HashMap<>();

	private int groups;

	ManyPartitions(KafkaCluster cluster, int count) throws InterruptedException, ExecutionException {
		this.cluster = cluster;
		this.topic = "many-" + count;
		cluster.createTopic(topic, count);
		for (int partition = 0; partition < count; partition++) {
			partitions.add(new TopicPartition(topic, partition));
		}
		produce(COMMITTED);
		bookmarked.putAll(readAndCommit());
		produce(3);
	}

	/** Sends records of a hundred bytes. */
	private void produce(int records) {
		try (NumberedRecords producer = NumberedRecords
			.to(Map.of("bootstrap.servers", cluster.directBootstrapServers()), "%0100d"::formatted)) {
			producer.send(partitions, records);
		}
	}

	/**
	 * Reads all records, and commits them as the guard does.
	 * @return the commits, with bookmarks
	 */
	private Map<TopicPartition, OffsetAndMetadata> readAndCommit() throws InterruptedException, ExecutionException {
		String group = topic + "-reader";
		try (Consumer<byte[], byte[]> consumer = guarded(group, nobody(), () -> {
		})) {
			consumer.subscribe(List.of(topic));
			AtomicInteger read = new AtomicInteger();
			Polling.of(consumer)
				.patience(PATIENCE)
				.onPoll((records) -> read.addAndGet(records.count()))
				.until(() -> read.get() >= COMMITTED * partitions.size());
			consumer.commitSync(commits(-1));
		}
		return cluster.admin().listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata().get();
	}

	String topic() {
		return topic;
	}

	List<TopicPartition> partitions() {
		return partitions;
	}

	/**
	 * Makes a group that has committed.
	 * @param epoch the leader epoch in its commits, -1 for none
	 * @return the group's name
	 */
	String group(int epoch) throws InterruptedException, ExecutionException {
		return group(commits(epoch));
	}

	/**
	 * Makes a group that has committed as guarded consumers do. A bookmark names the
	 * cluster and the topic, but not the group.
	 * @return the group's name
	 */
	String groupWithBookmarks() throws InterruptedException, ExecutionException {
		return group(bookmarked);
	}

	private Map<TopicPartition, OffsetAndMetadata> commits(int epoch) {
		OffsetAndMetadata offset = new OffsetAndMetadata(COMMITTED,
				(epoch >= 0) ? Optional.of(epoch) : Optional.empty(), "");
		Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
		partitions.forEach((partition) -> offsets.put(partition, offset));
		return offsets;
	}

	private String group(Map<TopicPartition, OffsetAndMetadata> offsets)
			throws InterruptedException, ExecutionException {
		String group = "%s-group-%d".formatted(topic, groups++);
		cluster.admin().alterConsumerGroupOffsets(group, offsets).all().get();
		return group;
	}

	Consumer<byte[], byte[]> bare(@Nullable String group) {
		return client(configuration(group));
	}

	/**
	 * Creates a guarded consumer.
	 * @param onException runs when a call of the client throws an
	 * {@link InvalidOffsetException}
	 */
	Consumer<byte[], byte[]> guarded(String group, DecisionListener listener, Runnable onException) {
		Map<String, Object> configuration = configuration(group);
		return new OffsetGuard(OffsetGuardSettings.defaults(), List.of(listener)).createConsumer(configuration,
				(overrides) -> {
					Map<String, Object> own = new HashMap<>(configuration);
					own.putAll(overrides);
					return telling(client(own), onException);
				});
	}

	@SuppressWarnings("unchecked")
	private static Consumer<byte[], byte[]> telling(Consumer<byte[], byte[]> client, Runnable onException) {
		return (Consumer<byte[], byte[]>) Proxy.newProxyInstance(ManyPartitions.class.getClassLoader(),
				new Class<?>[] { Consumer.class }, (proxy, method, arguments) -> {
					try {
						return method.invoke(client, arguments);
					}
					catch (InvocationTargetException ex) {
						if (ex.getTargetException() instanceof InvalidOffsetException) {
							onException.run();
						}
						throw ex.getTargetException();
					}
				});
	}

	static DecisionListener nobody() {
		return (Decision decision) -> {
		};
	}

	private Map<String, Object> configuration(@Nullable String group) {
		Map<String, Object> configuration = new HashMap<>();
		configuration.put("bootstrap.servers", cluster.bootstrapServers());
		configuration.put("client.id", (group != null) ? group : "bare");
		configuration.put("enable.auto.commit", false);
		configuration.put("auto.offset.reset", "earliest");
		if (group != null) {
			configuration.put("group.id", group);
		}
		return configuration;
	}

	private static Consumer<byte[], byte[]> client(Map<String, Object> configuration) {
		return new KafkaConsumer<>(configuration, new ByteArrayDeserializer(), new ByteArrayDeserializer());
	}

	/**
	 * Polls until there are records.
	 * @return the time until then, in milliseconds
	 */
	static double untilRecords(Consumer<byte[], byte[]> consumer) {
		long start = System.nanoTime();
		Polling<byte[], byte[]> polling = Polling.of(consumer).patience(PATIENCE).pollTimeout(Duration.ofSeconds(1));
		polling.until(() -> !polling.offsets().isEmpty());
		return (System.nanoTime() - start) / 1e6;
	}

}
