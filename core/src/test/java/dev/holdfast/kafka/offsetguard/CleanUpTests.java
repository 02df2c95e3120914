/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;

import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;

import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerInterceptor;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.metrics.KafkaMetric;
import org.apache.kafka.common.metrics.MetricsReporter;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * An inspector leaves nothing behind, and nobody but the brokers notices it.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class CleanUpTests {

	private static final String INSPECTOR = "holdfast-inspector-";

	private final KafkaCluster cluster;

	CleanUpTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@BeforeEach
	void awaitNoInspection() {
		Awaitility.await().until(() -> clientThreads().stream().noneMatch(CleanUpTests::isInspecting));
	}

	@BeforeEach
	void forgetInstances() {
		CountedInterceptor.instances.set(0);
		CountedDeserializer.instances.set(0);
		CountedReporter.instances.set(0);
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void nothingIsLeft(String protocol) {
		Set<Thread> before = clientThreads();
		Set<ObjectName> beansBefore = clientBeans();
		TopicPartition partition = prepare("left-" + protocol);
		Consumers consumers = new Consumers(cluster, protocol, partition.topic());

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			assertThat(Consumers.pollTo(consumer, partition, 30)).isEqualTo(range(20, 30));
			Awaitility.await().until(() -> clientThreads().stream().noneMatch(CleanUpTests::isInspecting));
			Set<Thread> withConsumer = clientThreads();
			Set<ObjectName> beansWithConsumer = clientBeans();
			for (int incident = 0; incident < 3; incident++) {
				outOfRangeFor(consumer, partition, 30 + incident);
			}

			assertThat(consumers.causes()).hasSize(3).containsOnly(Cause.SPURIOUS_OUT_OF_RANGE);
			assertThat(cluster.wire().count(INSPECTOR, ApiKeys.API_VERSIONS)).isGreaterThanOrEqualTo(3);
			// The wire's own threads among them, two for each connection.
			Awaitility.await().untilAsserted(() -> assertThat(clientThreads()).isEqualTo(withConsumer));
			assertThat(clientBeans()).isEqualTo(beansWithConsumer);
		}

		Awaitility.await().untilAsserted(() -> assertThat(clientThreads()).isEqualTo(before));
		assertThat(clientBeans()).isEqualTo(beansBefore);
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void nothingIsLeftOfAnAbandonedInspection(String protocol) {
		Set<Thread> before = clientThreads();
		Set<ObjectName> beansBefore = clientBeans();
		TopicPartition partition = prepare("silent-" + protocol);
		cluster.commit(partition.topic(), partition, Consumers.offset(20, 0));
		Consumers consumers = new Consumers(cluster, protocol, partition.topic()).timing(Duration.ofMillis(500),
				Duration.ofMillis(100));
		cluster.wire().inject(Fault.epochEndOffset(0));
		Fault.Handle silence = cluster.wire().inject(Fault.silence().forClient(INSPECTOR));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			assertThat(Consumers.pollUntil(consumer, () -> silence.hits() > 3)).isEmpty();
		}

		assertThat(consumers.causes()).containsExactly(Cause.UNVERIFIABLE);
		// Nobody waits for an inspection that is abandoned: it ends soon after.
		Awaitility.await().untilAsserted(() -> assertThat(clientBeans()).isEqualTo(beansBefore));
		Awaitility.await().untilAsserted(() -> assertThat(clientThreads()).isEqualTo(before));
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void inspectorInstantiatesNothingOfTheApplication(String protocol) {
		TopicPartition partition = prepare("foreign-" + protocol);
		Map<String, Object> configuration = new HashMap<>();
		configuration.put("bootstrap.servers", cluster.bootstrapServers());
		configuration.put("group.id", partition.topic());
		configuration.put("client.id", partition.topic());
		configuration.put("group.protocol", protocol);
		configuration.put("interceptor.classes", CountedInterceptor.class.getName());
		configuration.put("metric.reporters", CountedReporter.class.getName());
		configuration.put("key.deserializer", CountedDeserializer.class);
		configuration.put("value.deserializer", CountedDeserializer.class);

		OffsetGuard guard = new OffsetGuard(OffsetGuardSettings.defaults(), List.of());
		try (Consumer<String, String> consumer = guard.createConsumer(configuration, (overrides) -> {
			Map<String, Object> merged = new HashMap<>(configuration);
			merged.putAll(overrides);
			return new KafkaConsumer<>(merged);
		})) {
			consumer.subscribe(List.of(partition.topic()));
			assertThat(Consumers.pollTo(consumer, partition, 30)).isEqualTo(range(20, 30));
			outOfRangeFor(consumer, partition, 30);
		}

		assertThat(cluster.wire().count(INSPECTOR, ApiKeys.LIST_OFFSETS)).isPositive();
		assertThat(CountedInterceptor.instances).hasValue(1);
		assertThat(CountedReporter.instances).hasValue(1);
		// For keys and for values.
		assertThat(CountedDeserializer.instances).hasValue(2);
	}

	/**
	 * An incident at a position that is in range; then one more record.
	 */
	private void outOfRangeFor(Consumer<String, String> consumer, TopicPartition partition, long position) {
		Fault fault = Fault.offsetOutOfRange().forPartition(partition).forClient(partition.topic()).times(1);
		try (Fault.Handle handle = cluster.wire().inject(fault)) {
			assertThat(Consumers.pollUntil(consumer, () -> handle.hits() == 1)).isEmpty();
			cluster.produce(partition, 1);
			assertThat(Consumers.pollTo(consumer, partition, position + 1)).isEqualTo(List.of(position));
		}
	}

	private TopicPartition prepare(String topic) {
		TopicPartition partition = new TopicPartition(topic, 0);
		cluster.createTopic(topic, 1);
		cluster.produce(partition, 30);
		cluster.commit(topic, partition, new OffsetAndMetadata(20));
		return partition;
	}

	/**
	 * All threads but those that brokers start as they need them, and the pools of the
	 * JVM.
	 */
	private static Set<Thread> clientThreads() {
		return Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> List
				.of("holdfast-", "consumer_background", "kafka-coordinator-heartbeat", "kafka-producer",
						"kafka-admin-client")
				.stream()
				.anyMatch(thread.getName()::startsWith))
			.collect(Collectors.toSet());
	}

	/** Such a thread ends when it has had nothing to do for five seconds. */
	private static boolean isInspecting(Thread thread) {
		return thread.getName().startsWith("holdfast-inspection-");
	}

	private static Set<ObjectName> clientBeans() {
		try {
			return ManagementFactory.getPlatformMBeanServer().queryNames(new ObjectName("kafka.consumer:*"), null);
		}
		catch (MalformedObjectNameException ex) {
			throw new IllegalStateException(ex);
		}
	}

	/** Counts its instances. */
	public static final class CountedInterceptor implements ConsumerInterceptor<Object, Object> {

		static final AtomicInteger instances = new AtomicInteger();

		public CountedInterceptor() {
			instances.incrementAndGet();
		}

		@Override
		public ConsumerRecords<Object, Object> onConsume(ConsumerRecords<Object, Object> records) {
			return records;
		}

		@Override
		public void onCommit(Map<TopicPartition, OffsetAndMetadata> offsets) {
		}

		@Override
		public void close() {
		}

		@Override
		public void configure(Map<String, ?> configuration) {
		}

	}

	/** Counts its instances. */
	public static final class CountedDeserializer extends StringDeserializer {

		static final AtomicInteger instances = new AtomicInteger();

		public CountedDeserializer() {
			instances.incrementAndGet();
		}

	}

	/** Counts its instances. */
	public static final class CountedReporter implements MetricsReporter {

		static final AtomicInteger instances = new AtomicInteger();

		public CountedReporter() {
			instances.incrementAndGet();
		}

		@Override
		public void init(List<KafkaMetric> metrics) {
		}

		@Override
		public void metricChange(KafkaMetric metric) {
		}

		@Override
		public void metricRemoval(KafkaMetric metric) {
		}

		@Override
		public void close() {
		}

		@Override
		public void configure(Map<String, ?> configuration) {
		}

	}

}
