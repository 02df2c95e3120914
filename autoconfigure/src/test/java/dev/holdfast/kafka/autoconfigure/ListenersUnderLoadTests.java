/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import dev.holdfast.kafka.test.NumberedRecords;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Four listeners of a group read twelve partitions to which orders are sent all the time,
 * one application for each group protocol, side by side. Nothing here makes a listener
 * deliver a record again: no rebalance, no commit that fails for good.
 */
@LyingKafka(brokers = 3)
@Timeout(value = 240, unit = TimeUnit.SECONDS)
@Tag("long")
class ListenersUnderLoadTests {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private static final int LISTENERS = 4;

	private static final int PARTITIONS = 12;

	private final KafkaCluster cluster;

	private final Map<String, ConfigurableApplicationContext> applications = new LinkedHashMap<>();

	private final NumberedRecords orders;

	ListenersUnderLoadTests(KafkaCluster cluster) {
		this.cluster = cluster;
		this.orders = NumberedRecords.to(cluster);
	}

	@AfterEach
	void stop() {
		applications.values().forEach(ConfigurableApplicationContext::close);
		orders.close();
	}

	@Test
	void leadersMoveForAMinuteWhileTheBrokersLie() {
		Fault.Handle lie = cluster.wire().inject(Fault.epochEndOffset(0));
		start("lied-classic", "classic");
		start("lied-consumer", "consumer");

		int moves = moveLeaders(Duration.ofMinutes(1));

		assertEachOrderDeliveredOnce();
		assertThat(moves).isGreaterThan(2 * PARTITIONS);
		assertThat(lie.hits()).isGreaterThan(moves);
		applications.keySet()
			.forEach((topic) -> assertThat(application(topic).decisions).as(topic)
				.hasSizeGreaterThan(moves / 2)
				.extracting(Decision::cause)
				.contains(Cause.FALSE_TRUNCATION)
				// A leader that moves on while it is inspected may be left without
				// evidence:
				// its partition is held until there is.
				.isSubsetOf(Cause.FALSE_TRUNCATION, Cause.UNVERIFIABLE));
	}

	@Test
	void allBrokersAreRestartedOneAfterTheOther() {
		start("restarted-classic", "classic");
		start("restarted-consumer", "consumer");

		for (int broker : cluster.brokerIds()) {
			cluster.restartBroker(broker);
			awaitInSync();
		}

		assertEachOrderDeliveredOnce();
		applications.keySet().forEach((topic) -> assertThat(application(topic).decisions).as(topic).isEmpty());
	}

	private void start(String topic, String protocol) {
		cluster.createTopic(topic, PARTITIONS, 3, Map.of());
		partitions(topic).forEach((partition) -> cluster.commit(topic, partition, new OffsetAndMetadata(0)));
		applications.put(topic,
				OrdersApplication.run(cluster, topic, "spring.kafka.listener.concurrency=" + LISTENERS,
						"spring.kafka.consumer.auto-offset-reset=earliest",
						"holdfast.kafka.offset-guard.hold-recheck-interval=1s",
						"spring.kafka.consumer.properties.group.protocol=" + protocol));
		await().atMost(PATIENCE).until(() -> isBalanced(topic));
		if (applications.size() == 2) {
			orders.sendEvery(Duration.ofMillis(50),
					applications.keySet().stream().flatMap((each) -> partitions(each).stream()).toList());
		}
	}

	private static List<TopicPartition> partitions(String topic) {
		return IntStream.range(0, PARTITIONS).mapToObj((partition) -> new TopicPartition(topic, partition)).toList();
	}

	private boolean isBalanced(String topic) {
		KafkaListenerEndpointRegistry registry = applications.get(topic).getBean(KafkaListenerEndpointRegistry.class);
		return registry.getListenerContainer("orders") instanceof ConcurrentMessageListenerContainer<?, ?> listeners
				&& listeners.getContainers()
					.stream()
					.allMatch((each) -> each.getAssignedPartitions() != null
							&& each.getAssignedPartitions().size() == PARTITIONS / LISTENERS);
	}

	/**
	 * Moves leaders in turn.
	 * @return how many of each topic
	 */
	private int moveLeaders(Duration duration) {
		long end = System.nanoTime() + duration.toNanos();
		int moves = 0;
		while (System.nanoTime() < end) {
			for (String topic : applications.keySet()) {
				TopicPartition partition = new TopicPartition(topic, moves % PARTITIONS);
				cluster.moveLeader(partition, nextReplica(cluster.leader(partition)));
			}
			moves++;
		}
		return moves;
	}

	private int nextReplica(int leader) {
		List<Integer> brokers = cluster.brokerIds();
		return brokers.get((brokers.indexOf(leader) + 1) % brokers.size());
	}

	private void awaitInSync() {
		List<String> topics = new ArrayList<>(applications.keySet());
		topics.add("__consumer_offsets");
		await().atMost(PATIENCE).until(() -> {
			Map<String, TopicDescription> descriptions = cluster.admin().describeTopics(topics).allTopicNames().get();
			return descriptions.values()
				.stream()
				.flatMap((each) -> each.partitions().stream())
				.allMatch((each) -> each.isr().size() == 3);
		});
	}

	private void assertEachOrderDeliveredOnce() {
		orders.stop();
		for (String topic : applications.keySet()) {
			Map<Integer, List<Long>> expected = new TreeMap<>();
			Map<Integer, Long> commits = new TreeMap<>();
			for (TopicPartition partition : partitions(topic)) {
				List<Long> numbers = orders.sent(partition);
				expected.put(partition.partition(), numbers);
				commits.put(partition.partition(), (long) numbers.size());
			}
			await().atMost(PATIENCE)
				.untilAsserted(() -> assertThat(committed(topic)).as("committed on %s", topic).isEqualTo(commits));
			assertThat(delivered(topic)).as("delivered on %s", topic).isEqualTo(expected);
		}
	}

	private Map<Integer, Long> committed(String topic) {
		Map<Integer, Long> committed = new TreeMap<>();
		cluster.committed(topic).forEach((partition, commit) -> committed.put(partition.partition(), commit.offset()));
		return committed;
	}

	private Map<Integer, List<Long>> delivered(String topic) {
		Map<Integer, List<Long>> delivered = new TreeMap<>();
		for (ConsumerRecord<?, ?> record : application(topic).records) {
			delivered.computeIfAbsent(record.partition(), (key) -> new ArrayList<>())
				.add(NumberedRecords.number(record));
		}
		return delivered;
	}

	private OrdersApplication application(String topic) {
		return applications.get(topic).getBean(OrdersApplication.class);
	}

}
