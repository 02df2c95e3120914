/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure.workswith;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.annotation.PartitionOffset;
import org.springframework.kafka.listener.AbstractConsumerSeekAware;

import static dev.holdfast.kafka.autoconfigure.workswith.Application.protocol;
import static dev.holdfast.kafka.autoconfigure.workswith.Orders.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Listeners of every kind, restarted while the brokers say that all logs were truncated
 * to nothing.
 */
@LyingKafka(brokers = 2)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@Tag("long")
class WorksWithListenersTests {

	private static final long END = Orders.END;

	private final KafkaCluster cluster;

	WorksWithListenersTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@EachProtocol
	@DisplayName("Record listeners")
	void recordListeners(String protocol) {
		goesOnWhereItWas(2, RecordListener.class, protocol);
	}

	@EachProtocol
	@DisplayName("Batch listeners")
	void batchListeners(String protocol) {
		goesOnWhereItWas(2, BatchListener.class, protocol, "spring.kafka.listener.type=batch");
	}

	@EachProtocol
	@DisplayName("`concurrency` above 1")
	void concurrency(String protocol) {
		Orders orders = Orders.create(cluster, 3);
		orders.produceOnEach((int) Orders.COMMITTED);
		orders.all().forEach((partition) -> orders.commit(partition, Orders.COMMITTED));
		orders.lie();
		try (Application application = Application.run(cluster, orders.topic(), RecordListener.class,
				protocol(protocol), "spring.kafka.listener.concurrency=3")) {
			// A consumer whose commit is refused because another one has joined delivers
			// again, or is not asked to commit again, with Kafka alone as well.
			orders.awaitOnePartitionEach(3);
			orders.produceOnEach(10);

			readsToEnd(orders, application);
			// Some of them twice for the same consumer, if it was assigned them anew when
			// another one joined.
			application.assertDecidedAbout(Cause.FALSE_TRUNCATION, orders.all());
			goesOnWithOtherLeaders(orders, application);
		}
	}

	@EachProtocol
	@DisplayName("`@TopicPartition`: partitions assigned by hand")
	void assignedPartitions(String protocol) {
		Orders orders = Orders.consumedTo20Of30(cluster, 3);
		orders.lie();
		try (Application application = Application.run(cluster, orders.topic(), AssignedListener.class,
				protocol(protocol))) {
			orders.awaitCommitted(END);

			application.assertDelivered(Map.of(orders.partition(0), range(20, END), orders.partition(1), range(20, END),
					orders.partition(2), range(5, END)));
			// What the application sought itself is not in question.
			application.assertDecided(Cause.FALSE_TRUNCATION, List.of(orders.partition(0), orders.partition(1)));
		}
	}

	@EachProtocol
	@DisplayName("Pattern subscription, of topics that appear later too")
	void patternSubscription(String protocol) {
		Orders orders = Orders.consumedTo20Of30(cluster, 1);
		Orders later = new Orders(cluster, orders.topic() + "-later", 1);
		orders.lie();
		try (Application application = Application.run(cluster, orders.topic(), PatternListener.class,
				protocol(protocol), "spring.kafka.consumer.properties.metadata.max.age.ms=200")) {
			application.assertDelivered(orders.onEach(20, END));
			later.created(Map.of());
			later.lie();
			later.produceOnEach(5);
			application.assertDelivered(Map.of(orders.partition(0), range(20, END), later.partition(0), range(0, 5)));
			orders.produceOnEach(5);

			application.assertDelivered(Map.of(orders.partition(0), range(20, 35), later.partition(0), range(0, 5)));
			assertThat(application.received().decisions)
				.filteredOn((decision) -> decision.partition().equals(later.partition(0)))
				.extracting((decision) -> decision.cause())
				.first()
				.isEqualTo(Cause.NO_COMMITTED_OFFSET);
		}
	}

	@EachProtocol
	@DisplayName("`ConsumerSeekAware`")
	void consumerSeekAware(String protocol) {
		Orders orders = Orders.consumedTo20Of30(cluster, 2);
		orders.lie();
		try (Application application = Application.run(cluster, orders.topic(), SeekingListener.class,
				protocol(protocol))) {
			application
				.assertDelivered(Map.of(orders.partition(0), range(5, END), orders.partition(1), range(20, END)));
			// Nobody asks any more about the position that the listener has left at once.
			application.assertDecided(Cause.FALSE_TRUNCATION, List.of(orders.partition(1)));
			application.received().records().clear();
			application.bean(SeekingListener.class).seekToBeginning();

			application.assertDelivered(orders.onEach(0, END));
			application.assertDecided(Cause.FALSE_TRUNCATION, List.of(orders.partition(1)));
		}
	}

	@EachProtocol
	@DisplayName("Virtual threads (Java 21 or later)")
	@EnabledForJreRange(min = JRE.JAVA_21)
	void virtualThreads(String protocol) {
		goesOnWhereItWas(2, VirtualListener.class, protocol, "spring.threads.virtual.enabled=true");
	}

	private void goesOnWhereItWas(int partitions, Class<?> listener, String protocol, String... properties) {
		Orders orders = Orders.consumedTo20Of30(cluster, partitions);
		orders.lie();
		String[] all = new String[properties.length + 1];
		System.arraycopy(properties, 0, all, 1, properties.length);
		all[0] = protocol(protocol);
		try (Application application = Application.run(cluster, orders.topic(), listener, all)) {
			readsToEnd(orders, application);
			application.assertDecided(Cause.FALSE_TRUNCATION, orders.all());
			goesOnWithOtherLeaders(orders, application);
		}
	}

	private static void readsToEnd(Orders orders, Application application) {
		orders.awaitCommitted(END);
		application.assertDelivered(orders.onEach(20, END));
	}

	private static void goesOnWithOtherLeaders(Orders orders, Application application) {
		orders.moveLeaders();
		orders.produceOnEach(10);
		orders.awaitCommitted(40);
		application.assertDelivered(orders.onEach(20, 40));
	}

	record BatchListener(Received received) {

		@KafkaListener(topics = "${topic}", groupId = "${topic}")
		void onOrders(List<ConsumerRecord<?, ?>> orders) {
			orders.forEach(received::add);
		}

	}

	record VirtualListener(Received received) {

		@KafkaListener(topics = "${topic}", groupId = "${topic}")
		void onOrder(ConsumerRecord<?, ?> order) {
			assertThat(Thread.currentThread().toString()).startsWith("VirtualThread");
			received.add(order);
		}

	}

	record AssignedListener(Received received) {

		@KafkaListener(groupId = "${topic}",
				topicPartitions = @org.springframework.kafka.annotation.TopicPartition(topic = "${topic}",
						partitions = { "0", "1" },
						partitionOffsets = @PartitionOffset(partition = "2", initialOffset = "5")))
		void onOrder(ConsumerRecord<?, ?> order) {
			received.add(order);
		}

	}

	record PatternListener(Received received) {

		@KafkaListener(topicPattern = "${topic}.*", groupId = "${topic}")
		void onOrder(ConsumerRecord<?, ?> order) {
			received.add(order);
		}

	}

	static class SeekingListener extends AbstractConsumerSeekAware {

		private final Received received;

		SeekingListener(Received received) {
			this.received = received;
		}

		@Override
		public void onPartitionsAssigned(Map<TopicPartition, Long> assignments, ConsumerSeekCallback callback) {
			super.onPartitionsAssigned(assignments, callback);
			assignments.forEach((partition, position) -> {
				if (partition.partition() == 0) {
					assertThat(position).isEqualTo(20);
					callback.seek(partition.topic(), 0, 5);
				}
			});
		}

		@KafkaListener(topics = "${topic}", groupId = "${topic}")
		void onOrder(ConsumerRecord<?, ?> order) {
			received.add(order);
		}

	}

}
