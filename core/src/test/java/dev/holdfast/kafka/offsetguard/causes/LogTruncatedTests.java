/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.causes;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.Consumers;
import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * An unclean election makes a follower the leader that is 50 records behind, and other
 * records take the place of those that are lost.
 */
@LyingKafka(brokers = 3)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@Tag("matrix")
@Tag("long")
class LogTruncatedTests {

	private final KafkaCluster cluster;

	LogTruncatedTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	private static final int REPLICATED = 100;

	private static final int LOST = 50;

	private static final int NEW = 200;

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void consumerGoesToTheDivergentOffset(String protocol) {
		int leader = cluster.brokerIds().get(0);
		int follower = cluster.brokerIds().get(1);
		TopicPartition partition = new TopicPartition("truncated-" + protocol, 0);
		cluster.createTopic(partition.topic(), Map.of(0, List.of(leader, follower)), Map.of());
		cluster.produce(partition, REPLICATED);
		cluster.stopBroker(follower);
		cluster.produce(partition, LOST);
		Consumers consumers = new Consumers(cluster, protocol, "plain-" + protocol).with("auto.offset.reset",
				"earliest");

		try (Consumer<String, String> plain = consumers.plain();
				Consumer<String, String> guarded = consumers.with("group.id", "guarded-" + protocol).guarded()) {
			for (Consumer<String, String> consumer : List.of(plain, guarded)) {
				consumer.subscribe(List.of(partition.topic()));
				assertThat(Consumers.pollTo(consumer, partition, REPLICATED + LOST))
					.isEqualTo(range(0, REPLICATED + LOST));
			}
			consumers.decisions.clear();
			cluster.stopBroker(leader);
			cluster.startBroker(follower);
			cluster.electUnclean(partition);
			cluster.produce(partition, NEW);

			for (Consumer<String, String> consumer : List.of(plain, guarded)) {
				assertThat(Consumers.pollTo(consumer, partition, REPLICATED + NEW))
					.isEqualTo(range(REPLICATED, REPLICATED + NEW));
			}
		}
		assertThat(consumers.decisions).singleElement().satisfies((decision) -> {
			assertThat(decision.cause()).isEqualTo(Cause.LOG_TRUNCATED);
			assertThat(decision.action()).isEqualTo(Action.DIVERGENCE);
			assertThat(decision.outcome()).isEqualTo(new Outcome.ReadFrom(REPLICATED));
			assertThat(decision.impact()).isEqualTo(new Decision.Impact(0, LOST, 0));
		});
	}

}
