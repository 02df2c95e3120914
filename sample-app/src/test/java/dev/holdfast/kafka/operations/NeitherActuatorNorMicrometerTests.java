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
 * An application with neither has the guard, and nothing else.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class NeitherActuatorNorMicrometerTests {

	private final KafkaCluster cluster;

	NeitherActuatorNorMicrometerTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@Test
	void theGuardIsThere() {
		assertThat(ClassPaths.present()).isEmpty();
		ClassPaths.prepare(cluster, "neither");
		try (Shop shop = Shop.open(cluster, "neither")) {
			ClassPaths.assertGuarded(shop, "neither");
			assertThat(ClassPaths.beans(shop)).isEmpty();
			assertThat(shop.get("/actuator/holdfast").status()).isEqualTo(404);
			assertThat(shop.get("/actuator/health").status()).isEqualTo(404);
		}
	}

}
