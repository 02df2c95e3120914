/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure.workswith;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;

import org.springframework.context.annotation.Bean;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.config.ContainerCustomizer;
import org.springframework.kafka.event.ConsumerStoppedEvent.Reason;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.ConsumerAwareRebalanceListener;
import org.springframework.kafka.listener.ConsumerSeekAware;
import org.springframework.kafka.listener.MessageListenerContainer;

import static dev.holdfast.kafka.autoconfigure.workswith.Application.protocol;
import static dev.holdfast.kafka.autoconfigure.workswith.Orders.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Held partitions, and consumers that fail, in what Spring does with them.
 */
@LyingKafka(brokers = 2)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@Tag("long")
class WorksWithHoldsTests {

	private static final String HOLD = "holdfast.kafka.offset-guard.policy.false-truncation=hold";

	private static final String FAIL = "holdfast.kafka.offset-guard.policy.false-truncation=fail";

	private static final String SOON = "holdfast.kafka.offset-guard.hold-recheck-interval=100ms";

	private final KafkaCluster cluster;

	WorksWithHoldsTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@EachProtocol
	@DisplayName("A held partition, and a container that is paused and resumed")
	void heldWhileTheContainerPauses(String protocol) {
		Orders orders = Orders.consumedTo20Of30(cluster, 2);
		Fault.Handle lie = orders.lieAbout(0);
		try (Application application = run(orders, RecordListener.class, protocol, HOLD, SOON)) {
			MessageListenerContainer container = application.container();
			orders.awaitCommitted(1, 30);
			application.awaitDecisions(1);
			container.pause();
			Application.until(container::isContainerPaused);
			orders.produceOnEach(5);
			container.resume();
			orders.awaitCommitted(1, 35);
			application.assertDelivered(Map.of(orders.partition(1), range(20, 35)));

			container.pause();
			Application.until(container::isContainerPaused);
			lie.close();
			// Let go while paused: still the application's pause is in force.
			application.awaitDecisions(2);
			assertStays(application, Map.of(orders.partition(1), range(20, 35)));
			container.resume();
			orders.awaitCommitted(35);
			application.assertDelivered(orders.onEach(20, 35));
			assertThat(application.received().decisions).extracting(Decision::action)
				.containsExactly(Action.HOLD, Action.KEEP);
		}
	}

	@EachProtocol
	@DisplayName("A held partition, and `@RetryableTopic`'s back-off on another one")
	void heldWhileARetryBacksOff(String protocol) {
		Orders orders = Orders.consumedTo20Of30(cluster, 2);
		Orders retries = Orders.consumedTo20Of30(new Orders(cluster, orders.topic() + "-retry", 2).created(Map.of()));
		retries.all().forEach((partition) -> retries.commit(partition, 30));
		Fault.Handle lie = retries.lieAbout(0);
		try (Application application = run(orders, RetryingListener.class, protocol, HOLD, SOON)) {
			orders.awaitCommitted(30);
			retries.awaitCommitted(1, 31);
			Map<TopicPartition, List<Long>> expected = new HashMap<>(orders.onEach(20, 30));
			expected.put(retries.partition(1), range(30, 31));
			application.assertDelivered(expected);
			assertStays(application, expected);
			assertThat(retries.committed(0)).isEqualTo(30);
			lie.close();

			retries.awaitCommitted(0, 31);
			expected.put(retries.partition(0), range(30, 31));
			application.assertDelivered(expected);
		}
	}

	@EachProtocol
	@DisplayName("A held partition, and the default `AssignmentCommitOption` with `latest`")
	void heldAtTheFirstAssignment(String protocol) {
		Orders orders = Orders.create(cluster, 2);
		orders.produceOnEach(30);
		orders.commit(orders.partition(1), 20);
		for (int start = 0; start < 2; start++) {
			try (Application application = run(orders, RecordListener.class, protocol,
					"spring.kafka.consumer.auto-offset-reset=latest",
					"holdfast.kafka.offset-guard.policy.no-committed-offset=hold")) {
				orders.produceOnEach(5);
				orders.awaitCommitted(1, 35 + start * 5);
				application.assertDelivered(Map.of(orders.partition(1), range((start == 0) ? 20 : 35, 35 + start * 5)));
				assertThat(application.awaitDecisions(1)).extracting(Decision::action).containsExactly(Action.HOLD);
			}
			assertThat(orders.committed(0)).isEqualTo(-1);
		}
	}

	@EachProtocol
	@DisplayName("A held partition, and a static member that restarts")
	void heldByAStaticMember(String protocol) {
		Orders orders = Orders.consumedTo20Of30(cluster, 2);
		orders.commitAboveEnd(orders.partition(0));
		for (int start = 0; start < 2; start++) {
			try (Application application = run(orders, RecordListener.class, protocol,
					"spring.kafka.consumer.properties.group.instance.id=one")) {
				orders.awaitCommitted(1, 30 + start * 10);
				application.assertDelivered(Map.of(orders.partition(1), range(20 + start * 10, 30 + start * 10)));
				assertThat(application.awaitDecisions(1)).singleElement().satisfies((decision) -> {
					assertThat(decision.cause()).isEqualTo(Cause.ABOVE_LOG_END);
					assertThat(decision.action()).isEqualTo(Action.HOLD);
				});
			}
			assertThat(orders.committed(0)).isEqualTo(Orders.ABOVE_END);
			orders.produceOnEach(10);
		}
	}

	/** Spring stops all consumers of a container when one of them does. */
	@EachProtocol
	@DisplayName("`fail` with `concurrency` 3")
	void failsConcurrently(String protocol) {
		Orders orders = Orders.consumedTo20Of30(cluster, 3);
		orders.lieAbout(1);
		try (Application application = run(orders, RecordListener.class, protocol, FAIL,
				"spring.kafka.listener.concurrency=3")) {
			Application.until(() -> !application.container().isRunning() && application.received().stops.size() == 3);

			assertThat(application.received().stops).contains(Reason.NO_OFFSET)
				.isSubsetOf(Reason.NO_OFFSET, Reason.ABNORMAL);
			assertFailed(orders, application);
		}
	}

	/** The one that is left takes the partition over, and fails too. */
	@EachProtocol
	@DisplayName("`fail` in two instances of an application")
	void failsInTwoInstances(String protocol) {
		Orders orders = Orders.consumedTo20Of30(cluster, 3);
		try (Application first = run(orders, RecordListener.class, protocol, FAIL);
				Application second = run(orders, RecordListener.class, protocol, FAIL)) {
			Application.until(() -> !first.container().getAssignedPartitions().isEmpty()
					&& !second.container().getAssignedPartitions().isEmpty());
			orders.awaitCommitted(30);
			orders.lieAbout(1);
			orders.moveLeaders();
			orders.produceOnEach(10);
			Application.until(() -> first.received().stops.size() + second.received().stops.size() == 2);

			assertThat(first.received().stops).containsExactly(Reason.NO_OFFSET);
			assertThat(second.received().stops).containsExactly(Reason.NO_OFFSET);
			assertFailed(orders, first, second);
		}
	}

	@EachProtocol
	@DisplayName("`fail`, and `position()` in a rebalance listener")
	void failsAfterPositionInARebalanceListener(String protocol) {
		failsAfterAskingForThePosition(protocol, RebalanceListening.class);
	}

	@EachProtocol
	@DisplayName("`fail`, and `ConsumerSeekAware`, for which Spring asks for positions")
	void failsAfterPositionInConsumerSeekAware(String protocol) {
		failsAfterAskingForThePosition(protocol, SeekAware.class);
	}

	private void failsAfterAskingForThePosition(String protocol, Class<? extends Positions> listener) {
		Orders orders = Orders.consumedTo20Of30(cluster, 2);
		orders.lieAbout(1);
		try (Application application = run(orders, listener, protocol, FAIL)) {
			Application.until(() -> !application.received().stops.isEmpty());

			assertThat(application.received().stops).containsExactly(Reason.NO_OFFSET);
			assertThat(application.bean(listener).positions)
				.isEqualTo(Map.of(orders.partition(0), 20L, orders.partition(1), 20L));
			assertFailed(orders, application);
		}
	}

	/**
	 * What was delivered, each record once, is committed; nothing of the partition in
	 * doubt is either.
	 */
	private void assertFailed(Orders orders, Application... applications) {
		Map<TopicPartition, List<Long>> delivered = Orders.merge(List.of(applications));
		Map<TopicPartition, List<Long>> committed = new HashMap<>();
		orders.all()
			.forEach((partition) -> committed.put(partition, range(20, orders.committed(partition.partition()))));
		committed.values().removeIf(List::isEmpty);
		if (applications.length == 1) {
			assertThat(delivered).isEqualTo(committed);
		}
		else {
			// While the group is between two assignments, its coordinator may refuse the
			// last commit of a member (KIP-848: the member's epoch is stale): what is in
			// it may come again.
			assertThat(delivered).containsOnlyKeys(committed.keySet());
			delivered.forEach((partition, offsets) -> {
				List<Long> done = committed.get(partition);
				assertThat(offsets).filteredOn(done::contains).isEqualTo(done);
				List<Long> all = offsets.stream().distinct().sorted().toList();
				assertThat(all).isEqualTo(range(20, 20 + all.size()));
			});
			assertThat(orders.committed(1)).isEqualTo(30);
		}
		for (Application application : applications) {
			assertThat(application.received().decisions).allSatisfy((decision) -> {
				assertThat(decision.partition()).isEqualTo(orders.partition(1));
				assertThat(decision.action()).isEqualTo(Action.FAIL);
			});
		}
		assertThat(delivered.getOrDefault(orders.partition(1), List.of())).hasSize((applications.length == 1) ? 0 : 10);
	}

	private static void assertStays(Application application, Map<TopicPartition, List<Long>> expected) {
		await().during(Duration.ofMillis(500)).until(() -> application.received().offsets(), expected::equals);
	}

	private Application run(Orders orders, Class<?> listener, String protocol, String... properties) {
		return Application.run(cluster, orders.topic(), listener,
				Stream.concat(Stream.of(protocol(protocol)), Stream.of(properties)).toArray(String[]::new));
	}

	/** Has been told positions. */
	abstract static class Positions {

		final Map<TopicPartition, Long> positions = new ConcurrentHashMap<>();

		private final Received received;

		Positions(Received received) {
			this.received = received;
		}

		@KafkaListener(topics = "${topic}", groupId = "${topic}")
		void onOrder(ConsumerRecord<?, ?> order) {
			received.add(order);
		}

	}

	static class RebalanceListening extends Positions {

		RebalanceListening(Received received) {
			super(received);
		}

		@Bean
		ContainerCustomizer<Object, Object, ConcurrentMessageListenerContainer<Object, Object>> rebalanceListener() {
			return (container) -> container.getContainerProperties()
				.setConsumerRebalanceListener(new ConsumerAwareRebalanceListener() {

					@Override
					public void onPartitionsAssigned(Consumer<?, ?> consumer,
							java.util.Collection<TopicPartition> partitions) {
						partitions.forEach((partition) -> positions.put(partition, consumer.position(partition)));
					}

				});
		}

	}

	static class SeekAware extends Positions implements ConsumerSeekAware {

		SeekAware(Received received) {
			super(received);
		}

		@Override
		public void onPartitionsAssigned(Map<TopicPartition, Long> assignments, ConsumerSeekCallback callback) {
			positions.putAll(assignments);
		}

	}

}
