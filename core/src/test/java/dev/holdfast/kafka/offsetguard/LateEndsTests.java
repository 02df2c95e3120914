/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Where a group without a commit starts under {@code latest} if answers are late.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@Tag("long")
class LateEndsTests {

	private final KafkaCluster cluster;

	LateEndsTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	/**
	 * Under {@code latest} a group starts at the end that the log has at its assignment,
	 * and not at the one that it has when all is answered.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false, ENFORCE", "classic, true, ENFORCE", "classic, true, OBSERVE",
			"consumer, false, ENFORCE", "consumer, true, ENFORCE", "consumer, true, OBSERVE" })
	void whatComesWhileAnswersAreLateIsNotSkipped(String protocol, boolean guarded, OffsetGuardSettings.Mode mode)
			throws Exception {
		String group = "tail-%s-%s-%s".formatted(protocol, guarded, mode).toLowerCase(Locale.ROOT);
		TopicPartition partition = withTenRecords(group);
		cluster.wire()
			.inject(Fault.delay(Duration.ofSeconds(2), ApiKeys.OFFSET_FETCH).forClient("holdfast-admin-" + group));

		try (Consumer<String, String> consumer = fromTheEnd(protocol, group, mode).create(guarded)) {
			consumer.subscribe(List.of(group));
			// Where plain Kafka has asked for the end, or the guard for a commit.
			CompletableFuture<Void> coming = fiveRecordsOnce(partition,
					() -> guarded ? cluster.wire().count("holdfast-admin-" + group, ApiKeys.OFFSET_FETCH) > 0
							: cluster.wire().count(group, ApiKeys.LIST_OFFSETS) > 0);

			assertThat(Consumers.pollTo(consumer, partition, 15)).isEqualTo(range(10, 15));
			coming.get();
		}
	}

	/**
	 * The same if the leader takes its time to tell the end. The client looks for it by
	 * itself when the guard has given up, which is soon where partitions can wait, and
	 * after a second question elsewhere.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false, ENFORCE, 1", "classic, true, ENFORCE, 2", "classic, true, OBSERVE, 3",
			"consumer, false, ENFORCE, 1", "consumer, true, ENFORCE, 2", "consumer, true, OBSERVE, 3" })
	void whatComesOnceTheClientLooksForTheEndIsNotSkipped(String protocol, boolean guarded,
			OffsetGuardSettings.Mode mode, int questions) throws Exception {
		String group = "late-tail-%s-%s-%s".formatted(protocol, guarded, mode).toLowerCase(Locale.ROOT);
		TopicPartition partition = withTenRecords(group);
		cluster.wire().inject(Fault.delay(Duration.ofSeconds(3), ApiKeys.LIST_OFFSETS).forClient(group));

		try (Consumer<String, String> consumer = fromTheEnd(protocol, group, mode).create(guarded)) {
			consumer.subscribe(List.of(group));
			CompletableFuture<Void> coming = fiveRecordsOnce(partition,
					() -> cluster.wire().count(group, ApiKeys.LIST_OFFSETS) >= questions);

			assertThat(Consumers.pollTo(consumer, partition, 15)).isEqualTo(range(10, 15));
			coming.get();
		}
	}

	/**
	 * No partition of such a consumer can wait. It starts, with the guard later than
	 * without, and no client that has no time left is asked.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false", "classic, true", "consumer, false", "consumer, true" })
	void consumerThatCommitsByItselfStartsThoughALeaderIsLate(String protocol, boolean guarded) {
		String group = "late-auto-%s-%s".formatted(protocol, guarded);
		TopicPartition partition = withTenRecords(group);
		Consumers consumers = fromTheEnd(protocol, group, OffsetGuardSettings.Mode.ENFORCE).with("enable.auto.commit",
				true);
		Fault.Handle late = cluster.wire()
			.inject(Fault.delay(Duration.ofSeconds(6), ApiKeys.LIST_OFFSETS).forClient(group));

		try (Consumer<String, String> consumer = consumers.create(guarded)) {
			consumer.subscribe(List.of(group));
			Consumers.pollTo(consumer, partition, 10);
			late.close();
			cluster.produce(partition, 5);

			assertThat(Consumers.pollTo(consumer, partition, 15)).isEqualTo(range(10, 15));
		}
	}

	private TopicPartition withTenRecords(String topic) {
		TopicPartition partition = new TopicPartition(topic, 0);
		cluster.createTopic(topic, 1);
		cluster.produce(partition, 10);
		return partition;
	}

	private Consumers fromTheEnd(String protocol, String group, OffsetGuardSettings.Mode mode) {
		return new Consumers(cluster, protocol, group).with("auto.offset.reset", "latest").mode(mode);
	}

	private CompletableFuture<Void> fiveRecordsOnce(TopicPartition partition, Callable<Boolean> condition) {
		return CompletableFuture.runAsync(() -> {
			await().atMost(Duration.ofSeconds(30)).until(condition);
			cluster.produce(partition, 5);
		});
	}

}
