/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.operations;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.conformance.report.Check;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an operator gets over HTTP who asks whether the brokers keep their word.
 */
@LyingKafka
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class ConformanceEndpointTests {

	private static final String ENDPOINT = "/actuator/holdfastconformance";

	private static final String EXPOSED = "management.endpoints.web.exposure.include=holdfastconformance";

	private final KafkaCluster cluster;

	ConformanceEndpointTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@Test
	void honestBrokersAreSound() {
		try (Shop shop = Shop.open(cluster, topic("honest"), EXPOSED)) {
			Shop.Answer answer = shop.get(ENDPOINT);

			assertThat(answer.status()).as(answer.body()).isEqualTo(200);
			assertThat(answer.single("$.connections[*]")).containsEntry("verdict", "sound")
				.containsEntry("factories", List.of("kafkaConsumerFactory"));
			assertThat((List<?>) answer.json("$.connections[0].checks")).hasSize(Check.values().length);
			assertThat((List<?>) answer.json("$.connections[0].advice")).isEmpty();
		}
	}

	@Test
	void lyingBrokersAreFoundOutAndTheRuleIsNamed() {
		try (Shop shop = Shop.open(cluster, topic("lying"), EXPOSED)) {
			cluster.wire().inject(Fault.epochEndOffset(0));
			Shop.Answer answer = shop.get(ENDPOINT);

			assertThat(answer.status()).as(answer.body()).isEqualTo(200);
			assertThat(answer.single("$.connections[*]")).containsEntry("verdict", "failed");
			Map<String, Object> check = answer.single("$.connections[0].checks[?(@.id == 'last-epoch-end')]");
			assertThat(check).containsEntry("verdict", "failed");
			assertThat(answer.single("$.connections[0].advice[*]"))
				.containsEntry("property", "holdfast.kafka.version-cap.max-versions.OffsetForLeaderEpoch")
				.containsEntry("value", "-1");
		}
	}

	@Test
	void itIsForReadingOnlyAndNotExposedByDefault() {
		String topic = topic("reading");
		try (Shop shop = Shop.open(cluster, topic, EXPOSED)) {
			assertThat(shop.post(ENDPOINT, "{}").status()).isEqualTo(405);
		}
		try (Shop shop = Shop.open(cluster, topic)) {
			assertThat(shop.get(ENDPOINT).status()).isEqualTo(404);
		}
	}

	private String topic(String name) {
		cluster.createTopic(name, 1);
		cluster.produce(new TopicPartition(name, 0), 50);
		return name;
	}

}
