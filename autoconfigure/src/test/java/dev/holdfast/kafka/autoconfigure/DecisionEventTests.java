/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationContext;
import org.springframework.context.event.EventListener;
import org.springframework.kafka.annotation.KafkaListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * An event for each decision, before delivery goes on: retention has passed a consumer at
 * 200, and the log starts at 210.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class DecisionEventTests {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private final KafkaCluster cluster;

	DecisionEventTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void comesBeforeTheNextRecord(String protocol) {
		String topic = prepare("event-" + protocol);
		application(topic, protocol).run((context) -> {
			List<String> log = delivered(context);
			assertThat(log.get(0)).isEqualTo("kafkaConsumerFactory: " + summary(context));
			assertThat(log.subList(1, log.size())).isEqualTo(range(210, 270));
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void whatAListenerThrowsChangesNothing(String protocol) {
		String topic = prepare("throws-" + protocol);
		application(topic, protocol).withBean(Throwing.class)
			.run((context) -> assertThat(delivered(context)).containsAll(range(210, 270)).hasSize(61));
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void whileAListenerBlocksNothingIsDeliveredAndThenEverything(String protocol) {
		String topic = prepare("blocks-" + protocol);
		application(topic, protocol).withBean(Blocking.class).run((context) -> {
			Blocking blocking = context.getBean(Blocking.class);
			assertThat(blocking.entered.await(30, TimeUnit.SECONDS)).isTrue();
			// Others can look at the decision meanwhile; the consumer waits.
			assertThat(context.getBean(GuardedFactories.class).decisions()).hasSize(1);
			assertThat(context.getBean(Log.class).entries).doesNotContain("210");
			blocking.door.countDown();
			assertThat(delivered(context)).containsAll(range(210, 270)).hasSize(61);
		});
	}

	private static List<String> delivered(ApplicationContext context) {
		List<String> entries = context.getBean(Log.class).entries;
		await().atMost(PATIENCE).until(() -> entries.contains("269") && entries.size() >= 61);
		return new ArrayList<>(entries);
	}

	private static String summary(ApplicationContext context) {
		return context.getBean(GuardedFactories.class).decisions().get(0).decision().summary();
	}

	private static List<String> range(long from, long to) {
		return LongStream.range(from, to).mapToObj(Long::toString).toList();
	}

	private ApplicationContextRunner application(String topic, String protocol) {
		return new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(KafkaAutoConfiguration.class, HoldfastKafkaAutoConfiguration.class))
			.withBean(Log.class)
			.withPropertyValues("topic=" + topic, "spring.kafka.bootstrap-servers=" + cluster.bootstrapServers(),
					"spring.kafka.consumer.group-id=" + topic, "spring.kafka.properties.group.protocol=" + protocol);
	}

	private String prepare(String topic) {
		TopicPartition partition = new TopicPartition(topic, 0);
		cluster.createTopic(topic, 1);
		cluster.produce(partition, 270);
		cluster.deleteRecords(partition, 210);
		cluster.commit(topic, partition, new OffsetAndMetadata(200));
		return topic;
	}

	static class Log {

		private final List<String> entries = new CopyOnWriteArrayList<>();

		@EventListener
		void onDecision(OffsetDecisionEvent event) {
			entries.add(event.factory() + ": " + event.decision().summary());
		}

		@KafkaListener(topics = "${topic}")
		void onOrder(ConsumerRecord<String, String> order) {
			entries.add(Long.toString(order.offset()));
		}

	}

	static class Throwing {

		@EventListener
		void onDecision(OffsetDecisionEvent event) {
			throw new IllegalStateException("I do not like " + event.decision().cause());
		}

	}

	static class Blocking {

		private final CountDownLatch entered = new CountDownLatch(1);

		private final CountDownLatch door = new CountDownLatch(1);

		@EventListener
		void onDecision(OffsetDecisionEvent event) throws InterruptedException {
			entered.countDown();
			door.await();
		}

	}

}
