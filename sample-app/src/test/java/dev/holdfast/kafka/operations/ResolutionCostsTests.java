/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.operations;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A held partition tells what each answer costs, and takes only answers that can succeed.
 */
@LyingKafka
@Timeout(value = 240, unit = TimeUnit.SECONDS)
@ExtendWith(OutputCaptureExtension.class)
class ResolutionCostsTests {

	private static final String ENDPOINT = "/actuator/holdfast";

	private static final String WRITABLE = "management.endpoint.holdfast.access=unrestricted";

	private static final String HELD = "$.consumers[*].partitions[?(@.state=='held')]";

	private final KafkaCluster cluster;

	ResolutionCostsTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@Test
	void positionAboveTheLogShowsWhereEachAnswerLeads() {
		String topic = prepare("costs", 500);
		try (Shop shop = Shop.open(cluster, topic)) {
			shop.awaitHeld(1);
			Map<String, Object> held = shop.get(ENDPOINT).single(HELD);

			assertThat(held).containsEntry("position", 500)
				.containsEntry("lastCommit", 500)
				.containsEntry("logStart", 20)
				.containsEntry("logEnd", 100)
				.containsEntry("policy", "hold")
				.containsEntry("heldSince", held.get("since"))
				.doesNotContainKeys("lag", "obstacle")
				.containsEntry("resolutions", List.of("earliest", "latest", "offset", "fail"))
				.containsEntry("costs",
						Map.of("earliest", Map.of("continueAt", 20, "lost", 0, "rewound", 480), "latest",
								Map.of("continueAt", 100, "lost", 0, "rewound", 400), "offset", Map.of(), "fail",
								Map.of()));
		}
	}

	@Test
	void limitThatHoldsThePartitionIsShown(CapturedOutput output) {
		String topic = prepare("limited", 5);
		try (Shop shop = Shop.open(cluster, topic, "holdfast.kafka.offset-guard.max-skip-records=10",
				"holdfast.kafka.offset-guard.max-rewind-records=30")) {
			shop.awaitHeld(1);
			Shop.Answer report = shop.get(ENDPOINT);

			assertThat(report.single(HELD)).containsEntry("cause", "below-log-start")
				.containsEntry("policy", "earliest")
				.containsEntry("obstacle", Map.of("kind", "limit", "wouldLose", 15, "maxSkipRecords", 10))
				.containsEntry("lag", 80);
			assertThat((Map<?, ?>) report.json("$.consumers[0].limits"))
				.isEqualTo(Map.of("maxRewindRecords", 30, "maxSkipRecords", 10));
			assertThat((String) report.json("$.consumers[0].mode")).isEqualTo("enforce");
			assertThat((String) report.json("$.consumers[0].policy.below-log-start")).isEqualTo("earliest");
			assertThat(report.single("$.decisions[*]")).containsKey("obstacle");
			assertThat(output).contains("(enforcing, max-rewind-records: 30, max-skip-records: 10; no version cap)");
		}
	}

	/** Over a restart: this process does not know the timestamp of the last record. */
	@Test
	void lostCommitAfterARestartOffersOnlyWhatCanSucceed() throws Exception {
		String topic = prepare("lost", 30);
		TopicPartition partition = new TopicPartition(topic, 0);
		try (Shop shop = Shop.open(cluster, topic)) {
			shop.awaitOffset(99);
			cluster.produce(new TopicPartition(topic, 1), 1);
			shop.awaitOffset(0);
			await().atMost(Shop.PATIENCE)
				.until(() -> cluster.committed(topic)
					.values()
					.stream()
					.allMatch((each) -> each.offset() != 30 && !each.metadata().isEmpty()));
		}
		cluster.admin().deleteConsumerGroupOffsets(topic, Set.of(partition)).all().get(30, TimeUnit.SECONDS);
		try (Shop shop = Shop.open(cluster, topic, WRITABLE)) {
			shop.awaitHeld(1);
			await().atMost(Shop.PATIENCE)
				.untilAsserted(() -> assertThat(shop.get(ENDPOINT).single(HELD))
					.containsEntry("cause", "committed-offset-lost")
					.doesNotContainKeys("position", "lastCommit")
					.containsEntry("logStart", 20)
					.containsEntry("logEnd", 100)
					.containsEntry("resolutions", List.of("earliest", "latest", "offset", "fail"))
					.containsEntry("costs", Map.of("earliest", Map.of("continueAt", 20), "latest",
							Map.of("continueAt", 100), "offset", Map.of(), "fail", Map.of())));
			assertThat(shop.resolve(topic, "timestamp").status()).isEqualTo(409);
			Shop.Answer answer = shop.post(ENDPOINT,
					order(topic, "timestamp", "\"timestamp\": \"1970-01-01T00:00:00Z\""));

			assertThat(answer.status()).as(answer.body()).isEqualTo(200);
			assertThat((Integer) answer.json("$.decision.continueAt")).isEqualTo(20);
		}
	}

	@Test
	void dryRunTellsAndDoesNothing() {
		String topic = prepare("dry", 500);
		try (Shop shop = Shop.open(cluster, topic, WRITABLE)) {
			shop.awaitHeld(1);
			Shop.Answer answer = shop.post(ENDPOINT, order(topic, "earliest", "\"dryRun\": true"));

			assertThat(answer.status()).as(answer.body()).isEqualTo(200);
			assertThat((Boolean) answer.json("$.dryRun")).isTrue();
			assertThat((Map<?, ?>) answer.json("$.decision.records"))
				.isEqualTo(Map.of("lost", 0, "rewound", 480, "protected", 0));
			assertThat(shop.post(ENDPOINT, order(topic, "timestamp", "\"dryRun\": true")).status()).isEqualTo(409);
			assertThat(shop.post(ENDPOINT, order(topic, "keep", "\"dryRun\": true")).status()).isEqualTo(400);
			assertThat(shop.post(ENDPOINT, order(topic, "earliest", "\"dryRun\": \"perhaps\"")).body())
				.contains("'dryRun' is neither true nor false");
			Shop.Answer report = shop.get(ENDPOINT);
			assertThat(report.single(HELD)).containsEntry("position", 500);
			assertThat(report.single("$.decisions[*]")).containsEntry("action", "hold");
			assertThat(shop.get("/actuator/prometheus").body().lines())
				.filteredOn((line) -> line.contains("action=\"earliest\"") && line.contains("topic=\"dry\""))
				.allSatisfy((line) -> assertThat(line).endsWith(" 0.0"));
			assertThat(shop.offsets()).isEmpty();
		}
	}

	@Test
	void operatorNamesTheOffset() {
		String topic = prepare("named", 500);
		try (Shop shop = Shop.open(cluster, topic, WRITABLE)) {
			shop.awaitHeld(1);
			for (Map.Entry<String, String> mistake : Map
				.of("\"offset\": 101", "The log of named-0 goes from 20 to 100, and 'offset' leads outside",
						"\"offset\": 19", "The log of named-0 goes from 20 to 100", "\"offset\": \"x\"",
						"'offset' is no offset", "\"dryRun\": true", "'offset' is missing")
				.entrySet()) {
				Shop.Answer refused = shop.post(ENDPOINT, order(topic, "offset", mistake.getKey()));
				assertThat(refused.status()).as(refused.body()).isEqualTo(400);
				assertThat((String) refused.json("$.message")).contains(mistake.getValue());
			}
			Shop.Answer answer = shop.post(ENDPOINT, order(topic, "offset", "\"offset\": 97, \"by\": \"carol\""));

			assertThat(answer.status()).as(answer.body()).isEqualTo(200);
			assertThat((Integer) answer.json("$.decision.continueAt")).isEqualTo(97);
			assertThat((String) answer.json("$.decision.by")).isEqualTo("claimed: carol");
			assertThat((Boolean) answer.json("$.committed")).isFalse();
			await().atMost(Shop.PATIENCE).until(() -> shop.offsets().equals(List.of(97L, 98L, 99L)));
			await().atMost(Shop.PATIENCE)
				.untilAsserted(
						() -> assertThat(shop.get(ENDPOINT).single("$.consumers[*].partitions[?(@.partition==0)]"))
							.containsEntry("state", "reading")
							.containsEntry("position", 100)
							.containsEntry("lastCommit", 100)
							.containsEntry("lag", 0));
		}
	}

	/** A hole in the log: nothing can be read at an offset within its bounds. */
	@Test
	void operatorGoesPastAHole() {
		String topic = prepare("hole", 50);
		TopicPartition partition = new TopicPartition(topic, 0);
		try (Fault.Handle hole = cluster.wire()
			.inject(Fault.offsetOutOfRange().forClient("shop").forPartition(partition));
				Shop shop = Shop.open(cluster, topic, WRITABLE)) {
			shop.awaitHeld(1);
			assertThat(shop.get(ENDPOINT).single(HELD)).containsEntry("cause", "spurious-out-of-range")
				.extracting("costs.latest.continueAt")
				.isEqualTo(100);
			// Now and then the client tries the position again.
			Shop.Answer answer = await().atMost(Shop.PATIENCE)
				.until(() -> shop.post(ENDPOINT, order(topic, "offset", "\"offset\": 98")),
						(each) -> each.status() != 503);
			assertThat(answer.status()).as(answer.body()).isEqualTo(200);
			assertThat((Map<?, ?>) answer.json("$.decision.records"))
				.isEqualTo(Map.of("lost", 48, "rewound", 0, "protected", 0));
			hole.close();
			await().atMost(Shop.PATIENCE).until(() -> shop.offsets().equals(List.of(98L, 99L)));
		}
	}

	@Test
	void brokersThatDoNotAnswerAreNoAnswer() {
		String topic = prepare("silent", 500);
		try (Shop shop = Shop.open(cluster, topic, WRITABLE, "holdfast.kafka.offset-guard.inspection-timeout=2s")) {
			shop.awaitHeld(1);
			try (Fault.Handle silence = cluster.wire()
				.inject(Fault.silence(ApiKeys.LIST_OFFSETS, ApiKeys.DESCRIBE_GROUPS,
						ApiKeys.CONSUMER_GROUP_DESCRIBE))) {
				for (String order : List.of(order(topic, "latest", "\"dryRun\": true"),
						order(topic, "offset", "\"offset\": 50"), order(topic, "earliest", "\"dryRun\": false"))) {
					Shop.Answer answer = shop.post(ENDPOINT, order);
					assertThat(answer.status()).as(answer.body()).isEqualTo(503);
					assertThat((String) answer.json("$.message")).contains("brokers did not answer",
							"nothing was done");
				}
				Shop.Answer elsewhere = shop.resolve("elsewhere", "earliest");
				assertThat(elsewhere.status()).isEqualTo(404);
				assertThat((String) elsewhere.json("$.message")).contains("Nobody could be asked who has it");
			}
			assertThat(shop.get(ENDPOINT).single(HELD)).containsEntry("cause", "above-log-end");
			assertThat(shop.get(ENDPOINT).single("$.decisions[*]")).containsEntry("action", "hold");
		}
	}

	/** Only the last stable offset is missing: the log itself has been looked at. */
	@Test
	void endThatBrokersDoNotTellIsNoAnswer() {
		String topic = prepare("unstable", 500);
		try (Shop shop = Shop.open(cluster, topic, WRITABLE, "holdfast.kafka.offset-guard.inspection-timeout=2s",
				"spring.kafka.consumer.isolation-level=read_committed")) {
			shop.awaitHeld(1);
			try (Fault.Handle silence = cluster.wire()
				.inject(Fault.silence(ApiKeys.LIST_OFFSETS).forClient("holdfast-admin"))) {
				Shop.Answer answer = shop.resolve(topic, "latest");
				assertThat(answer.status()).as(answer.body()).isEqualTo(503);
				assertThat((String) answer.json("$.message")).contains("brokers did not answer");
			}
			Shop.Answer answer = await().atMost(Shop.PATIENCE)
				.until(() -> shop.resolve(topic, "latest"), (each) -> each.status() != 503);
			assertThat(answer.status()).as(answer.body()).isEqualTo(200);
		}
	}

	@Test
	void decisionThatStaysWhereTheCommitIsHasBeenCommitted() {
		String topic = prepare("committed", 50);
		TopicPartition partition = new TopicPartition(topic, 0);
		try (Fault.Handle hole = cluster.wire()
			.inject(Fault.offsetOutOfRange().forClient("shop").forPartition(partition).times(1));
				Shop shop = Shop.open(cluster, topic, WRITABLE,
						"holdfast.kafka.offset-guard.policy.spurious-out-of-range=hold")) {
			shop.awaitHeld(1);
			Shop.Answer answer = shop.resolve(topic, "keep");

			assertThat(answer.status()).as(answer.body()).isEqualTo(200);
			assertThat((Boolean) answer.json("$.committed")).isTrue();
			shop.awaitOffset(99);
		}
	}

	private static String order(String topic, String action, String more) {
		return Shop.order(topic, action).replace("}", ", " + more + "}");
	}

	private String prepare(String topic, long committed) {
		TopicPartition held = new TopicPartition(topic, 0);
		cluster.createTopic(topic, 2);
		cluster.produce(held, 100);
		cluster.deleteRecords(held, 20);
		cluster.commit(topic, held, new OffsetAndMetadata(committed));
		cluster.commit(topic, new TopicPartition(topic, 1), new OffsetAndMetadata(0));
		return topic;
	}

}
