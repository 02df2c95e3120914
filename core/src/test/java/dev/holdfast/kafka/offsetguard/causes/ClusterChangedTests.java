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
import dev.holdfast.kafka.offsetguard.decision.Resolution;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.MovableAddress;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The name in the client's bootstrap servers leads to another cluster, which has other
 * records at the same offsets.
 */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
@Tag("long")
class ClusterChangedTests {

	private static final TopicPartition PARTITION = new TopicPartition("orders", 0);

	private final KafkaCluster first = KafkaCluster.start();

	private final KafkaCluster second = KafkaCluster.start();

	private final MovableAddress address = MovableAddress.to(first);

	@AfterEach
	void close() {
		address.close();
		first.close();
		second.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void selfAssignedConsumerIsHeld(String protocol) {
		Consumers consumers = new Consumers(first, protocol, "billing")
			.with("bootstrap.servers", address.bootstrapServers())
			.with("auto.offset.reset", "earliest")
			.with("metadata.max.age.ms", 500)
			.with("reconnect.backoff.max.ms", 200)
			.timing(new OffsetGuardSettings.Timing(Duration.ofSeconds(5), Duration.ofMillis(300),
					Duration.ofMillis(300)))
			.oneProcess();
		first.createTopic(PARTITION.topic(), 1);
		second.createTopic(PARTITION.topic(), 1);
		first.produce(PARTITION, 100);

		try (Consumer<String, String> plain = consumers.plain();
				Consumer<String, String> guarded = consumers.guarded()) {
			for (Consumer<String, String> consumer : List.of(plain, guarded)) {
				consumer.assign(List.of(PARTITION));
				assertThat(Consumers.pollTo(consumer, PARTITION, 100)).isEqualTo(range(0, 100));
			}
			guarded.commitSync(Map.of(PARTITION, new OffsetAndMetadata(100)));
			consumers.decisions.clear();
			// Later, so that its records have other timestamps.
			second.produce(PARTITION, 120);
			address.leadTo(second);
			first.close();

			assertThat(Consumers.pollTo(plain, PARTITION, 120)).isEqualTo(range(100, 120));
			assertThat(Consumers.pollUntil(guarded, () -> !consumers.process().held().isEmpty())).isEmpty();
			guarded.commitSync(Map.of(PARTITION, new OffsetAndMetadata(100)));
			assertThat(second.committed("billing")).isEmpty();
			assertThat(consumers.decisions).singleElement().satisfies((decision) -> {
				assertThat(decision.cause()).isEqualTo(Cause.CLUSTER_CHANGED);
				assertThat(decision.action()).isEqualTo(Action.HOLD);
				assertThat(decision.outcome()).isEqualTo(new Outcome.Held());
			});

			consumers.process()
				.resolve("billing", PARTITION, new Resolution(Action.EARLIEST, "operator", "new cluster"));
			assertThat(Consumers.pollTo(guarded, PARTITION, 120)).isEqualTo(range(0, 120));
		}
	}

}
