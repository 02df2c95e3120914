/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.policy.Cause;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The coordinator is slow, as after a failover, while a broker lies about one of two
 * partitions: most of the time to gather evidence in is gone before the lie is heard.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@Tag("long")
class SlowCoordinatorTests {

	private final KafkaCluster cluster;

	private final Map<TopicPartition, Long> positions = new TreeMap<>(
			(one, other) -> Integer.compare(one.partition(), other.partition()));

	SlowCoordinatorTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@CsvSource({ "classic, 2700", "consumer, 2700", "classic, 3500", "consumer, 3500", "classic, 6000",
			"consumer, 6000" })
	void applicationIsToldPositionsAndItsSeekHolds(String protocol, long delay) {
		String topic = prepare("slow-%s-%d".formatted(protocol, delay));
		cluster.wire().inject(Fault.delay(Duration.ofMillis(delay), ApiKeys.OFFSET_FETCH).times(1));
		Consumers consumers = new Consumers(cluster, protocol, topic).with("auto.offset.reset", "earliest");

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(topic), new Seeking(consumer, 210));
			Map<TopicPartition, List<Long>> delivered = read(consumer, topic);

			assertThat(delivered)
				.isEqualTo(Map.of(partition(topic, 0), range(210, 270), partition(topic, 1), range(210, 270)));
		}
		assertThat(positions.values()).containsExactly(200L, 200L);
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void oneIncidentIsToldOnce(String protocol) {
		String topic = prepare("loading-" + protocol);
		Fault.Handle loading = cluster.wire()
			.inject(Fault.error(ApiKeys.OFFSET_FETCH, Errors.COORDINATOR_LOAD_IN_PROGRESS));
		Consumers consumers = new Consumers(cluster, protocol, topic).with("auto.offset.reset", "earliest")
			.timing(Duration.ofSeconds(2), Duration.ofSeconds(30));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(topic));
			Map<TopicPartition, List<Long>> delivered = new HashMap<>();
			long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
			Consumers.pollInto(consumer, delivered, () -> loading.hits() > 0 && System.nanoTime() > end);
			assertThat(delivered).isEmpty();
			loading.close();
			Consumers.pollInto(consumer, delivered, () -> Consumers.isAt(consumer, partition(topic, 0), 270)
					&& Consumers.isAt(consumer, partition(topic, 1), 270));

			assertThat(delivered)
				.isEqualTo(Map.of(partition(topic, 0), range(200, 270), partition(topic, 1), range(200, 270)));
		}
		assertThat(consumers.causes()).containsExactly(Cause.FALSE_TRUNCATION);
	}

	/**
	 * A consumer that spends its whole interval in one poll leaves its group, joins it,
	 * and spends it again.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void inspectionLeavesTheApplicationItsInterval(String protocol) {
		String topic = prepare("interval-" + protocol);
		cluster.wire().inject(Fault.silence().forClient("holdfast-inspector-" + topic));
		Consumers consumers = new Consumers(cluster, protocol, topic).with("auto.offset.reset", "earliest")
			.with("max.poll.interval.ms", 3000);

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(topic));
			Map<TopicPartition, List<Long>> delivered = Consumers.pollUntil(consumer,
					() -> !consumers.decisions.isEmpty() && Consumers.isAt(consumer, partition(topic, 0), 270));

			assertThat(delivered).isEqualTo(Map.of(partition(topic, 0), range(200, 270)));
		}
		assertThat(consumers.causes()).containsExactly(Cause.UNVERIFIABLE);
	}

	private Map<TopicPartition, List<Long>> read(Consumer<String, String> consumer, String topic) {
		return Consumers.pollUntil(consumer,
				() -> consumer.assignment().size() == 2 && Consumers.isAt(consumer, partition(topic, 0), 270)
						&& Consumers.isAt(consumer, partition(topic, 1), 270));
	}

	private String prepare(String topic) {
		cluster.createTopic(topic, 2);
		for (int i = 0; i < 2; i++) {
			cluster.produce(partition(topic, i), 270);
			cluster.commit(topic, partition(topic, i), Consumers.offset(200, 0));
		}
		cluster.wire().inject(Fault.epochEndOffset(0).forPartition(partition(topic, 1)));
		return topic;
	}

	private static TopicPartition partition(String topic, int partition) {
		return new TopicPartition(topic, partition);
	}

	/**
	 * What spring-kafka does at each assignment, and then an application of its own.
	 */
	private final class Seeking implements ConsumerRebalanceListener {

		private final Consumer<?, ?> consumer;

		private final long offset;

		Seeking(Consumer<?, ?> consumer, long offset) {
			this.consumer = consumer;
			this.offset = offset;
		}

		@Override
		public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
		}

		@Override
		public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
			partitions.forEach((partition) -> positions.put(partition, consumer.position(partition)));
			partitions.forEach((partition) -> consumer.seek(partition, offset));
		}

	}

}
