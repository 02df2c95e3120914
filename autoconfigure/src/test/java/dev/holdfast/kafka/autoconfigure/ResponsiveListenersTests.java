/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.ApplicationListener;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.kafka.event.NonResponsiveConsumerEvent;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Listener containers tell if a poll takes much longer than they have asked for. A guard
 * that waits for a silent leader gives them no reason to, where plain clients give none.
 */
@LyingKafka(brokers = 2)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ResponsiveListenersTests {

	private static final String[] IMPATIENT = { "spring.kafka.consumer.auto-offset-reset=earliest",
			"spring.kafka.listener.poll-timeout=500ms", "spring.kafka.listener.no-poll-threshold=3",
			"spring.kafka.listener.monitor-interval=1s" };

	private final KafkaCluster cluster;

	ResponsiveListenersTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	/**
	 * Retention has deleted what the group would read next, on both brokers, of which one
	 * does not say where its logs start.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void silentLeaderDelaysOnlyItsPartitions(String protocol) {
		String topic = "responsive-" + protocol;
		TopicPartition told = new TopicPartition(topic, 0);
		TopicPartition silent = new TopicPartition(topic, 1);
		givenLogsFrom50(told, silent);
		Fault.Handle silence = cluster.wire()
			.inject(Fault.silence(ApiKeys.LIST_OFFSETS).onBroker(cluster.leader(silent)));

		try (Application plain = new Application("plain-" + topic, protocol, told, silent, false);
				Application guarded = new Application("guarded-" + topic, protocol, told, silent, true)) {
			List.of(plain, guarded)
				.forEach((each) -> await().until(() -> range(50, 100).equals(each.delivered().get(0))));
			// It has run into its timeout once, and asks again.
			await().until(() -> cluster.wire().count("holdfast-inspector-guarded-" + topic, ApiKeys.API_VERSIONS) >= 6);
			assertThat(guarded.delivered()).isEqualTo(plain.delivered()).isEqualTo(Map.of(0, range(50, 100)));
			assertThat(plain.events).isEmpty();
			assertThat(guarded.events).isEmpty();

			silence.close();

			Map<Integer, List<Long>> all = Map.of(0, range(50, 100), 1, range(50, 100));
			List.of(plain, guarded).forEach((each) -> await().until(() -> each.delivered().equals(all)));
			assertThat(guarded.orders().decisions).extracting(Decision::cause)
				.containsExactlyInAnyOrder(Cause.BELOW_LOG_START, Cause.UNVERIFIABLE, Cause.BELOW_LOG_START);
			assertThat(guarded.events).isEmpty();
		}
	}

	private void givenLogsFrom50(TopicPartition told, TopicPartition silent) {
		List<Integer> brokers = cluster.brokerIds();
		cluster.createTopic(told.topic(), Map.of(0, List.of(brokers.get(0)), 1, List.of(brokers.get(1))), Map.of());
		for (TopicPartition partition : List.of(told, silent)) {
			cluster.produce(partition, 100);
			cluster.deleteRecords(partition, 50);
		}
	}

	private static ConditionFactory await() {
		return Awaitility.await().atMost(Duration.ofSeconds(45));
	}

	private static List<Long> range(long from, long to) {
		return LongStream.range(from, to).boxed().toList();
	}

	/**
	 * An application whose group has committed offset 20 of each partition.
	 */
	private final class Application implements AutoCloseable {

		private final ConfigurableApplicationContext context;

		private final List<NonResponsiveConsumerEvent> events = new CopyOnWriteArrayList<>();

		Application(String group, String protocol, TopicPartition first, TopicPartition second, boolean guarded) {
			cluster.commit(group, first, new OffsetAndMetadata(20));
			cluster.commit(group, second, new OffsetAndMetadata(20));
			this.context = OrdersApplication.run(cluster, first.topic(), properties(group, protocol, guarded));
			this.context.addApplicationListener((ApplicationListener<NonResponsiveConsumerEvent>) events::add);
		}

		private static String[] properties(String group, String protocol, boolean guarded) {
			List<String> properties = new ArrayList<>(List.of(IMPATIENT));
			properties.add("spring.kafka.consumer.group-id=" + group);
			properties.add("spring.kafka.consumer.client-id=" + group);
			properties.add("spring.kafka.consumer.properties.group.protocol=" + protocol);
			properties.add("holdfast.kafka.enabled=" + guarded);
			return properties.toArray(String[]::new);
		}

		OrdersApplication orders() {
			return context.getBean(OrdersApplication.class);
		}

		Map<Integer, List<Long>> delivered() {
			return orders().delivered();
		}

		@Override
		public void close() {
			context.close();
		}

	}

}
