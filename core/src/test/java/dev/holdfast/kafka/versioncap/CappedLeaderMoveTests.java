/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

import dev.holdfast.kafka.versioncap.rules.KafkaApi;
import dev.holdfast.kafka.versioncap.rules.VersionCap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import dev.holdfast.kafka.test.NumberedRecords;
import dev.holdfast.kafka.test.Polling;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An unguarded consumer that must not ask for the ends of leader epochs reads while
 * records arrive and the leader of its partition moves. The brokers would lie: what that
 * does to one that asks is in {@code LeaderMoveUnderLieTests}.
 */
@LyingKafka(brokers = 3)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@Tag("matrix")
class CappedLeaderMoveTests {

	private static final int PRESENT = 270;

	private static final int ARRIVING = 300;

	private static final int ALL = PRESENT + ARRIVING;

	/** A client that waits in vain does so for its request timeout, or for ever. */
	private static final Duration LONGEST_SILENCE = Duration.ofSeconds(5);

	private final KafkaCluster cluster;

	private final ScheduledExecutorService background = Executors.newScheduledThreadPool(2);

	private final List<Long> delivered = new ArrayList<>();

	private Duration silence = Duration.ZERO;

	CappedLeaderMoveTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@AfterEach
	void stopBackground() {
		background.shutdownNow();
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void readsOnWithoutAsking(String protocol) {
		TopicPartition partition = createTopic("capped-" + protocol);
		Fault.Handle lie = cluster.wire().inject(Fault.epochEndOffset(0));
		VersionCap cap = VersionCap.never(KafkaApi.OFFSET_FOR_LEADER_EPOCH);
		Map<String, Long> warnings;

		try (Warnings captured = Warnings.capture();
				Consumer<String, String> consumer = new CapClients(cluster, protocol, partition.topic()).capped(cap)
					.client()) {
			readWhileLeaderMoves(consumer, partition);
			consumer.commitSync();
			warnings = captured.counts();
		}

		assertThat(delivered).isEqualTo(Reading.range(0, ALL));
		assertThat(cluster.committed(partition.topic()).get(partition).offset()).isEqualTo(ALL);
		assertThat(lie.hits()).isZero();
		assertThat(cluster.wire().count(ApiKeys.OFFSET_FOR_LEADER_EPOCH)).isZero();
		assertThat(silence).isLessThan(LONGEST_SILENCE);
		assertThat(warnings).allSatisfy((message, count) -> assertThat(count).isOne());
	}

	/**
	 * Reads what is there, then what arrives at 100 records a second; a third of that is
	 * there when the leader starts to move.
	 */
	private void readWhileLeaderMoves(Consumer<String, String> consumer, TopicPartition partition) {
		int leader = cluster.leader(partition);
		int newLeader = cluster.brokerIds().stream().filter((id) -> id != leader).findFirst().orElseThrow();
		consumer.subscribe(List.of(partition.topic()));
		delivered.addAll(Reading.to(consumer, partition, PRESENT));

		try (NumberedRecords arriving = NumberedRecords.to(cluster)) {
			arriving.sendEvery(Duration.ofMillis(10), List.of(partition), ARRIVING);
			readTo(consumer, PRESENT + ARRIVING / 3);
			background.execute(() -> cluster.moveLeader(partition, newLeader));
			readTo(consumer, ALL);
		}
		assertThat(cluster.leader(partition)).isEqualTo(newLeader);
		assertThat(cluster.logEnd(partition)).isEqualTo(ALL);
		// What would come a second time would come at once.
		assertThat(consumer.poll(Duration.ofMillis(500))).isEmpty();
	}

	private void readTo(Consumer<String, String> consumer, long end) {
		AtomicLong last = new AtomicLong(System.nanoTime());
		Polling.of(consumer).onRecord((record) -> delivered.add(record.offset())).onPoll((records) -> {
			if (!records.isEmpty()) {
				long now = System.nanoTime();
				Duration since = Duration.ofNanos(now - last.getAndSet(now));
				silence = (since.compareTo(silence) > 0) ? since : silence;
			}
		}).until(() -> delivered.contains(end - 1));
	}

	private TopicPartition createTopic(String name) {
		TopicPartition partition = new TopicPartition(name, 0);
		cluster.createTopic(name, 1, 3, Map.of());
		cluster.produce(partition, PRESENT);
		cluster.commit(name, partition, new OffsetAndMetadata(0, Optional.of(0), ""));
		return partition;
	}

}
