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
 * An application with Actuator and without Micrometer has health and the endpoint.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class OnlyActuatorTests {

	private final KafkaCluster cluster;

	OnlyActuatorTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@Test
	void healthAndEndpointAreThere() {
		assertThat(ClassPaths.present()).containsExactly(ClassPaths.ACTUATOR, ClassPaths.HEALTH);
		ClassPaths.prepare(cluster, "actuator");
		try (Shop shop = Shop.open(cluster, "actuator")) {
			ClassPaths.assertGuarded(shop, "actuator");
			assertThat(ClassPaths.beans(shop)).containsExactly("holdfastEndpoint", "holdfastEndpointWebExtension",
					"holdfastHealthIndicator", "holdfastModeSwitches", "holdfastUnknownFields",
					"holdfastUnreadableBodies");
			assertThat(shop.get("/actuator/health/holdfast").status()).isEqualTo(200);
			assertThat(shop.get("/actuator/holdfast").status()).isEqualTo(200);
			assertThat(shop.get("/actuator/prometheus").status()).isEqualTo(404);
			assertThat(shop.get("/actuator/metrics").status()).isEqualTo(404);
		}
	}

}
