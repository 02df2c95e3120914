/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure.workswith;

import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.kafka.listener.MessageListenerContainer;

import static dev.holdfast.kafka.autoconfigure.workswith.Application.protocol;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Instances of an application that come and go, on brokers that lie all the time.
 */
@LyingKafka(brokers = 2)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@Tag("long")
class WorksWithRebalancingTests {

	private final KafkaCluster cluster;

	WorksWithRebalancingTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@Test
	@DisplayName("Eager rebalancing (`classic`)")
	void eagerRebalancing() {
		nothingComesTwice(classic(RangeAssignor.class));
		whatIsHeldStaysHeld(classic(RangeAssignor.class));
	}

	@Test
	@DisplayName("Cooperative rebalancing (`classic`)")
	void cooperativeRebalancing() {
		nothingComesTwice(classic(CooperativeStickyAssignor.class));
		whatIsHeldStaysHeld(classic(CooperativeStickyAssignor.class));
	}

	@Test
	@DisplayName("Rebalancing by the broker (`consumer`)")
	void rebalancingByTheBroker() {
		nothingComesTwice(protocol("consumer"));
		whatIsHeldStaysHeld(protocol("consumer"));
	}

	@EachProtocol
	@DisplayName("Static membership")
	void staticMembership(String protocol) {
		Orders orders = Orders.consumedTo20Of30(cluster, 2);
		orders.lie();
		String[] properties = { protocol(protocol), "spring.kafka.consumer.properties.group.instance.id=one" };
		try (Application application = run(orders, properties)) {
			orders.awaitCommitted(30);
			application.assertDelivered(orders.onEach(20, 30));
			application.assertDecided(Cause.FALSE_TRUNCATION, orders.all());
		}
		orders.produceOnEach(10);
		try (Application application = run(orders, properties)) {
			orders.awaitCommitted(40);
			application.assertDelivered(orders.onEach(30, 40));
			// The bookmark has the epoch that Spring's commit does not.
			application.assertDecided(Cause.FALSE_TRUNCATION, orders.all());
		}
	}

	private void nothingComesTwice(String... properties) {
		Orders orders = Orders.consumedTo20Of30(cluster, 4);
		orders.lie();
		List<Application> applications = new ArrayList<>();
		try (Application first = run(orders, properties)) {
			applications.add(first);
			orders.awaitCommitted(30);
			try (Application second = run(orders, properties)) {
				applications.add(second);
				orders.produceOnEach(10);
				Application.until(() -> assigned(first).size() == 2 && assigned(second).size() == 2);
				orders.awaitCommitted(40);
				orders.produceOnEach(10);
				orders.awaitCommitted(50);
				assertThat(second.received().offsets().keySet()).containsAll(assigned(second));
			}
			Application.until(() -> assigned(first).size() == 4);
			orders.produceOnEach(10);
			orders.awaitCommitted(60);
		}
		assertThat(Orders.merge(applications)).isEqualTo(orders.onEach(20, 60));
		assertThat(decisions(applications)).extracting(Decision::cause).containsOnly(Cause.FALSE_TRUNCATION);
		assertThat(decisions(applications)).extracting(Decision::partition).containsAll(orders.all());
	}

	/** The first of three partitions is held wherever it goes. */
	private void whatIsHeldStaysHeld(String... properties) {
		Orders orders = Orders.consumedTo20Of30(cluster, 3);
		TopicPartition held = orders.partition(0);
		orders.commitAboveEnd(held);
		List<Application> applications = new ArrayList<>();
		try (Application first = run(orders, properties)) {
			applications.add(first);
			orders.awaitCommitted(1, 30);
			orders.awaitCommitted(2, 30);
			try (Application second = run(orders, properties)) {
				applications.add(second);
				Application.until(() -> assigned(first).size() + assigned(second).size() == 3
						&& !assigned(second).isEmpty() && !assigned(first).isEmpty());
				orders.produceOnEach(10);
				orders.awaitCommitted(1, 40);
				orders.awaitCommitted(2, 40);
			}
			Application.until(() -> assigned(first).size() == 3);
			orders.produceOnEach(10);
			orders.awaitCommitted(1, 50);
			orders.awaitCommitted(2, 50);
		}
		Map<TopicPartition, List<Long>> others = orders.onEach(20, 50);
		others.remove(held);
		assertThat(Orders.merge(applications)).isEqualTo(others);
		assertThat(orders.committed(0)).isEqualTo(Orders.ABOVE_END);
		assertThat(decisions(applications)).isNotEmpty().allSatisfy((decision) -> {
			assertThat(decision.cause()).isEqualTo(Cause.ABOVE_LOG_END);
			assertThat(decision.partition()).isEqualTo(held);
		});
	}

	private Application run(Orders orders, String... properties) {
		return Application.run(cluster, orders.topic(), RecordListener.class, properties);
	}

	private static String[] classic(Class<?> assignor) {
		return new String[] { protocol("classic"),
				"spring.kafka.consumer.properties.partition.assignment.strategy=" + assignor.getName() };
	}

	private static Collection<TopicPartition> assigned(Application application) {
		MessageListenerContainer container = application.container();
		Collection<TopicPartition> assigned = container.getAssignedPartitions();
		return (assigned != null) ? assigned : List.of();
	}

	private static List<Decision> decisions(List<Application> applications) {
		return applications.stream()
			.flatMap((application) -> Stream.of(application.received().decisions.toArray(Decision[]::new)))
			.toList();
	}

}
