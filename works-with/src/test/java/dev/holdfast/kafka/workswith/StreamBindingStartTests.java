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
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static dev.holdfast.kafka.workswith.StreamApplication.binding;
import static dev.holdfast.kafka.workswith.StreamApplication.kafka;
import static dev.holdfast.kafka.workswith.StreamApplication.protocol;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Where bindings of Spring Cloud Stream start that have no commit, or ask for another
 * start.
 */
@LyingKafka(brokers = 2)
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class StreamBindingStartTests {

	private final KafkaCluster cluster;

	StreamBindingStartTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@CsvSource({ "classic, earliest, true", "consumer, earliest, true", "classic, earliest, false",
			"classic, latest, true", "consumer, latest, true", "classic, latest, false" })
	void resetOffsets(String protocol, String reset, boolean guarded) {
		StreamOrders orders = StreamOrders.consumedTo200Of270(cluster, 1);

		try (StreamApplication application = run(orders, protocol(protocol), "holdfast.kafka.enabled=" + guarded,
				kafka("reset-offsets=true"), kafka("start-offset=" + reset))) {
			if (reset.equals("latest")) {
				awaitPosition(application);
				cluster.produce(orders.partition(0), 1);
				orders.awaitCommitted(271);

				assertThat(application.offsets()).isEqualTo(List.of(270L));
			}
			else {
				orders.awaitCommitted(270);

				assertThat(application.offsets()).isEqualTo(StreamOrders.range(0, 270));
			}
			assertThat(application.guardedBindings()).isEqualTo(guarded ? List.of("process-in-0") : List.of());
		}
	}

	@ParameterizedTest
	@CsvSource({ "classic, true", "consumer, true", "classic, false", "consumer, false" })
	void startsAtTheEndAndCommitsThat(String protocol, boolean guarded) {
		StreamOrders orders = StreamOrders.withoutCommits(cluster, 1);

		try (StreamApplication application = run(orders, protocol(protocol), "holdfast.kafka.enabled=" + guarded,
				kafka("start-offset=latest"))) {
			orders.awaitCommitted(270);

			assertThat(application.offsets()).isEmpty();
		}
		cluster.produce(orders.partition(0), 30);
		orders.lie();
		try (StreamApplication application = run(orders, protocol(protocol), "holdfast.kafka.enabled=" + guarded,
				kafka("start-offset=latest"))) {
			orders.awaitCommitted(300);

			assertThat(application.offsets()).isEqualTo(StreamOrders.range(270, 300));
		}
	}

	@ParameterizedTest
	@CsvSource({ "classic, true", "consumer, true", "classic, false", "consumer, false" })
	void anonymousBinding(String protocol, boolean guarded) {
		StreamOrders orders = StreamOrders.withoutCommits(cluster, 1);

		try (StreamApplication application = run(orders, protocol(protocol), "holdfast.kafka.enabled=" + guarded,
				binding("group="))) {
			awaitPosition(application);
			cluster.produce(orders.partition(0), 30);
			StreamApplication.until(() -> application.offsets().contains(299L));

			assertThat(application.offsets()).isEqualTo(StreamOrders.range(270, 300));
		}
	}

	/** The group's member reads at the end of its partition. */
	private void awaitPosition(StreamApplication application) {
		StreamApplication.until(() -> cluster.wire().count(application.clientId(), ApiKeys.FETCH) > 1);
	}

	private StreamApplication run(StreamOrders orders, String... properties) {
		return StreamApplication.run(cluster, orders.topic(), "process", StreamApplication.Process.class, properties);
	}

}
