/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.security;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

import dev.holdfast.kafka.offsetguard.Consumers;
import dev.holdfast.kafka.test.KafkaCluster;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Metric;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.AuthorizationException;

/**
 * A consumer of a user of a secured cluster, plain or guarded, that notes what it reads
 * and what brokers refuse, and commits what it has read.
 */
final class SecuredRun implements AutoCloseable {

	private static final Duration PATIENCE = Duration.ofSeconds(120);

	private final TopicPartition partition;

	private final Consumer<String, String> consumer;

	private final List<Long> offsets = new ArrayList<>();

	private final List<Class<?>> refusals = new ArrayList<>();

	SecuredRun(Consumer<String, String> consumer, TopicPartition partition) {
		this.consumer = consumer;
		this.partition = partition;
		consumer.subscribe(List.of(partition.topic()));
	}

	static Consumers consumers(KafkaCluster cluster, String protocol, String group, String user) {
		Consumers consumers = new Consumers(cluster, protocol, group).with("auto.offset.reset", "earliest")
			.with("metadata.max.age.ms", 1000);
		cluster.users().configuration(user).forEach(consumers::with);
		return consumers;
	}

	static SecuredRun of(Consumers consumers, boolean guarded, TopicPartition partition) {
		return new SecuredRun(guarded ? consumers.guarded() : consumers.plain(), partition);
	}

	/**
	 * Polls until the record before the offset was delivered, and commits.
	 */
	SecuredRun readTo(long offset) {
		pollUntil(() -> hasRead(offset));
		consumer.commitSync();
		return this;
	}

	/** Whether the record before the offset was delivered. */
	boolean hasRead(long offset) {
		return offsets.contains(offset - 1);
	}

	/**
	 * Polls until brokers have refused something once more.
	 */
	SecuredRun readToRefusal() {
		int before = refusals.size();
		pollUntil(() -> refusals.size() > before);
		return this;
	}

	void pollUntil(BooleanSupplier condition) {
		pollUntil(List.of(this), condition);
	}

	/**
	 * Polls them in turns.
	 */
	static void pollUntil(Collection<SecuredRun> runs, BooleanSupplier condition) {
		long start = System.nanoTime();
		while (!condition.getAsBoolean()) {
			if (System.nanoTime() - start > PATIENCE.toNanos()) {
				throw new AssertionError("Not within %s: %s".formatted(PATIENCE, runs));
			}
			runs.forEach((each) -> each.poll(Duration.ofMillis(50)));
		}
	}

	void poll(Duration timeout) {
		try {
			for (ConsumerRecord<?, ?> each : consumer.poll(timeout)) {
				offsets.add(each.offset());
			}
		}
		catch (AuthorizationException | AuthenticationException ex) {
			refusals.add(ex.getClass());
		}
	}

	void commit() {
		consumer.commitSync();
	}

	/** By offset, as Spring does. */
	void commit(long offset) {
		consumer.commitSync(Map.of(partition, new OffsetAndMetadata(offset)));
	}

	List<Long> offsets() {
		return offsets;
	}

	/** Without repetitions, in their order. */
	List<Class<?>> refusals() {
		return refusals.stream().distinct().<Class<?>>map((each) -> each).toList();
	}

	/** The greatest value that a metric of the client has, 0 if it has none. */
	double metric(String name) {
		return consumer.metrics()
			.values()
			.stream()
			.filter((each) -> each.metricName().name().equals(name))
			.map(Metric::metricValue)
			.filter(Double.class::isInstance)
			.mapToDouble((value) -> Double.isNaN((Double) value) ? 0 : (Double) value)
			.max()
			.orElse(0);
	}

	@Override
	public String toString() {
		return "%s: delivered %s, refused %s".formatted(partition, offsets, refusals());
	}

	@Override
	public void close() {
		try {
			consumer.close();
		}
		catch (KafkaException ex) {
			// A client that brokers have refused may not even say goodbye.
			if (refusals.isEmpty() || !(ex.getCause() instanceof AuthenticationException)) {
				throw ex;
			}
		}
	}

}
