/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.workswith;

import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.holdfast.kafka.workswith.StreamApplication.kafka;
import static dev.holdfast.kafka.workswith.StreamApplication.protocol;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

/**
 * The bindings of Spring Cloud Stream's Kafka binder, on brokers that lie.
 */
@LyingKafka(brokers = 2)
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

	@ParameterizedTest
	@CsvSource({ "classic, true", "consumer, true", "classic, false", "consumer, false" })
	void runningBindingWhoseLeaderMoves(String protocol, boolean guarded) {
		StreamOrders orders = StreamOrders.withoutCommits(cluster, 1);

		try (StreamApplication application = run(orders, protocol(protocol), "holdfast.kafka.enabled=" + guarded)) {
			orders.awaitCommitted(270);
			orders.lie();
			TopicPartition partition = orders.partition(0);
			cluster.produce(partition, 100);
			cluster.moveLeader(partition, 1 - cluster.leader(partition));
			cluster.produce(partition, 100);
			orders.awaitCommitted(470);

			if (guarded) {
				assertThat(application.offsets()).isEqualTo(StreamOrders.range(0, 470));
			}
			else {
				StreamApplication.until(() -> application.offsets().size() > 700);
				assertThat(application.offsets()).containsAll(StreamOrders.range(0, 470));
			}
		}
	}

	@ParameterizedTest
	@CsvSource({ "classic, true", "consumer, true", "classic, false", "consumer, false" })
	void retentionPassedTheCommit(String protocol, boolean guarded) {
		StreamOrders orders = StreamOrders.consumedTo200Of270(cluster, 1);
		cluster.deleteRecords(orders.partition(0), 230);

		try (StreamApplication application = run(orders, protocol(protocol), "holdfast.kafka.enabled=" + guarded,
				kafka("start-offset=latest"))) {
			if (guarded) {
				orders.awaitCommitted(270);

				assertThat(application.offsets()).isEqualTo(StreamOrders.range(230, 270));
				assertThat(application.received().decisions).extracting(Decision::cause)
					.containsExactly(Cause.BELOW_LOG_START);
			}
			else {
				awaitPosition(application);
				cluster.produce(orders.partition(0), 1);
				orders.awaitCommitted(271);

				assertThat(application.offsets()).isEqualTo(List.of(270L));
			}
		}
	}

	@ParameterizedTest
	@CsvSource({ "classic, true", "consumer, true", "classic, false", "consumer, false" })
	void lostCommit(String protocol, boolean guarded) throws Exception {
		StreamOrders orders = StreamOrders.withoutCommits(cluster, 2);
		String enabled = "holdfast.kafka.enabled=" + guarded;
		try (StreamApplication application = run(orders, protocol(protocol), enabled)) {
			orders.awaitCommitted(270);
		}
		deleteCommit(orders, 0);

		try (StreamApplication application = run(orders, protocol(protocol), enabled)) {
			cluster.produce(orders.partition(1), 1);
			StreamApplication.until(() -> orders.committed(1) == 271);

			if (guarded) {
				assertThat(application.offsets()).isEqualTo(List.of(270L));
				assertThat(application.received().decisions).extracting(Decision::cause, Decision::action)
					.containsExactly(tuple(Cause.COMMITTED_OFFSET_LOST, Action.HOLD));
			}
			else {
				StreamApplication.until(() -> application.offsets().size() == 271);
				assertThat(application.offsets()).containsAll(StreamOrders.range(0, 270));
			}
		}
	}

	/** The group's member reads at the end of its partition. */
	private void awaitPosition(StreamApplication application) {
		StreamApplication.until(() -> cluster.wire().count(application.clientId(), ApiKeys.FETCH) > 1);
	}

	private void deleteCommit(StreamOrders orders, int partition) {
		StreamApplication.until(() -> {
			try {
				cluster.admin()
					.deleteConsumerGroupOffsets(orders.topic(), Set.of(orders.partition(partition)))
					.all()
					.get();
				return true;
			}
			catch (ExecutionException ex) {
				// The group still subscribes to the topic.
				return false;
			}
		});
	}

	private StreamApplication run(StreamOrders orders, String... properties) {
		return StreamApplication.run(cluster, orders.topic(), "process", StreamApplication.Process.class, properties);
	}

}
