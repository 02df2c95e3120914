/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.causes;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.Consumers;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A commit is of another log, or a mistake: the log has only 100 records.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class AboveLogEndTests {

	private final KafkaCluster cluster;

	AboveLogEndTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void partitionIsHeldAndOthersReadOn(String protocol) {
		String topic = "above-" + protocol;
		TopicPartition above = new TopicPartition(topic, 0);
		TopicPartition other = new TopicPartition(topic, 1);
		cluster.createTopic(topic, 2);
		cluster.produce(above, 100);
		cluster.produce(other, 30);
		cluster.commit(topic, above, new OffsetAndMetadata(500));
		cluster.commit(topic, other, new OffsetAndMetadata(10));
		Consumers consumers = new Consumers(cluster, protocol, topic).with("auto.offset.reset", "earliest")
			.timing(Duration.ofSeconds(5), Duration.ofMillis(200));

		// Reads all that the group has read before.
		try (Consumer<String, String> consumer = consumers.plain()) {
			consumer.subscribe(List.of(topic));
			Map<TopicPartition, List<Long>> delivered = Consumers.pollUntil(consumer,
					() -> Consumers.isAt(consumer, above, 100) && Consumers.isAt(consumer, other, 30));
			assertThat(delivered).isEqualTo(Map.of(above, range(0, 100), other, range(10, 30)));
		}
		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(topic));
			Map<TopicPartition, List<Long>> delivered = Consumers.pollUntil(consumer,
					() -> consumers.decisions.size() == 1 && Consumers.isAt(consumer, other, 30));
			// Grows past the position: nothing of what was consumed comes back by that.
			cluster.produce(above, 450);
			cluster.produce(other, 5);
			cluster.wire().forget();
			Consumers.pollInto(consumer, delivered, () -> Consumers.isAt(consumer, other, 35) && isInspectedTwice());
			consumer.commitSync();

			assertThat(delivered).isEqualTo(Map.of(other, range(10, 35)));
			assertThat(consumer.position(above)).isEqualTo(500);
			assertThat(consumer.paused()).isEmpty();
			assertThat(cluster.committed(topic).get(other).offset()).isEqualTo(35);
			assertThat(cluster.committed(topic).get(above).offset()).isEqualTo(500);
		}
		assertThat(consumers.decisions).singleElement().satisfies((decision) -> {
			assertThat(decision.partition()).isEqualTo(above);
			assertThat(decision.cause()).isEqualTo(Cause.ABOVE_LOG_END);
			assertThat(decision.action()).isEqualTo(Action.HOLD);
			assertThat(decision.outcome()).isEqualTo(new Outcome.Held());
		});
	}

	/**
	 * An inspection asks for both bounds twice.
	 */
	private boolean isInspectedTwice() {
		return cluster.wire().count("holdfast-inspector-", ApiKeys.LIST_OFFSETS) >= 8;
	}

}
