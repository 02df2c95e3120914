/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.holdfast.kafka.offsetguard.policy.Cause;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigData;
import org.apache.kafka.common.config.ConfigException;
import org.apache.kafka.common.config.provider.ConfigProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * No inspector can be created, as when a keystore is replaced or no name resolves: the
 * consumer itself goes on with what it has.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class FailingInspectorTests {

	private static final AtomicBoolean FAILING = new AtomicBoolean();

	private final KafkaCluster cluster;

	FailingInspectorTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@BeforeEach
	void work() {
		FAILING.set(false);
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void costsNoOtherPartitionARecord(String protocol) {
		String topic = "failing-" + protocol;
		TopicPartition outOfRange = new TopicPartition(topic, 0);
		TopicPartition other = new TopicPartition(topic, 1);
		cluster.createTopic(topic, 2);
		cluster.produce(outOfRange, 100);
		cluster.produce(other, 30);
		cluster.commit(topic, outOfRange, new OffsetAndMetadata(20));
		cluster.commit(topic, other, new OffsetAndMetadata(10));
		cluster.deleteRecords(outOfRange, 60);
		Consumers consumers = new Consumers(cluster, protocol, topic).with("config.providers", "failing")
			.with("config.providers.failing.class", FailingProvider.class.getName())
			.with("max.poll.records", 3)
			.timing(Duration.ofSeconds(5), Duration.ofMillis(100));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			FAILING.set(true);
			consumer.subscribe(List.of(topic));
			Map<TopicPartition, List<Long>> delivered = Consumers.pollUntil(consumer,
					() -> consumer.assignment().contains(other) && consumer.position(other) == 30
							&& !consumers.decisions.isEmpty());
			assertThat(delivered).isEqualTo(Map.of(other, range(10, 30)));
			assertThat(consumers.causes()).containsExactly(Cause.UNVERIFIABLE);
			FAILING.set(false);
			Consumers.pollInto(consumer, delivered, () -> consumer.position(outOfRange) == 100);

			assertThat(delivered).isEqualTo(Map.of(other, range(10, 30), outOfRange, range(60, 100)));
			assertThat(consumers.causes()).containsExactly(Cause.UNVERIFIABLE, Cause.BELOW_LOG_START);
		}
	}

	/**
	 * Fails the construction of every client that uses it, while told so.
	 */
	public static final class FailingProvider implements ConfigProvider {

		@Override
		public void configure(Map<String, ?> configuration) {
			if (FAILING.get()) {
				throw new ConfigException("not now");
			}
		}

		@Override
		public ConfigData get(String path) {
			return new ConfigData(Map.of());
		}

		@Override
		public ConfigData get(String path, Set<String> keys) {
			return new ConfigData(Map.of());
		}

		@Override
		public void close() {
		}

	}

}
