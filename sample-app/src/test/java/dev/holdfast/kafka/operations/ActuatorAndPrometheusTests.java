/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.operations;

import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application with Actuator and Prometheus has everything.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ActuatorAndPrometheusTests {

	private final KafkaCluster cluster;

	ActuatorAndPrometheusTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@Test
	void everythingIsThere() {
		assertThat(ClassPaths.present()).containsExactly(ClassPaths.ACTUATOR, ClassPaths.HEALTH, ClassPaths.MICROMETER);
		ClassPaths.prepare(cluster, "everything");
		try (Shop shop = Shop.open(cluster, "everything")) {
			ClassPaths.assertGuarded(shop, "everything");
			assertThat(ClassPaths.beans(shop)).containsExactly("holdfastDecisionMeters", "holdfastEndpoint",
					"holdfastEndpointWebExtension", "holdfastHealthIndicator", "holdfastModeSwitches",
					"holdfastUnknownFields", "holdfastUnreadableBodies");
			assertThat(shop.get("/actuator/prometheus").body()).contains(
					"holdfast_kafka_records_protected_total" + "{group=\"everything\",topic=\"everything\"} 200.0");
			assertThat(shop.get("/actuator/metrics/holdfast.kafka.decisions").status()).isEqualTo(200);
			assertThat(shop.get("/actuator/health/holdfast").status()).isEqualTo(200);
			assertThat(shop.get("/actuator/holdfast").status()).isEqualTo(200);
		}
	}

}
