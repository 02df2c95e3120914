/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.workswith;

import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.holdfast.kafka.workswith.StreamApplication.protocol;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The bindings of Spring Cloud Stream's Kafka binder, on brokers that lie.
 */
@LyingKafka
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class StreamBinderTests {

	private final KafkaCluster cluster;

	StreamBinderTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void restartedBindingGoesOn(String protocol) {
		StreamOrders orders = StreamOrders.consumedTo200Of270(cluster, 1).lie();

		try (StreamApplication application = run(orders, protocol(protocol))) {
			orders.awaitCommitted(270);

			assertThat(application.offsets()).isEqualTo(StreamOrders.range(200, 270));
			assertThat(application.received().decisions).extracting(Decision::cause)
				.containsExactly(Cause.FALSE_TRUNCATION);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void switchedOffItMovesAsPlainKafkaDoes(String protocol) {
		StreamOrders orders = StreamOrders.consumedTo200Of270(cluster, 1).lie();

		try (StreamApplication application = run(orders, protocol(protocol), "holdfast.kafka.enabled=false")) {
			orders.awaitCommitted(270);

			assertThat(application.offsets()).isEqualTo(StreamOrders.range(0, 270));
		}
	}

	private StreamApplication run(StreamOrders orders, String... properties) {
		return StreamApplication.run(cluster, orders.topic(), "process", StreamApplication.Process.class, properties);
	}

}
