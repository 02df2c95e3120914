/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.MoveLimits;
import dev.holdfast.kafka.offsetguard.policy.OffsetPolicy;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Positions below the log start that the application has sought itself, and those where
 * retention has passed it: a log of 100 records, whose start is moved.
 */
@LyingKafka
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class ApplicationSeeksTests {

	private static final OffsetPolicy DEFAULTS = OffsetPolicy.defaults();

	private static final OffsetPolicy HOLD = new OffsetPolicy(Map.of(Cause.BELOW_LOG_START, Action.HOLD),
			MoveLimits.unlimited(), List.of());

	private static final OffsetPolicy LATEST = new OffsetPolicy(Map.of(Cause.BELOW_LOG_START, Action.LATEST),
			MoveLimits.unlimited(), List.of());

	private static final OffsetPolicy SKIPS_NOTHING = new OffsetPolicy(Map.of(), new MoveLimits(null, 0L), List.of());

	private final KafkaCluster cluster;

	ApplicationSeeksTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	/**
	 * As a listener does at each start whose partition has an initial offset of 0.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void seekBelowTheLogStartMeansTheStartWhateverThePolicy(String protocol) {
		TopicPartition partition = topicOf100("start-" + protocol);
		cluster.deleteRecords(partition, 30);

		for (int start = 1; start <= 2; start++) {
			try (Consumer<String, String> plain = consumers(protocol, partition, DEFAULTS).plain()) {
				assertThat(readFrom(0, plain, partition)).isEqualTo(range(30, 100));
			}
			for (OffsetPolicy policy : List.of(DEFAULTS, HOLD, LATEST, SKIPS_NOTHING)) {
				assertThatTheStartIsMeant(consumers(protocol, partition, policy), partition);
			}
		}
	}

	/**
	 * A plain consumer skips to the end.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void seekBelowTheLogStartMeansTheStartWhateverTheReset(String protocol) {
		TopicPartition partition = topicOf100("reset-" + protocol);
		cluster.deleteRecords(partition, 30);

		assertThatTheStartIsMeant(consumers(protocol, partition, DEFAULTS).with("auto.offset.reset", "latest"),
				partition);
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void whereRetentionPassesARunningConsumerItsLossCounts(String protocol) {
		TopicPartition partition = topicOf100("passed-" + protocol);
		Consumers consumers = consumers(protocol, partition, DEFAULTS);

		try (Consumer<String, String> consumer = consumers.guarded()) {
			assertThat(readFrom(10, consumer, partition)).isEqualTo(range(10, 100));
			consumer.pause(Set.of(partition));
			// Longer than a fetch that is on its way.
			Instant later = Instant.now().plusSeconds(1);
			Consumers.pollUntil(consumer, () -> Instant.now().isAfter(later));
			cluster.produce(partition, 50);
			cluster.deleteRecords(partition, 120);
			consumer.resume(Set.of(partition));

			assertThat(Consumers.pollTo(consumer, partition, 150)).isEqualTo(range(120, 150));
		}
		assertThatLossIsTold(consumers, 20);
	}

	/**
	 * As error handlers seek, with the record in hand that they could not process.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void whereRetentionPassesRecordsInHandTheirLossCounts(String protocol) {
		TopicPartition partition = topicOf100("hand-" + protocol);
		Consumers consumers = consumers(protocol, partition, DEFAULTS).with("max.poll.records", 10);

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(Set.of(partition));
			consumer.seek(partition, 0);
			Consumers.pollTo(consumer, partition, 10);
			consumer.seek(partition, 5);
			cluster.deleteRecords(partition, 30);

			assertThat(Consumers.pollTo(consumer, partition, 100)).isEqualTo(range(30, 100));
		}
		assertThatLossIsTold(consumers, 25);
	}

	/**
	 * What is committed is behind the group, whoever sought there first.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, true", "consumer, true", "classic, false", "consumer, false" })
	void whereRetentionPassesACommitItsLossCounts(String protocol, boolean named) {
		TopicPartition partition = topicOf100("commit-%s-%s".formatted(protocol, named));
		Consumers consumers = consumers(protocol, partition, DEFAULTS);

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(Set.of(partition));
			consumer.seek(partition, 10);
			if (named) {
				consumer.commitSync(Map.of(partition, new OffsetAndMetadata(10)));
			}
			else {
				consumer.commitSync();
			}
			cluster.deleteRecords(partition, 30);

			assertThat(Consumers.pollTo(consumer, partition, 100)).isEqualTo(range(30, 100));
		}
		assertThatLossIsTold(consumers, 20);
	}

	private void assertThatTheStartIsMeant(Consumers consumers, TopicPartition partition) {
		try (Consumer<String, String> consumer = consumers.guarded()) {
			assertThat(readFrom(0, consumer, partition)).isEqualTo(range(30, 100));
			consumer.commitSync(Map.of(partition, new OffsetAndMetadata(100)));
		}
		assertThat(consumers.decisions).singleElement().satisfies((decision) -> {
			assertThat(decision.cause()).isEqualTo(Cause.BELOW_LOG_START);
			assertThat(decision.outcome()).isEqualTo(new Outcome.ReadFrom(30));
			assertThat(decision.impact()).isEqualTo(Decision.Impact.NONE);
			assertThat(decision.isNotable()).isFalse();
		});
	}

	private static void assertThatLossIsTold(Consumers consumers, long lost) {
		assertThat(consumers.decisions).singleElement().satisfies((decision) -> {
			assertThat(decision.cause()).isEqualTo(Cause.BELOW_LOG_START);
			assertThat(decision.impact()).isEqualTo(new Decision.Impact(lost, 0, 0));
			assertThat(decision.isNotable()).isTrue();
		});
	}

	private static List<Long> readFrom(long offset, Consumer<String, String> consumer, TopicPartition partition) {
		consumer.assign(Set.of(partition));
		consumer.seek(partition, offset);
		return Consumers.pollTo(consumer, partition, 100);
	}

	private Consumers consumers(String protocol, TopicPartition partition, OffsetPolicy policy) {
		return new Consumers(cluster, protocol, partition.topic()).with("auto.offset.reset", "earliest")
			.with("fetch.max.wait.ms", 100)
			.policy(policy)
			.timing(Duration.ofSeconds(5), Duration.ofSeconds(30));
	}

	private TopicPartition topicOf100(String topic) {
		TopicPartition partition = new TopicPartition(topic, 0);
		cluster.createTopic(topic, 1);
		cluster.produce(partition, 100);
		return partition;
	}

}
