/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap;

import java.lang.management.ManagementFactory;
import java.lang.ref.WeakReference;
import java.lang.reflect.Field;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;
import java.util.function.Function;

import com.sun.management.ThreadMXBean;
import dev.holdfast.kafka.versioncap.internal.CapScope;
import dev.holdfast.kafka.versioncap.internal.ClientBinding;
import dev.holdfast.kafka.versioncap.internal.HookedApiVersions;
import dev.holdfast.kafka.versioncap.rules.KafkaApi;
import dev.holdfast.kafka.versioncap.rules.LearnedCaps;
import dev.holdfast.kafka.versioncap.rules.VersionCap;
import org.apache.kafka.clients.ApiVersions;
import org.apache.kafka.clients.NodeApiVersions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import dev.holdfast.kafka.test.Polling;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a cap costs each request: a lookup, and no garbage.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class CapCostTests {

	private static final int CALLS = 100_000;

	private static final int PARTITIONS = 10;

	/** In each. */
	private static final int RECORDS = 100;

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private final KafkaCluster cluster;

	CapCostTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@ValueSource(strings = { "", "Fetch >= 4", "OffsetForLeaderEpoch never", "ApiVersions <= 3, Fetch <= 11" })
	void lookupAllocatesNothing(String rules) {
		ClientBinding binding = new ClientBinding(VersionCap.parse(rules), LearnedCaps.none());
		NodeApiVersions offered = NodeApiVersions.create();
		binding.accept("1", offered);
		NodeApiVersions visible = binding.apply("1", offered);
		NodeApiVersions assumed = binding.apply("2", null);

		long allocated = allocatedBy(() -> {
			assertSame(binding.apply("1", offered), visible);
			assertSame(binding.apply("2", null), assumed);
		});

		// The JVM may allocate something for itself, but not for each call.
		assertThat(allocated).isLessThan(CALLS);
	}

	@Test
	void whatIsNotConcernedByTheCapIsNotCopied() {
		ClientBinding binding = new ClientBinding(VersionCap.parse("Fetch <= 18, Metadata >= 9"), LearnedCaps.none());
		NodeApiVersions offered = NodeApiVersions.create();

		assertThat(binding.apply("1", offered)).isSameAs(offered);
		assertThat(binding.apply("2", null)).isNull();
	}

	private static void assertSame(Object actual, Object expected) {
		if (actual != expected) {
			throw new AssertionError(actual + " is not the same as " + expected);
		}
	}

	private static long allocatedBy(Runnable call) {
		ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
		long id = Thread.currentThread().getId();
		for (int i = 0; i < CALLS; i++) {
			call.run();
		}
		long before = threads.getThreadAllocatedBytes(id);
		for (int i = 0; i < CALLS; i++) {
			call.run();
		}
		return threads.getThreadAllocatedBytes(id) - before;
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void isLookedUpOnceForEachRequest(String protocol) throws ReflectiveOperationException {
		String topic = "cost-" + protocol;
		cluster.createTopic(topic, PARTITIONS);
		for (int i = 0; i < PARTITIONS; i++) {
			cluster.produce(new TopicPartition(topic, i), RECORDS);
		}
		CountingBinder binder = new CountingBinder();

		try (Consumer<String, String> consumer = binder
			.construct(new CapClients(cluster, protocol, topic).with("max.poll.records", 10))) {
			consumer.subscribe(List.of(topic));
			AtomicInteger records = new AtomicInteger();
			Polling.of(consumer).patience(PATIENCE).pollTimeout(Duration.ofMillis(100)).onPoll((polled) -> {
				records.addAndGet(polled.count());
				consumer.commitSync();
			}).until(() -> records.get() >= RECORDS * PARTITIONS);
		}

		long requests = cluster.wire().requests().stream().filter((each) -> each.clientId().equals(topic)).count();
		assertThat(requests).isGreaterThan(RECORDS * PARTITIONS / 10);
		// New metadata make the client look for each partition whether it can validate.
		long looks = PARTITIONS * cluster.wire().count(topic, ApiKeys.METADATA);
		assertThat(binder.lookups.get()).isBetween(requests, requests + looks);
	}

	/**
	 * Counts how often a client asks for its binding.
	 */
	private static final class CountingBinder implements Function<Object, Object> {

		final AtomicLong lookups = new AtomicLong();

		Consumer<String, String> construct(CapClients clients) throws ReflectiveOperationException {
			Field field = ApiVersions.class.getField(HookedApiVersions.BINDERS_FIELD);
			Object before = field.get(null);
			field.set(null, List.of(new WeakReference<>(this)));
			try {
				return clients.capped(VersionCap.never(KafkaApi.OFFSET_FOR_LEADER_EPOCH)).client();
			}
			finally {
				field.set(null, before);
			}
		}

		@Override
		public Object apply(Object apiVersions) {
			return new CountedBinding(CapScope.bindScoped(), lookups);
		}

	}

	private record CountedBinding(ClientBinding binding, AtomicLong lookups)
			implements
				BiFunction<String, NodeApiVersions, NodeApiVersions>,
				BiConsumer<String, NodeApiVersions> {

		@Override
		public NodeApiVersions apply(String node, NodeApiVersions offered) {
			lookups.incrementAndGet();
			return binding.apply(node, offered);
		}

		@Override
		public void accept(String node, NodeApiVersions offered) {
			binding.accept(node, offered);
		}

	}

}
