/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import dev.holdfast.kafka.test.NumberedRecords;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A consumer reads while records arrive and the leader of its partition moves: each new
 * leader is asked where the epoch of the consumer's last record ends.
 */
@LyingKafka(brokers = 3)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class LeaderMoveUnderLieTests {

	private static final int PRESENT = 270;

	private static final int ARRIVING = 300;

	private static final int ALL = PRESENT + ARRIVING;

	private final KafkaCluster cluster;

	private final ScheduledExecutorService background = Executors.newScheduledThreadPool(2);

	private final Map<TopicPartition, List<Long>> delivered = new HashMap<>();

	LeaderMoveUnderLieTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@AfterEach
	void stopBackground() {
		background.shutdownNow();
	}

	@Tag("matrix")
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void plainConsumerDeliversAgainUnderLie(String protocol) {
		TopicPartition partition = createTopic("plain-" + protocol);
		cluster.wire().inject(Fault.epochEndOffset(0));

		try (Consumer<String, String> consumer = consumers(partition, protocol).plain()) {
			readWhileLeaderMoves(consumer, partition, List.of());
		}

		List<Long> offsets = delivered.get(partition);
		assertThat(offsets).containsAll(range(0, ALL)).hasSizeGreaterThan(ALL);
		long beforeTheMove = offsets.size() - ALL;
		assertThat(offsets.subList((int) beforeTheMove, offsets.size())).isEqualTo(range(0, ALL));
	}

	@Tag("matrix")
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void guardedConsumerReadsOnUnderLie(String protocol) {
		TopicPartition partition = createTopic("guarded-" + protocol);
		Consumers consumers = consumers(partition, protocol);
		Fault.Handle lie = cluster.wire().inject(Fault.epochEndOffset(0));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			readWhileLeaderMoves(consumer, partition, consumers.decisions);
			consumer.commitSync();
		}

		assertThat(lie.hits()).isPositive();
		assertThat(delivered).isEqualTo(Map.of(partition, range(0, ALL)));
		assertThat(cluster.committed(partition.topic()).get(partition).offset()).isEqualTo(ALL);
		assertThat(consumers.decisions).isNotEmpty().allSatisfy((decision) -> {
			assertThat(decision.cause()).isEqualTo(Cause.FALSE_TRUNCATION);
			assertThat(decision.action()).isEqualTo(Action.KEEP);
			assertThat(decision.outcome()).isEqualTo(new Outcome.ReadFrom(decision.evidence().position()));
		});
	}

	@Tag("matrix")
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void honestLeaderMoveChangesNothing(String protocol) {
		TopicPartition partition = createTopic("honest-" + protocol);
		Consumers consumers = consumers(partition, protocol);

		try (Consumer<String, String> consumer = consumers.guarded()) {
			readWhileLeaderMoves(consumer, partition, consumers.decisions);
		}

		assertThat(delivered).isEqualTo(Map.of(partition, range(0, ALL)));
		assertThat(consumers.decisions).isEmpty();
		assertThat(cluster.wire().requests())
			.noneMatch((request) -> request.clientId().startsWith("holdfast-inspector-"));
	}

	/**
	 * Reads what is there, then what arrives at 100 records a second; a third of that is
	 * there when the leader starts to move.
	 */
	private void readWhileLeaderMoves(Consumer<String, String> consumer, TopicPartition partition,
			List<Decision> decisions) {
		int leader = cluster.leader(partition);
		int newLeader = cluster.brokerIds().stream().filter((id) -> id != leader).findFirst().orElseThrow();
		consumer.subscribe(List.of(partition.topic()));
		Consumers.pollInto(consumer, delivered, () -> isAt(consumer, partition, PRESENT));

		try (NumberedRecords arriving = NumberedRecords.to(cluster)) {
			CompletableFuture<Void> sent = arriving.sendEvery(Duration.ofMillis(10), List.of(partition), ARRIVING);
			Consumers.pollInto(consumer, delivered, () -> isAt(consumer, partition, PRESENT + ARRIVING / 3));
			background.execute(() -> cluster.moveLeader(partition, newLeader));
			Consumers.pollInto(consumer, delivered, () -> {
				assertThat(sent).isNotCompletedExceptionally();
				assertThat(decisions).allMatch((decision) -> decision.action() == Action.KEEP);
				return sent.isDone() && isAt(consumer, partition, ALL);
			});
		}

		assertThat(cluster.leader(partition)).isEqualTo(newLeader);
		assertThat(cluster.logEnd(partition)).isEqualTo(ALL);
	}

	private boolean isAt(Consumer<?, ?> consumer, TopicPartition partition, long position) {
		List<Long> offsets = delivered.getOrDefault(partition, List.of());
		return offsets.contains(position - 1) && Consumers.isAtLeast(consumer, partition, position);
	}

	private TopicPartition createTopic(String name) {
		TopicPartition partition = new TopicPartition(name, 0);
		cluster.createTopic(name, 1, 3, Map.of());
		cluster.produce(partition, PRESENT);
		cluster.commit(name, partition, Consumers.offset(0, 0));
		return partition;
	}

	private Consumers consumers(TopicPartition partition, String protocol) {
		return new Consumers(cluster, protocol, partition.topic()).with("auto.offset.reset", "earliest");
	}

}
