/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure.workswith;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;

import org.springframework.context.annotation.Bean;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.config.ContainerCustomizer;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.ConsumerSeekAware;
import org.springframework.kafka.listener.ContainerProperties;

import static dev.holdfast.kafka.autoconfigure.workswith.Application.protocol;
import static dev.holdfast.kafka.autoconfigure.workswith.Orders.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Containers that ask for positions, records in hand or not, while partition 0 is held
 * for its lack of a commit and partition 1 is read from 20 to 30.
 */
@LyingKafka(brokers = 2)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class WorksWithPositionsTests {

	private static final String HOLD = "holdfast.kafka.offset-guard.policy.no-committed-offset=hold";

	private static final String LATEST = "spring.kafka.consumer.auto-offset-reset=latest";

	private static final String OFF = "holdfast.kafka.enabled=false";

	private final KafkaCluster cluster;

	WorksWithPositionsTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	/**
	 * Records and markers: 30 to 34 and 36 to 40 are orders.
	 */
	@EachProtocol
	@DisplayName("A held partition, and `fixTxOffsets`")
	void fixesTransactionalOffsets(String protocol) {
		Orders orders = prepare();
		try (Application application = run(orders, FixingOffsets.class, protocol, HOLD)) {
			produceInTransactions(orders);
			// Behind the last marker, and nothing for the held one.
			orders.awaitCommitted(1, 42);

			application.assertDelivered(Map.of(orders.partition(1), read()));
			assertThat(orders.committed(0)).isEqualTo(-1);
			assertThat(application.awaitDecisions(1)).extracting(Decision::action).containsExactly(Action.HOLD);
		}
	}

	@EachProtocol
	@DisplayName("A held partition, and idle events of a `ConsumerSeekAware` listener that seeks relatively")
	void seeksRelativelyWhenIdle(String protocol) {
		assertThat(seekWhenIdle(protocol, HOLD)).isEqualTo(seekWhenIdle(protocol, OFF));
	}

	/**
	 * What is delivered if 5 more orders come before the first idle event, and 5 after.
	 */
	private Map<Integer, List<Long>> seekWhenIdle(String protocol, String mode) {
		Orders orders = prepare();
		try (Application application = run(orders, SeekingWhenIdle.class, protocol, mode, LATEST)) {
			application.bean(SeekingWhenIdle.class).awaitSought(orders.all());
			orders.produceOnEach(5);
			orders.awaitCommitted(35);

			application.assertDelivered(Map.of(orders.partition(0), range(30, 35), orders.partition(1), range(20, 35)));
			assertThat(application.bean(SeekingWhenIdle.class).positions)
				.isEqualTo(Map.of(orders.partition(0), 30L, orders.partition(1), 30L));
			Map<Integer, List<Long>> delivered = new HashMap<>();
			application.received()
				.offsets()
				.forEach((partition, offsets) -> delivered.put(partition.partition(), offsets));
			return delivered;
		}
	}

	private Orders prepare() {
		Orders orders = Orders.create(cluster, 2);
		orders.produceOnEach(30);
		orders.commit(orders.partition(1), 20);
		return orders;
	}

	private static List<Long> read() {
		List<Long> read = new ArrayList<>(range(20, 35));
		read.addAll(range(36, 41));
		return read;
	}

	private static void produceInTransactions(Orders orders) {
		try (Producer<String, String> producer = orders.producer(Map.of("transactional.id", orders.topic()))) {
			producer.initTransactions();
			for (int transaction = 0; transaction < 2; transaction++) {
				producer.beginTransaction();
				for (int i = 0; i < 5; i++) {
					producer.send(new ProducerRecord<>(orders.topic(), 1, null, "order"));
				}
				producer.commitTransaction();
			}
		}
	}

	private Application run(Orders orders, Class<?> listener, String protocol, String... properties) {
		return Application.run(cluster, orders.topic(), listener,
				Stream.concat(Stream.of(protocol(protocol)), Stream.of(properties)).toArray(String[]::new));
	}

	record FixingOffsets(Received received) {

		@KafkaListener(topics = "${topic}", groupId = "${topic}")
		void onOrder(ConsumerRecord<?, ?> order) {
			received.add(order);
		}

		@Bean
		ContainerCustomizer<Object, Object, ConcurrentMessageListenerContainer<Object, Object>> fixing() {
			return (container) -> container.getContainerProperties().setFixTxOffsets(true);
		}

	}

	/** Seeks to where it is, once. */
	static class SeekingWhenIdle implements ConsumerSeekAware {

		final Map<TopicPartition, Long> positions = new ConcurrentHashMap<>();

		private final Received received;

		SeekingWhenIdle(Received received) {
			this.received = received;
		}

		@KafkaListener(topics = "${topic}", groupId = "${topic}")
		void onOrder(ConsumerRecord<?, ?> order) {
			received.add(order);
		}

		@Bean
		static ContainerCustomizer<Object, Object, ConcurrentMessageListenerContainer<Object, Object>> idling() {
			return (container) -> {
				ContainerProperties properties = container.getContainerProperties();
				properties.setIdleEventInterval(300L);
			};
		}

		@Override
		public void onIdleContainer(Map<TopicPartition, Long> assignments, ConsumerSeekCallback callback) {
			if (positions.isEmpty() && assignments.size() == 2 && received.records().size() == 10) {
				assignments.forEach((partition, position) -> callback.seekRelative(partition.topic(),
						partition.partition(), 0, true));
				positions.putAll(assignments);
			}
		}

		void awaitSought(List<TopicPartition> partitions) {
			Application.until(() -> positions.keySet().equals(Set.copyOf(partitions)));
		}

	}

}
