/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.operations;

import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import dev.holdfast.kafka.autoconfigure.OffsetDecisionEvent;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.event.EventListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A partition is held: position 500 on a log of 20 to 100. Operators see it, and decide.
 */
@LyingKafka
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class HeldPartitionTests {

	private static final String WRITABLE = "management.endpoint.holdfast.access=unrestricted";

	private final KafkaCluster cluster;

	HeldPartitionTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@CsvSource({ "classic", "consumer" })
	void isSeenBeforeTheNextPoll(String protocol) {
		String topic = prepare("seen-" + protocol);
		try (Shop shop = Shop.open(cluster, topic, List.of(Witness.class),
				"spring.kafka.consumer.properties.group.protocol=" + protocol)) {
			Map<String, Shop.Answer> seen = shop.context().getBean(Witness.class).seen;
			await().atMost(Shop.PATIENCE).until(() -> seen.size() == 3);

			Shop.Answer health = seen.get("/actuator/health");
			assertThat(health.status()).isEqualTo(200);
			assertThat((String) health.json("$.status")).isEqualTo("UP");
			assertThat((String) health.json("$.components.holdfast.status")).isEqualTo("HELD");
			Map<String, Object> held = health.single("$.components.holdfast.details.held[*]");
			assertThat(held).containsEntry("factory", "kafkaConsumerFactory")
				.containsEntry("group", topic)
				.containsEntry("topic", topic)
				.containsEntry("partition", 0)
				.containsEntry("cause", "above-log-end")
				.containsKey("since");
			assertThat(seen.get("/actuator/prometheus").body())
				.contains("holdfast_kafka_partitions_held{group=\"%1$s\",topic=\"%1$s\"} 1.0".formatted(topic))
				.contains("holdfast_kafka_decisions_total{action=\"hold\",cause=\"above-log-end\",group=\"%1$s\","
					.formatted(topic) + "topic=\"%s\"} 1.0".formatted(topic));
			Shop.Answer endpoint = seen.get("/actuator/holdfast");
			assertThat(endpoint.single("$.consumers[*].partitions[*]")).containsEntry("state", "held")
				.containsEntry("cause", "above-log-end")
				.containsEntry("since", held.get("since"))
				.containsEntry("resolutions", List.of("earliest", "latest", "offset", "fail"));
			assertThat(endpoint.single("$.decisions[*]")).containsEntry("action", "hold")
				.containsEntry("position", 500);
		}
	}

	@ParameterizedTest
	@CsvSource({ "classic, EARLIEST, 20", "consumer, EARLIEST, 20", "classic, LATEST, 100", "consumer, LATEST, 100" })
	void resolvedItReadsOn(String protocol, Action action, long first) {
		String topic = prepare("resolved-%s-%s".formatted(protocol, action));
		try (Shop shop = Shop.open(cluster, topic, WRITABLE,
				"spring.kafka.consumer.properties.group.protocol=" + protocol)) {
			shop.awaitHeld(1);
			Shop.Answer answer = shop.resolve(topic, action.id());

			assertThat(answer.status()).as(answer.body()).isEqualTo(200);
			assertThat((Integer) answer.json("$.decision.continueAt")).isEqualTo((int) first);
			cluster.produce(new TopicPartition(topic, 0), 5);
			shop.awaitOffset(104);
			assertThat(shop.offsets()).isEqualTo(LongStream.range(first, 105).boxed().toList());
			Shop.Answer health = shop.get("/actuator/health");
			assertThat((String) health.json("$.components.holdfast.status")).isEqualTo("UP");
			assertThat((List<?>) health.json("$.components.holdfast.details.held")).isEmpty();
			assertThat(shop.get("/actuator/prometheus").body())
				.contains("holdfast_kafka_partitions_held{group=\"%1$s\",topic=\"%1$s\"} 0.0".formatted(topic));
		}
	}

	@Test
	void oneOfTwoOperatorsWins() {
		String topic = prepare("two-operators");
		ExecutorService operators = Executors.newFixedThreadPool(2);
		try (Shop shop = Shop.open(cluster, topic, WRITABLE)) {
			shop.awaitHeld(1);
			List<Shop.Answer> answers = Stream.of("earliest", "latest")
				.map((action) -> CompletableFuture.supplyAsync(() -> shop.resolve(topic, action), operators))
				.toList()
				.stream()
				.map(CompletableFuture::join)
				.toList();

			assertThat(answers).extracting(Shop.Answer::status).containsExactlyInAnyOrder(200, 409);
			Shop.Answer lost = answers.get((answers.get(0).status() == 409) ? 0 : 1);
			assertThat((String) lost.json("$.message")).contains("is not held. The last decision",
					"reason=\"looked at it\"");
			assertThat((List<?>) shop.get("/actuator/holdfast").json("$.decisions[?(@.by)]")).hasSize(1);
			assertThat(shop.resolve(topic, "earliest").status()).isEqualTo(409);
		}
		finally {
			operators.shutdownNow();
		}
	}

	@Test
	void theWrongInstanceSaysWhoHasIt() {
		String topic = "wrong-instance";
		cluster.createTopic(topic, 2);
		for (int partition = 0; partition < 2; partition++) {
			cluster.produce(new TopicPartition(topic, partition), 100);
			cluster.commit(topic, new TopicPartition(topic, partition), new OffsetAndMetadata(500));
		}
		try (Shop one = Shop.open(cluster, topic, WRITABLE, "spring.kafka.consumer.client-id=one");
				Shop other = Shop.open(cluster, topic, WRITABLE, "spring.kafka.consumer.client-id=other")) {
			one.awaitHeld(1);
			other.awaitHeld(1);
			int partition = one.get("/actuator/holdfast")
				.<List<Integer>>json("$.consumers[*].partitions[*].partition")
				.get(0);
			Shop.Answer answer = other.post("/actuator/holdfast",
					Shop.order(topic, "earliest").replace("\"partition\": 0", "\"partition\": " + partition));

			assertThat(answer.status()).isEqualTo(404);
			assertThat((String) answer.json("$.message")).contains(
					"No consumer of group 'wrong-instance' in this process has wrong-instance-" + partition,
					"It is assigned to one-0 on /127.0.0.1");
			assertThat(one.offsets()).isEmpty();
			assertThat(other.offsets()).isEmpty();
		}
	}

	@Test
	void statusIsAMatterOfChoice() {
		String topic = prepare("down");
		try (Shop shop = Shop.open(cluster, topic, "holdfast.kafka.health.held-status=DOWN")) {
			shop.awaitHeld(1);
			assertThat(shop.get("/actuator/health").status()).isEqualTo(503);
			assertThat((String) shop.get("/actuator/health/holdfast").json("$.status")).isEqualTo("DOWN");
		}
		try (Shop shop = Shop.open(cluster, topic, "management.health.holdfast.enabled=false",
				"holdfast.kafka.health.held-status=DOWN")) {
			shop.awaitHeld(1);
			assertThat(shop.get("/actuator/health").status()).isEqualTo(200);
			assertThat(shop.get("/actuator/health").body()).doesNotContain("holdfast");
		}
	}

	private String prepare(String topic) {
		TopicPartition partition = new TopicPartition(topic, 0);
		cluster.createTopic(topic, 1);
		cluster.produce(partition, 100);
		cluster.deleteRecords(partition, 20);
		cluster.commit(topic, partition, new OffsetAndMetadata(500));
		return topic;
	}

	/**
	 * Looks at everything while the consumer waits for it: before it polls again.
	 */
	static class Witness {

		final Map<String, Shop.Answer> seen = new ConcurrentHashMap<>();

		private final ConfigurableApplicationContext context;

		Witness(ConfigurableApplicationContext context) {
			this.context = context;
		}

		@EventListener
		void onDecision(OffsetDecisionEvent event) {
			for (String path : List.of("/actuator/health", "/actuator/prometheus", "/actuator/holdfast")) {
				seen.put(path, Shop.get(context, path));
			}
		}

	}

}
