/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.workswith;

import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.cloud.stream.binder.PollableMessageSource;

import static dev.holdfast.kafka.workswith.StreamApplication.binding;
import static dev.holdfast.kafka.workswith.StreamApplication.kafka;
import static dev.holdfast.kafka.workswith.StreamApplication.protocol;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Version caps and polled sources in bindings of Spring Cloud Stream, on brokers that
 * lie.
 */
@LyingKafka(brokers = 2)
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class StreamBindingCapTests {

	private final KafkaCluster cluster;

	StreamBindingCapTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@CsvSource({ "classic, true", "consumer, true", "classic, false", "consumer, false" })
	void polledSource(String protocol, boolean guarded) {
		StreamOrders orders = StreamOrders.consumedTo200Of270(cluster, 1).lie();
		String binding = "spring.cloud.stream.bindings.polled-in-0.";

		try (StreamApplication application = StreamApplication.run(cluster, orders.topic(), "none", Object.class,
				protocol(protocol), "holdfast.kafka.enabled=" + guarded, "spring.cloud.stream.pollable-source=polled",
				binding + "destination=" + orders.topic(), binding + "group=" + orders.topic())) {
			PollableMessageSource source = application.bean(PollableMessageSource.class);
			StreamApplication.until(() -> {
				source.poll((message) -> application.received().add(message));
				return orders.committed(0) == 270;
			});

			assertThat(application.offsets()).isEqualTo(StreamOrders.range(guarded ? 200 : 0, 270));
			assertThat(application.guardedBindings()).isEqualTo(guarded ? List.of("polled-in-0") : List.of());
		}
	}

	@ParameterizedTest
	@CsvSource({ "classic, true", "consumer, true", "classic, false", "consumer, false" })
	void versionCap(String protocol, boolean guarded) {
		StreamOrders orders = StreamOrders.consumedTo200Of270(cluster, 1).lie();

		try (StreamApplication application = run(orders, protocol(protocol),
				"holdfast.kafka.offset-guard.enabled=" + guarded,
				"holdfast.kafka.version-cap.max-versions.offset-for-leader-epoch=-1")) {
			orders.awaitCommitted(270);

			assertThat(application.offsets()).isEqualTo(StreamOrders.range(200, 270));
			assertThat(application.received().decisions).isEmpty();
			assertThat(cluster.wire().count(orders.topic(), ApiKeys.OFFSET_FOR_LEADER_EPOCH)).isZero();
		}
	}

	@Test
	void versionCapWithoutGuardAtTheEnd() {
		StreamOrders orders = StreamOrders.consumedTo200Of270(cluster, 1).lie();

		try (StreamApplication application = run(orders, "holdfast.kafka.offset-guard.enabled=false",
				kafka("start-offset=latest"), "holdfast.kafka.version-cap.max-versions.offset-for-leader-epoch=-1")) {
			orders.awaitCommitted(270);

			assertThat(application.offsets()).isEqualTo(StreamOrders.range(200, 270));
		}
	}

	private StreamApplication run(StreamOrders orders, String... properties) {
		return StreamApplication.run(cluster, orders.topic(), "process", StreamApplication.Process.class, properties);
	}

}
