/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.util.List;
import java.util.concurrent.TimeUnit;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A group that was guarded and is not any more is a group that never was.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class LeaveWithoutTraceTests {

	private final KafkaCluster cluster;

	LeaveWithoutTraceTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void plainConsumerOfAGuardedGroupMovesAsIfItHadAlwaysBeenPlain(String protocol) {
		TopicPartition partition = new TopicPartition("leave-" + protocol, 0);
		cluster.createTopic(partition.topic(), 1);
		cluster.produce(partition, 200);
		OffsetAndMetadata byPlain = consumeAll(protocol, "plain-" + protocol, partition, false);
		OffsetAndMetadata byGuarded = consumeAll(protocol, "guarded-" + protocol, partition, true);
		assertThat(byGuarded).isEqualTo(byPlain).isEqualTo(Consumers.offset(200, 0));
		cluster.produce(partition, 70);
		cluster.wire().inject(Fault.epochEndOffset(0));

		for (String group : List.of("plain-" + protocol, "guarded-" + protocol)) {
			try (Consumer<String, String> consumer = consumers(protocol, group).plain()) {
				consumer.subscribe(List.of(partition.topic()));

				assertThat(Consumers.pollTo(consumer, partition, 270)).as(group).isEqualTo(range(0, 270));
			}
		}
	}

	private OffsetAndMetadata consumeAll(String protocol, String group, TopicPartition partition, boolean guarded) {
		try (Consumer<String, String> consumer = consumers(protocol, group).create(guarded)) {
			consumer.subscribe(List.of(partition.topic()));
			assertThat(Consumers.pollTo(consumer, partition, 200)).isEqualTo(range(0, 200));
			consumer.commitSync();
		}
		return cluster.committed(group).get(partition);
	}

	private Consumers consumers(String protocol, String group) {
		return new Consumers(cluster, protocol, group).with("auto.offset.reset", "earliest");
	}

}
