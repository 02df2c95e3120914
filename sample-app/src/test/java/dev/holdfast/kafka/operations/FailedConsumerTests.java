/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.operations;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.autoconfigure.ConsumerStoppedEvent;
import dev.holdfast.kafka.offsetguard.decision.StoppedConsumer;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.event.EventListener;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A listener container stops, as its consumer's poll throws for good: operators see it
 * until it runs again.
 */
@LyingKafka
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class FailedConsumerTests {

	private static final String HEALTH = "/actuator/health/holdfast";

	private final KafkaCluster cluster;

	FailedConsumerTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void failedDecisionIsSeenUntilTheListenerRunsAgain(String protocol) {
		String topic = "failed-" + protocol;
		TopicPartition partition = new TopicPartition(topic, 0);
		cluster.createTopic(topic, 1);
		cluster.produce(partition, 10);
		cluster.commit(topic, partition, new OffsetAndMetadata(500));
		try (Shop shop = Shop.open(cluster, topic, List.of(Events.class),
				"management.endpoint.holdfast.access=unrestricted",
				"spring.kafka.consumer.properties.group.protocol=" + protocol,
				"holdfast.kafka.offset-guard.policy.above-log-end=fail")) {
			awaitStopped(shop);

			Map<String, Object> failed = shop.get("/actuator/holdfast").single("$.failed[*]");
			assertThat(failed).containsEntry("factory", "kafkaConsumerFactory")
				.containsEntry("group", topic)
				.containsEntry("clientId", "shop-0")
				.containsEntry("state", "failed")
				.containsEntry("topic", topic)
				.containsEntry("partition", 0)
				.containsEntry("cause", "above-log-end")
				.containsEntry("next", "docs/runbook.md#a-consumer-has-stopped")
				.containsKey("since");
			assertThat((String) failed.get("problem")).contains("No offset and no reset policy")
				.contains("cause=above-log-end");
			assertThat((String) shop.get(HEALTH).json("$.status")).isEqualTo("FAILED");
			assertThat(shop.get(HEALTH).single("$.details.failed[*]")).isEqualTo(failed);
			assertThat((String) shop.get("/actuator/health").json("$.status")).isEqualTo("UP");
			assertThat(gauge(shop, topic)).isEqualTo("1.0");
			assertThat(shop.context().getBean(Events.class).seen).singleElement()
				.satisfies((event) -> assertThat(event.consumer().state()).isEqualTo(StoppedConsumer.State.FAILED));

			Shop.Answer order = shop.post("/actuator/holdfast", Shop.order(topic, "earliest"));
			assertThat(order.status()).isEqualTo(404);
			assertThat((String) order.json("$.message"))
				.endsWith("A consumer of this group has stopped: see 'failed' of this endpoint");

			// The commit is good once the log is that long, and the group has left.
			cluster.commit(topic, partition, new OffsetAndMetadata(5));
			shop.context().getBean(KafkaListenerEndpointRegistry.class).start();
			shop.awaitOffset(9);
			assertThat((List<?>) shop.get("/actuator/holdfast").json("$.failed")).isEmpty();
			assertThat((String) shop.get(HEALTH).json("$.status")).isEqualTo("UP");
			assertThat(gauge(shop, topic)).isEqualTo("0.0");
		}
	}

	@Test
	void refusedBrokerIsSeen() {
		String topic = "refused";
		cluster.createTopic(topic, 1);
		cluster.wire().inject(Fault.advertise(ApiKeys.FETCH, 4, 17).forClient("shop"));
		try (Shop shop = Shop.open(cluster, topic, List.of(Events.class),
				"holdfast.kafka.version-cap.min-versions.Fetch=18", "holdfast.kafka.health.failed-status=DOWN")) {
			awaitStopped(shop);

			Map<String, Object> refused = shop.get("/actuator/holdfast").single("$.failed[*]");
			assertThat(refused).containsEntry("group", topic)
				.containsEntry("state", "refused")
				.doesNotContainKey("cause");
			assertThat((String) refused.get("problem")).contains("min-versions require Fetch >= 18")
				.containsPattern("(Bootstrap server|Broker) [0-9]+ \\((localhost|127.0.0.1):[0-9]+\\) offers");
			assertThat(shop.get(HEALTH).status()).isEqualTo(503);
			assertThat((String) shop.get(HEALTH).json("$.status")).isEqualTo("DOWN");
			assertThat(gauge(shop, topic)).isEqualTo("1.0");
			assertThat(shop.context().getBean(Events.class).seen).singleElement()
				.satisfies((event) -> assertThat(event.consumer().state()).isEqualTo(StoppedConsumer.State.REFUSED));
		}
	}

	private static void awaitStopped(Shop shop) {
		await().atMost(Shop.PATIENCE)
			.until(() -> shop.context()
				.getBean(KafkaListenerEndpointRegistry.class)
				.getListenerContainers()
				.stream()
				.noneMatch((container) -> container.isRunning()));
	}

	private static String gauge(Shop shop, String group) {
		String line = "holdfast_kafka_consumers_failed{group=\"%s\"} ".formatted(group);
		return shop.get("/actuator/prometheus")
			.body()
			.lines()
			.filter((each) -> each.startsWith(line))
			.map((each) -> each.substring(line.length()))
			.findFirst()
			.orElse("no series");
	}

	static class Events {

		final List<ConsumerStoppedEvent> seen = new CopyOnWriteArrayList<>();

		@EventListener
		void onStopped(ConsumerStoppedEvent event) {
			seen.add(event);
		}

	}

}
