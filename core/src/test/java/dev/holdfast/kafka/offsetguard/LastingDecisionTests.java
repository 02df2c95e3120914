/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.decision.Resolution;
import dev.holdfast.kafka.offsetguard.decision.ResolutionResult;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A decision that has moved a partition lasts: the guard commits where it led, and no
 * later consumer decides the same again. The guard acknowledges nothing for the
 * application.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class LastingDecisionTests {

	private final KafkaCluster cluster;

	LastingDecisionTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void idleTopicEmptiedByRetentionCountsItsLossOnce(String protocol) {
		TopicPartition partition = topic("emptied-" + protocol, 47);
		commit(partition, 25);
		cluster.deleteRecords(partition, 47);
		Consumers consumers = consumers(protocol, partition);

		for (int start = 0; start < 4; start++) {
			try (Consumer<String, String> consumer = consumers.guarded()) {
				consumer.subscribe(List.of(partition.topic()));
				assertThat(Consumers.pollTo(consumer, partition, 47)).isEmpty();
				Consumers.pollUntil(consumer, () -> committed(partition) == 47);
			}
		}

		assertThat(consumers.causes()).containsExactly(Cause.BELOW_LOG_START);
		assertThat(consumers.decisions.get(0).impact().lost()).isEqualTo(22);
	}

	@ParameterizedTest
	@CsvSource({ "classic, LATEST, 100", "classic, EARLIEST, 0", "consumer, LATEST, 100", "consumer, EARLIEST, 0" })
	void operatorsMoveSurvivesARestart(String protocol, Action action, long target) {
		TopicPartition partition = topic("ordered-%s-%s".formatted(protocol, action), 100);
		commit(partition, 500);
		Consumers consumers = consumers(protocol, partition).oneProcess();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			Consumers.pollUntil(consumer, () -> !consumers.decisions.isEmpty());
			CompletableFuture<ResolutionResult> result = consumers.process()
				.resolve(partition.topic(), partition, new Resolution(action, "alice", "looked at it"));
			Consumers.pollUntil(consumer, () -> result.isDone() && committed(partition) == target);
			assertThat(consumers.decisions.get(1).outcome()).isEqualTo(new Outcome.ReadFrom(target));
		}
		for (int start = 0; start < 3; start++) {
			Consumers later = consumers(protocol, partition);
			assertThat(Consumers.readTo(later.guarded(), partition, 100)).isEqualTo(range(target, 100));
			assertThat(later.decisions).isEmpty();
			assertThat(committed(partition)).isEqualTo(target);
		}

		assertThat(consumers.decisions).hasSize(2);
	}

	/**
	 * The application acknowledges by hand. What it has in hand was in the log once, and
	 * its commit would move the group back.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, true", "classic, false", "consumer, true", "consumer, false" })
	void lateCommitDoesNotUndoTheMove(String protocol, boolean sync) {
		TopicPartition partition = topic("late-%s-%s".formatted(protocol, sync), 20);
		commit(partition, 5);
		Consumers consumers = consumers(protocol, partition).with("fetch.max.wait.ms", 10);

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			assertThat(Consumers.pollTo(consumer, partition, 20)).isEqualTo(range(5, 20));
			consumer.commitSync(Map.of(partition, new OffsetAndMetadata(10)));
			// No fetch is on its way after that.
			consumer.pause(List.of(partition));
			consumer.poll(Duration.ofMillis(200));
			cluster.produce(partition, 80);
			cluster.deleteRecords(partition, 60);
			consumer.resume(List.of(partition));
			assertThat(Consumers.pollTo(consumer, partition, 100)).isEqualTo(range(60, 100));
			Consumers.pollUntil(consumer, () -> committed(partition) == 60);

			commit(consumer, partition, 15, sync);
			consumer.poll(Duration.ofMillis(100));
			assertThat(committed(partition)).isEqualTo(60);
			commit(consumer, partition, 70, sync);
			Consumers.pollUntil(consumer, () -> committed(partition) == 70);
			commit(consumer, partition, 65, sync);
			Consumers.pollUntil(consumer, () -> committed(partition) == 65);
			// On purpose: the next consumer is to read everything again.
			commit(consumer, partition, 0, sync);
			Consumers.pollUntil(consumer, () -> committed(partition) == 0);
		}

		assertThat(consumers.causes()).containsExactly(Cause.BELOW_LOG_START);
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void applicationsOwnCommitTakesThePlaceOfTheGuards(String protocol) {
		TopicPartition partition = topic("own-" + protocol, 100);
		commit(partition, 20);
		cluster.deleteRecords(partition, 60);
		Consumers consumers = consumers(protocol, partition);

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			Consumers.pollUntil(consumer, (record) -> {
			}, () -> !consumers.decisions.isEmpty());
			consumer.commitSync(Map.of(partition, new OffsetAndMetadata(64)));
			cluster.wire().forget();
			consumer.poll(Duration.ofMillis(100));
			consumer.poll(Duration.ofMillis(100));

			assertThat(committed(partition)).isEqualTo(64);
			assertThat(cluster.wire().count(partition.topic(), ApiKeys.OFFSET_COMMIT)).isZero();
		}
	}

	@ParameterizedTest
	@CsvSource({ "classic, observe", "classic, transaction", "classic, own-commits-off", "classic, no-commit",
			"consumer, observe", "consumer, transaction", "consumer, own-commits-off", "consumer, no-commit" })
	void guardCommitsNothingWhereItMustNot(String protocol, String why) {
		TopicPartition partition = topic("not-%s-%s".formatted(protocol, why), 100);
		boolean isCommitted = !why.equals("no-commit");
		if (isCommitted) {
			commit(partition, 20);
		}
		cluster.deleteRecords(partition, 60);
		Consumers consumers = consumers(protocol, partition);
		if (why.equals("observe")) {
			consumers.mode(OffsetGuardSettings.Mode.OBSERVE);
		}
		if (why.equals("own-commits-off")) {
			consumers.commits(true, false, false);
		}

		try (Consumer<String, String> consumer = consumers.guarded()) {
			if (isCommitted) {
				consumer.subscribe(List.of(partition.topic()));
			}
			else {
				consumer.assign(List.of(partition));
				consumer.poll(Duration.ofMillis(100));
				consumer.seek(partition, Consumers.offset(20, 0));
			}
			if (why.equals("transaction")) {
				consumer.groupMetadata();
			}
			Consumers.pollTo(consumer, partition, 100);
			for (int i = 0; i < 3; i++) {
				consumer.poll(Duration.ofMillis(50));
			}
			if (isCommitted) {
				assertThat(consumers.causes()).containsExactly(Cause.BELOW_LOG_START);
			}
		}

		if (isCommitted) {
			assertThat(committed(partition)).isEqualTo(20);
		}
		else {
			assertThat(cluster.committed(partition.topic())).isEmpty();
		}
	}

	/**
	 * A monitor reads from the beginning, in the group of an application that has got
	 * further, or an application reads something again.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void commitThatIsAheadOfTheReaderStays(String protocol) {
		TopicPartition partition = topic("ahead-" + protocol, 100);
		commit(partition, 90);
		Consumers consumers = consumers(protocol, partition);

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(partition));
			Consumers.pollTo(consumer, partition, 100);
			consumer.seek(partition, 5);
			cluster.deleteRecords(partition, 60);
			Consumers.pollTo(consumer, partition, 100);
			consumer.seek(partition, 70);
			consumer.poll(Duration.ofMillis(100));
			consumer.poll(Duration.ofMillis(100));
		}

		assertThat(committed(partition)).isEqualTo(90);
	}

	/**
	 * Brokers accept commits of others where no group assigns partitions: of a process of
	 * which the guard knows nothing, or of a consumer of the same one.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false", "classic, true", "consumer, false", "consumer, true" })
	void commitThatAnotherConsumerHasMadeSinceStays(String protocol, boolean sameProcess) {
		TopicPartition partition = topic("another-%s-%s".formatted(protocol, sameProcess), 100);
		commit(partition, 20);
		Consumers consumers = consumers(protocol, partition).with("fetch.max.wait.ms", 10).oneProcess();

		try (Consumer<String, String> behind = consumers.guarded();
				Consumer<String, String> ahead = sameProcess ? consumers.guarded() : consumers.plain()) {
			behind.assign(List.of(partition));
			Consumers.pollTo(behind, partition, 100);
			if (sameProcess) {
				behind.commitSync(Map.of(partition, new OffsetAndMetadata(100)));
			}
			// No fetch is on its way after that.
			behind.pause(List.of(partition));
			behind.poll(Duration.ofMillis(200));
			cluster.produce(partition, 100);
			ahead.assign(List.of(partition));
			Consumers.pollTo(ahead, partition, 200);
			ahead.commitSync(Map.of(partition, new OffsetAndMetadata(200)));
			cluster.deleteRecords(partition, 150);
			behind.resume(List.of(partition));
			Consumers.pollTo(behind, partition, 200);
			behind.poll(Duration.ofMillis(100));
			behind.poll(Duration.ofMillis(100));
		}

		assertThat(consumers.causes()).containsExactly(Cause.BELOW_LOG_START);
		assertThat(committed(partition)).isEqualTo(200);
	}

	/**
	 * The guard has left late commits of the old topic out.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void commitInATopicThatWasCreatedAnewIsNotLate(String protocol) {
		TopicPartition partition = topic("anew-" + protocol, 20);
		commit(partition, 5);
		Consumers consumers = consumers(protocol, partition).with("fetch.max.wait.ms", 10)
			.with("metadata.max.age.ms", 500)
			.timing(new OffsetGuardSettings.Timing(Duration.ofSeconds(5), Duration.ofSeconds(30),
					Duration.ofMillis(200)));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			Consumers.pollTo(consumer, partition, 20);
			consumer.pause(List.of(partition));
			consumer.poll(Duration.ofMillis(200));
			cluster.produce(partition, 80);
			cluster.deleteRecords(partition, 60);
			consumer.resume(List.of(partition));
			Consumers.pollUntil(consumer, () -> committed(partition) == 60);
			cluster.deleteTopic(partition.topic());
			cluster.createTopic(partition.topic(), 1);
			cluster.produce(partition, 50);
			Consumers.pollUntil(consumer, () -> consumers.causes().contains(Cause.TOPIC_RECREATED)
					&& Consumers.isAt(consumer, partition, 50));
			consumer.commitSync(Map.of(partition, new OffsetAndMetadata(15)));
		}

		assertThat(committed(partition)).isEqualTo(15);
	}

	private TopicPartition topic(String name, int records) {
		TopicPartition partition = new TopicPartition(name, 0);
		cluster.createTopic(name, 1);
		cluster.produce(partition, records);
		return partition;
	}

	private void commit(TopicPartition partition, long offset) {
		cluster.commit(partition.topic(), partition, new OffsetAndMetadata(offset));
	}

	private static void commit(Consumer<?, ?> consumer, TopicPartition partition, long offset, boolean sync) {
		Map<TopicPartition, OffsetAndMetadata> offsets = Map.of(partition, new OffsetAndMetadata(offset));
		if (sync) {
			consumer.commitSync(offsets);
		}
		else {
			consumer.commitAsync(offsets, null);
		}
	}

	private long committed(TopicPartition partition) {
		OffsetAndMetadata committed = cluster.committed(partition.topic()).get(partition);
		return (committed != null) ? committed.offset() : -1;
	}

	private Consumers consumers(String protocol, TopicPartition partition) {
		return new Consumers(cluster, protocol, partition.topic()).with("auto.offset.reset", "earliest");
	}

}
