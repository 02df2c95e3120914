/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Resolution;
import dev.holdfast.kafka.offsetguard.decision.ResolutionResult;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings.Mode;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.tuple;

/**
 * An operator switches the mode while consumers run.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ModeSwitchTests {

	private final KafkaCluster cluster;

	ModeSwitchTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void heldPartitionGoesWhereKafkaAloneWouldHaveTakenIt(String protocol) {
		TopicPartition partition = givenRecords("held-" + protocol, 100);
		cluster.commit(partition.topic(), partition, new OffsetAndMetadata(500));
		cluster.commit("plain-" + partition.topic(), partition, new OffsetAndMetadata(500));
		List<Long> plain = Consumers.readTo(consumers("plain-" + partition.topic(), protocol, "earliest").plain(),
				partition, 100);
		Consumers consumers = consumers(partition.topic(), protocol, "earliest").oneProcess();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			Consumers.pollUntil(consumer, () -> !consumers.process().held().isEmpty());
			consumers.process().switchTo(Mode.OBSERVE);

			assertThat(Consumers.pollTo(consumer, partition, 100)).isEqualTo(plain).isEqualTo(range(0, 100));
			assertThat(consumer.paused()).isEmpty();
		}

		assertThat(consumers.process().held()).isEmpty();
		assertThat(consumers.decisions).extracting(Decision::cause, Decision::action, Decision::observed)
			.containsExactly(tuple(Cause.ABOVE_LOG_END, Action.HOLD, false),
					tuple(Cause.ABOVE_LOG_END, Action.HOLD, true));
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void partitionWithoutCommitStartsWherePlainKafkaWouldHave(String protocol) throws Exception {
		String topic = "first-" + protocol;
		TopicPartition lost = new TopicPartition(topic, 0);
		cluster.createTopic(topic, 2);
		cluster.produce(lost, 10);
		Consumers consumers = consumers(topic, protocol, "latest").oneProcess();
		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(topic));
			Consumers.pollUntil(consumer, () -> Consumers.isAt(consumer, lost, 10));
			consumer.commitSync(
					Map.of(lost, new OffsetAndMetadata(10), new TopicPartition(topic, 1), new OffsetAndMetadata(0)));
		}
		cluster.admin().deleteConsumerGroupOffsets(topic, Set.of(lost)).all().get();
		cluster.produce(lost, 5);
		consumers.decisions.clear();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(topic));
			Consumers.pollUntil(consumer, () -> !consumers.process().held().isEmpty());
			// The client has found the end of the log before more records come.
			assertThat(consumer.position(lost)).isEqualTo(15);
			cluster.produce(lost, 5);
			consumers.process().switchTo(Mode.OBSERVE);

			assertThat(Consumers.pollTo(consumer, lost, 20)).isEqualTo(range(15, 20));
		}

		assertThat(consumers.causes()).containsExactly(Cause.COMMITTED_OFFSET_LOST, Cause.COMMITTED_OFFSET_LOST);
		assertThat(consumers.process().held()).isEmpty();
	}

	/**
	 * The inspector is not answered, as in a night in which the guard is the trouble.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void partitionInDoubtReadsOn(String protocol) {
		TopicPartition partition = givenRecords("doubt-" + protocol, 30);
		Consumers consumers = consumers(partition.topic(), protocol, "earliest").oneProcess();
		cluster.wire().inject(Fault.epochEndOffset(0).times(1));
		Fault.Handle silence = cluster.wire()
			.inject(Fault.silence().forClient("holdfast-inspector-" + partition.topic()));
		Map<TopicPartition, List<Long>> delivered = new HashMap<>();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(partition));
			consumer.seek(partition, Consumers.offset(20, 0));
			Consumers.pollInto(consumer, delivered, () -> silence.hits() > 0);
			assertThat(delivered).isEmpty();
			consumers.process().switchTo(Mode.OBSERVE);
			Consumers.pollInto(consumer, delivered, () -> Consumers.isAt(consumer, partition, 30));
		}

		assertThat(delivered).isEqualTo(Map.of(partition, range(20, 30)));
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void startThatWaitsForAnswersBeginsAtTheCommit(String protocol) {
		TopicPartition partition = givenRecords("start-" + protocol, 30);
		cluster.commit(partition.topic(), partition, Consumers.offset(20, 0));
		Consumers consumers = consumers(partition.topic(), protocol, "earliest").oneProcess();
		Fault.Handle silence = cluster.wire()
			.inject(Fault.silence(ApiKeys.LIST_OFFSETS).forClient("holdfast-admin-" + partition.topic()));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			assertThat(Consumers.pollUntil(consumer, () -> silence.hits() > 0 && !consumer.assignment().isEmpty()))
				.isEmpty();
			consumers.process().switchTo(Mode.OBSERVE);

			assertThat(Consumers.pollUntil(consumer, () -> isRead(consumer, partition, 30)))
				.isEqualTo(Map.of(partition, range(20, 30)));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void switchedBackItHoldsWhatComesIntoQuestionNext(String protocol) {
		TopicPartition partition = givenRecords("back-" + protocol, 100);
		Consumers consumers = consumers(partition.topic(), protocol, "earliest").oneProcess();
		consumers.process().switchTo(Mode.OBSERVE);

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(partition));
			Consumers.pollTo(consumer, partition, 100);
			consumers.process().switchTo(Mode.ENFORCE);
			consumer.seek(partition, 500);
			Consumers.pollUntil(consumer, () -> !consumers.process().held().isEmpty());
		}

		assertThat(consumers.process().mode()).isEqualTo(Mode.ENFORCE);
		assertThat(consumers.decisions).last()
			.satisfies((decision) -> assertThat(decision.observed()).isFalse())
			.extracting(Decision::cause)
			.isEqualTo(Cause.ABOVE_LOG_END);
	}

	/**
	 * Brokers do not answer what the guard asks for the order.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false", "consumer, false", "classic, true", "consumer, true" })
	void orderInProgressIsRefused(String protocol, boolean trial) throws Exception {
		TopicPartition partition = givenRecords("order-%s-%s".formatted(protocol, trial), 100);
		cluster.commit(partition.topic(), partition, new OffsetAndMetadata(500));
		Consumers consumers = consumers(partition.topic(), protocol, "earliest").oneProcess();
		OffsetGuard guard = consumers.process();
		Resolution order = new Resolution(Action.EARLIEST, "alice", "looked at it");

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			Consumers.pollUntil(consumer, () -> !guard.held().isEmpty());
			cluster.wire().inject(Fault.silence().forClient("holdfast-inspector-" + partition.topic()));
			CompletableFuture<ResolutionResult> result = trial ? guard.tryOut(partition.topic(), partition, order)
					: guard.resolve(partition.topic(), partition, order);
			consumer.poll(Duration.ofMillis(100));
			guard.switchTo(Mode.OBSERVE);

			assertThat(Consumers.pollTo(consumer, partition, 100)).isEqualTo(range(0, 100));
			assertThat(result.get(1, TimeUnit.SECONDS)).isEqualTo(
					new ResolutionResult.Failed("The mode was switched to observe, and nothing was done as ordered"));
		}

		assertThat(consumers.decisions).extracting(Decision::action, Decision::observed, Decision::resolution)
			.containsExactly(tuple(Action.HOLD, false, null), tuple(Action.HOLD, true, null));
	}

	/**
	 * A consumer with {@code none} stays held, as nobody has said where it starts.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void partitionThatStaysHeldIsToldOnce(String protocol) {
		TopicPartition partition = givenRecords("silent-" + protocol, 10);
		String admin = "holdfast-admin-" + partition.topic();
		Consumers consumers = none(partition.topic(), protocol).timing(Duration.ofSeconds(5), Duration.ofMillis(100))
			.oneProcess();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			Consumers.pollUntil(consumer, () -> !consumers.process().held().isEmpty());
			consumers.process().switchTo(Mode.OBSERVE);
			consumer.poll(Duration.ofMillis(100));
			long before = cluster.wire().count(admin, ApiKeys.OFFSET_FETCH);
			Consumers.pollUntil(consumer, () -> cluster.wire().count(admin, ApiKeys.OFFSET_FETCH) >= before + 4);
		}

		assertThat(consumers.decisions).extracting(Decision::action, Decision::observed)
			.containsExactly(tuple(Action.HOLD, false));
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void orderAboutPartitionThatStaysHeldIsCarriedOut(String protocol) throws Exception {
		TopicPartition partition = givenRecords("ordered-" + protocol, 10);
		Consumers consumers = none(partition.topic(), protocol).oneProcess();
		OffsetGuard guard = consumers.process();
		Resolution order = new Resolution(Action.EARLIEST, "alice", "looked at it");

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			Consumers.pollUntil(consumer, () -> !guard.held().isEmpty());
			guard.switchTo(Mode.OBSERVE);
			CompletableFuture<ResolutionResult> trial = guard.tryOut(partition.topic(), partition, order);
			assertThat(Consumers.pollUntil(consumer, trial::isDone)).isEmpty();
			assertThat(trial.get()).isInstanceOf(ResolutionResult.TriedOut.class);
			assertThat(consumers.decisions).hasSize(1);
			CompletableFuture<ResolutionResult> result = guard.resolve(partition.topic(), partition, order);
			Map<TopicPartition, List<Long>> delivered = Consumers.pollUntil(consumer, result::isDone);
			Consumers.pollInto(consumer, delivered, () -> Consumers.isAt(consumer, partition, 10));

			assertThat(delivered).isEqualTo(Map.of(partition, range(0, 10)));
			assertThat(result.get(1, TimeUnit.SECONDS))
				.isEqualTo(new ResolutionResult.Resolved(consumers.decisions.get(1)));
		}

		assertThat(consumers.decisions).extracting(Decision::action, Decision::observed)
			.containsExactly(tuple(Action.HOLD, false), tuple(Action.EARLIEST, false));
		assertThat(guard.held()).isEmpty();
	}

	/**
	 * Nobody tells the guard about the topic.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, latest, false, 10", "consumer, latest, false, 10", "classic, latest, true, 10",
			"consumer, latest, true, 10", "classic, by_duration:PT1H, false, 0",
			"consumer, by_duration:PT1H, true, 0" })
	void startWithoutCommitBeginsWherePlainKafkaWouldHave(String protocol, String reset, boolean asked, long first) {
		TopicPartition partition = givenRecords("none-%s-%.6s-%s".formatted(protocol, reset, asked), 10);
		Consumers consumers = consumers(partition.topic(), protocol, reset).oneProcess();
		Fault.Handle silence = cluster.wire()
			.inject(Fault.silence(ApiKeys.DESCRIBE_TOPIC_PARTITIONS).forClient("holdfast-admin-" + partition.topic()));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			assertThat(Consumers.pollUntil(consumer, () -> silence.hits() > 0 && !consumer.assignment().isEmpty()))
				.isEmpty();
			if (asked) {
				assertThat(consumer.position(partition)).isEqualTo(first);
				cluster.produce(partition, 5);
			}
			long end = asked ? 15 : 10;
			consumers.process().switchTo(Mode.OBSERVE);

			assertThat(Consumers.pollTo(consumer, partition, end)).isEqualTo(range(first, end));
			assertThat(consumer.paused()).isEmpty();
		}
	}

	/**
	 * The coordinator is silent at first, and nobody tells the guard about the topic.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void startBeginsAtTheCommitAsSoonAsThatIsKnown(String protocol) {
		TopicPartition partition = givenRecords("late-" + protocol, 30);
		cluster.commit(partition.topic(), partition, new OffsetAndMetadata(20));
		Consumers consumers = consumers(partition.topic(), protocol, "latest").with("request.timeout.ms", 3000)
			.oneProcess();
		Fault.Handle silence = cluster.wire()
			.inject(Fault.silence(ApiKeys.DESCRIBE_TOPIC_PARTITIONS, ApiKeys.OFFSET_FETCH)
				.forClient("holdfast-admin-" + partition.topic()));
		Fault.Handle silentCoordinator = cluster.wire()
			.inject(Fault.silence(ApiKeys.OFFSET_FETCH).forClient(partition.topic()));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			assertThat(Consumers.pollUntil(consumer, () -> silence.hits() > 0 && !consumer.assignment().isEmpty()))
				.isEmpty();
			consumers.process().switchTo(Mode.OBSERVE);
			for (int i = 0; i < 5; i++) {
				assertThat(consumer.poll(Duration.ofMillis(100))).isEmpty();
			}
			silentCoordinator.close();

			assertThat(Consumers.pollTo(consumer, partition, 30)).isEqualTo(range(20, 30));
			assertThat(consumer.paused()).isEmpty();
		}
	}

	/**
	 * A leader is silent, or the application wakes the consumer up, while the guard looks
	 * up where the client goes on.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false", "consumer, false", "classic, true", "consumer, true" })
	void lettingGoIsRepeatedUntilNothingIsHeld(String protocol, boolean wokenUp) {
		String topic = "again-%s-%s".formatted(protocol, wokenUp);
		List<TopicPartition> partitions = List.of(new TopicPartition(topic, 0), new TopicPartition(topic, 1));
		cluster.createTopic(topic, 2);
		partitions.forEach((each) -> {
			cluster.produce(each, 20);
			cluster.commit(topic, each, new OffsetAndMetadata(500));
		});
		Consumers consumers = consumers(topic, protocol, "by_duration:PT1H").with("request.timeout.ms", 3000)
			.timing(Duration.ofSeconds(1), Duration.ofSeconds(30))
			.oneProcess();
		Map<TopicPartition, List<Long>> delivered = new HashMap<>();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			// A rebalance would start the partitions anew, and the guard would decide
			// again.
			consumer.assign(partitions);
			Consumers.pollInto(consumer, delivered, () -> consumers.process().held().size() == 2);
			Fault.Handle silence = cluster.wire().inject(Fault.silence(ApiKeys.LIST_OFFSETS));
			consumers.process().switchTo(Mode.OBSERVE);
			if (wokenUp) {
				consumer.wakeup();
				assertThatExceptionOfType(WakeupException.class).isThrownBy(() -> consumer.poll(Duration.ofSeconds(5)));
			}
			else {
				Consumers.pollInto(consumer, delivered, () -> silence.hits() > 1);
			}
			silence.close();
			Consumers.pollInto(consumer, delivered, () -> Consumers.areAt(consumer, partitions, 20));
		}

		assertThat(delivered).isEqualTo(Map.of(partitions.get(0), range(0, 20), partitions.get(1), range(0, 20)));
		assertThat(consumers.process().held()).isEmpty();
		assertThat(consumers.decisions).extracting(Decision::observed).containsExactly(false, false, true, true);
	}

	/**
	 * Kafka alone would have gone on at the same offset, or from the log's start.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, true", "consumer, true", "classic, false", "consumer, false" })
	void commitMadeMeanwhileIsNotLost(String protocol, boolean recreated) {
		TopicPartition partition = givenRecords("commit-%s-%s".formatted(protocol, recreated), 50);
		Consumers consumers = consumers(partition.topic(), protocol, "earliest").with("metadata.max.age.ms", 500)
			.policy(recreated ? Cause.TOPIC_RECREATED : Cause.BELOW_LOG_START, Action.HOLD)
			.timing(new OffsetGuardSettings.Timing(Duration.ofSeconds(5), Duration.ofSeconds(30),
					Duration.ofMillis(200)))
			.oneProcess();
		cluster.commit(partition.topic(), partition, new OffsetAndMetadata(10));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(partition));
			if (recreated) {
				assertThat(Consumers.pollTo(consumer, partition, 50)).isEqualTo(range(10, 50));
				cluster.deleteTopic(partition.topic());
				cluster.createTopic(partition.topic(), 1);
				cluster.produce(partition, 50);
			}
			else {
				cluster.deleteRecords(partition, 40);
			}
			Consumers.pollUntil(consumer, () -> !consumers.process().held().isEmpty());
			long done = recreated ? 50 : 9;
			consumer.commitSync(Map.of(partition, new OffsetAndMetadata(done)));
			assertThat(committed(partition)).isNotEqualTo(done);
			cluster.produce(partition, 10);
			consumers.process().switchTo(Mode.OBSERVE);

			assertThat(Consumers.pollTo(consumer, partition, 60)).isEqualTo(range(recreated ? 50 : 40, 60));
			Consumers.pollUntil(consumer, () -> committed(partition) == done);
		}
	}

	private long committed(TopicPartition partition) {
		OffsetAndMetadata commit = cluster.committed(partition.topic()).get(partition);
		return (commit != null) ? commit.offset() : -1;
	}

	private Consumers none(String group, String protocol) {
		return consumers(group, protocol, "none").policy(Cause.NO_COMMITTED_OFFSET, Action.HOLD);
	}

	private static boolean isRead(Consumer<String, String> consumer, TopicPartition partition, long position) {
		return consumer.position(partition, Duration.ofSeconds(1)) == position;
	}

	private TopicPartition givenRecords(String topic, int records) {
		TopicPartition partition = new TopicPartition(topic, 0);
		cluster.createTopic(topic, 1);
		cluster.produce(partition, records);
		return partition;
	}

	private Consumers consumers(String group, String protocol, String reset) {
		return new Consumers(cluster, protocol, group).with("auto.offset.reset", reset);
	}

}
