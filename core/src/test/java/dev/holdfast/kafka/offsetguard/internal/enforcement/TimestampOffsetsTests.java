/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.enforcement;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import dev.holdfast.kafka.offsetguard.Consumers;
import dev.holdfast.kafka.offsetguard.internal.time.EvidenceBudget;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Where timestamps lead, as leaders tell the client.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class TimestampOffsetsTests {

	private final KafkaCluster cluster;

	private final AtomicLong now = new AtomicLong();

	TimestampOffsetsTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	/**
	 * Between the two questions all the time has gone by. The end of the log is no answer
	 * to the second one.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void noTimeLeftIsNoAnswer(String protocol) {
		TopicPartition partition = new TopicPartition("no-time-" + protocol, 0);
		cluster.createTopic(partition.topic(), 1);
		cluster.produce(partition, 5);
		Map<TopicPartition, Long> hourAgo = Map.of(partition, Instant.now().minus(Duration.ofHours(1)).toEpochMilli());

		try (Consumer<String, String> consumer = new Consumers(cluster, protocol, null).plain()) {
			consumer.assign(List.of(partition));

			assertThatExceptionOfType(TimeoutException.class)
				.isThrownBy(() -> offsets(consumer, Duration.ofSeconds(20)).all(hourAgo, Duration.ofSeconds(20)));
			assertThat(offsets(consumer, Duration.ofMillis(1)).all(hourAgo, Duration.ofSeconds(20)))
				.isEqualTo(Map.of(partition, 0L));
		}
	}

	private TimestampOffsets offsets(Consumer<?, ?> client, Duration each) {
		GuardClock clock = new GuardClock() {

			@Override
			public long nanoTime() {
				return now.addAndGet(each.toNanos());
			}

			@Override
			public Instant instant() {
				return Instant.now();
			}

		};
		return new TimestampOffsets(client, null, null, false, new EvidenceBudget(Duration.ofSeconds(5), clock), clock);
	}

}
