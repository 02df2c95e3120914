/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.OffsetDecisionException;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.decision.Resolution;
import dev.holdfast.kafka.offsetguard.decision.ResolutionResult;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.MoveLimits;
import dev.holdfast.kafka.offsetguard.policy.OffsetPolicy;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Positions outside the log, and positions that are only said to be.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@Tag("long")
class OutOfRangeTests {

	/** By which a poll brings time forward: a client has several polls for a fetch. */
	private static final Duration STEP = Duration.ofMillis(250);

	private final KafkaCluster cluster;

	OutOfRangeTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void belowLogStartGoesToTheEndIfThePolicySaysSo(String protocol) {
		TopicPartition partition = prepare("below-" + protocol, 20);
		cluster.deleteRecords(partition, 60);
		Consumers consumers = new Consumers(cluster, protocol, partition.topic()).policy(Cause.BELOW_LOG_START,
				Action.LATEST);

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));

			assertThat(Consumers.pollTo(consumer, partition, 100)).isEmpty();
		}
		assertThat(consumers.decisions).singleElement().satisfies((decision) -> {
			assertThat(decision.cause()).isEqualTo(Cause.BELOW_LOG_START);
			assertThat(decision.action()).isEqualTo(Action.LATEST);
			assertThat(decision.impact()).isEqualTo(new Decision.Impact(80, 0, 0));
			assertThat(decision.isNotable()).isTrue();
		});
	}

	@ParameterizedTest
	@CsvSource({ "classic, 40, false", "consumer, 40, false", "classic, 39, true", "consumer, 39, true" })
	void moveBeyondItsLimitIsHeld(String protocol, long maxSkip, boolean held) {
		TopicPartition partition = prepare("limit-%s-%d".formatted(protocol, maxSkip), 20);
		cluster.deleteRecords(partition, 60);
		Consumers consumers = new Consumers(cluster, protocol, partition.topic())
			.policy(new OffsetPolicy(Map.of(), new MoveLimits(0L, maxSkip), List.of()));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			Map<TopicPartition, List<Long>> delivered = Consumers.pollUntil(consumer,
					() -> !consumers.decisions.isEmpty() && (held || Consumers.isAt(consumer, partition, 100)));

			assertThat(delivered).isEqualTo(held ? Map.of() : Map.of(partition, range(60, 100)));
		}
		assertThat(consumers.decisions).singleElement().satisfies((decision) -> {
			assertThat(decision.policyAction()).isEqualTo(Action.EARLIEST);
			assertThat(decision.action()).isEqualTo(held ? Action.HOLD : Action.EARLIEST);
			assertThat(
					decision.summary().contains("action=hold policy=earliest limit=max-skip-records:39 would-lose=40 "))
				.isEqualTo(held);
		});
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void latestUnderReadCommittedIsTheLastStableOffset(String protocol) {
		TopicPartition partition = prepare("stable-" + protocol, 20);
		cluster.deleteRecords(partition, 60);
		Consumers consumers = new Consumers(cluster, protocol, partition.topic())
			.with("isolation.level", "read_committed")
			.policy(Cause.BELOW_LOG_START, Action.LATEST);

		try (Producer<String, String> producer = transactionalProducer(partition.topic());
				Consumer<String, String> consumer = consumers.guarded()) {
			producer.initTransactions();
			producer.beginTransaction();
			for (int i = 0; i < 5; i++) {
				producer.send(new ProducerRecord<>(partition.topic(), 0, null, "in flight"));
			}
			producer.flush();
			consumer.subscribe(List.of(partition.topic()));
			Consumers.pollUntil(consumer, () -> !consumers.decisions.isEmpty());
			assertThat(consumers.decisions.get(0).outcome()).isEqualTo(new Outcome.ReadFrom(100));
			producer.commitTransaction();
			Map<TopicPartition, List<Long>> delivered = Consumers.pollUntil(consumer,
					() -> consumer.position(partition) >= 105);

			assertThat(delivered).isEqualTo(Map.of(partition, range(100, 105)));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void heldPartitionIsReleasedByTheApplicationsSeek(String protocol) {
		TopicPartition partition = prepare("released-" + protocol, 500);
		Consumers consumers = new Consumers(cluster, protocol, partition.topic());

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			Consumers.pollUntil(consumer, () -> !consumers.decisions.isEmpty());
			consumer.resume(List.of(partition));
			assertThat(consumer.poll(Duration.ofMillis(200))).isEmpty();
			consumer.seek(partition, 90);

			assertThat(Consumers.pollTo(consumer, partition, 100)).isEqualTo(range(90, 100));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void failIsThrownFromThisAndEveryLaterPoll(String protocol) {
		TopicPartition partition = prepare("fail-" + protocol, 500);
		Consumers consumers = new Consumers(cluster, protocol, partition.topic()).policy(Cause.ABOVE_LOG_END,
				Action.FAIL);

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));

			assertThatExceptionOfType(OffsetDecisionException.class)
				.isThrownBy(() -> Consumers.pollUntil(consumer, () -> false))
				.satisfies((ex) -> assertThat(ex.decision().cause()).isEqualTo(Cause.ABOVE_LOG_END))
				.withMessageContaining("cause=above-log-end action=fail position=500")
				.satisfies((ex) -> assertThat(ex.partitions()).containsExactly(partition));
			assertThatExceptionOfType(OffsetDecisionException.class).isThrownBy(() -> consumer.poll(Duration.ZERO));
			assertThat(consumer.position(partition)).isEqualTo(500);
		}
		assertThat(consumers.decisions).hasSize(1);
	}

	/**
	 * One of the consumer protocol often delivers nothing in its first poll, guarded or
	 * not.
	 */
	@Test
	void aSinglePollDeliversWhatComesAfterADecision() {
		TopicPartition partition = prepare("single", 20);
		Consumers consumers = new Consumers(cluster, "classic", partition.topic());
		cluster.wire().inject(Fault.offsetOutOfRange().forClient(partition.topic()).times(1));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(partition));

			assertThat(consumer.poll(Duration.ofSeconds(30))).first().extracting(ConsumerRecord::offset).isEqualTo(20L);
		}
		assertThat(consumers.causes()).containsExactly(Cause.SPURIOUS_OUT_OF_RANGE);
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void aClaimRepeatedForEverIsNotAskedAboutAtEveryPoll(String protocol) {
		TopicPartition partition = prepare("stubborn-" + protocol, 20);
		Consumers consumers = new Consumers(cluster, protocol, partition.topic());
		OffsetGuard guard = consumers.oneProcess().process();
		cluster.wire().inject(Fault.offsetOutOfRange().forClient(partition.topic()));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			Consumers.pollUntil(consumer, () -> consumers.decisions.size() == 2);

			// 100 ms and then twice as long each time: the sixth time tells that it is
			// stuck.
			assertThat(inspections()).isEqualTo(6);
			assertThat(consumers.decisions.get(1).outcome()).isEqualTo(new Outcome.Held());
			assertThat(guard.held()).isEqualTo(List.of(consumers.decisions.get(1)));
			cluster.wire().honest();
			assertThat(Consumers.pollTo(consumer, partition, 100)).isEqualTo(range(20, 100));
			assertThat(guard.held()).isEmpty();
		}
	}

	/** One held partition, one line, one count, however long brokers are silent. */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void outageDoesNotChangeWhatAPartitionIsHeldInVainFor(String protocol) {
		TopicPartition partition = prepare("outage-" + protocol, 20);
		ScriptedClock clock = ScriptedClock.running();
		Consumers consumers = new Consumers(cluster, protocol, partition.topic()).clock(clock);
		OffsetGuard guard = consumers.oneProcess().process();
		Fault.Handle claim = cluster.wire().inject(Fault.offsetOutOfRange().forClient(partition.topic()));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			Consumers.pollUntil(consumer, () -> !guard.held().isEmpty());
			List<Decision> held = guard.held();
			Fault.Handle outage = cluster.wire().inject(Fault.silence(ApiKeys.LIST_OFFSETS));
			Instant later = clock.instant().plusSeconds(90);
			Consumers.pollUntil(consumer, clock.advancing(STEP, () -> clock.instant().isAfter(later)));
			assertThat(consumers.decisions).hasSize(2);
			assertThat(guard.held()).isEqualTo(held);
			outage.close();
			long inspected = inspections();
			Consumers.pollUntil(consumer, () -> inspections() > inspected + 1);
			assertThat(guard.held()).isEqualTo(held);
			claim.close();

			assertThat(Consumers.pollTo(consumer, partition, 100)).isEqualTo(range(20, 100));
			assertThat(consumers.decisions).hasSize(2);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void whoeverDoesNotWaitForTheClaimToEndCanFail(String protocol) {
		TopicPartition partition = prepare("resolved-" + protocol, 20);
		Consumers consumers = new Consumers(cluster, protocol, partition.topic());
		OffsetGuard guard = consumers.oneProcess().process();
		cluster.wire().inject(Fault.offsetOutOfRange().forClient(partition.topic()));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			Consumers.pollUntil(consumer, () -> !guard.held().isEmpty());
			CompletableFuture<ResolutionResult> result = guard.resolve(partition.topic(), partition,
					new Resolution(Action.FAIL, "alice", "enough"));

			assertThatExceptionOfType(OffsetDecisionException.class)
				.isThrownBy(() -> Consumers.pollUntil(consumer, result::isDone));
			assertThat(result).isCompletedWithValue(new ResolutionResult.Resolved(consumers.decisions.get(2)));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void whoeverWantsThePositionTriedAgainIsHeardAndTold(String protocol) {
		TopicPartition partition = prepare("tried-again-" + protocol, 20);
		Consumers consumers = new Consumers(cluster, protocol, partition.topic());
		OffsetGuard guard = consumers.oneProcess().process();
		Fault.Handle claim = cluster.wire().inject(Fault.offsetOutOfRange().forClient(partition.topic()));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			Consumers.pollUntil(consumer, () -> !guard.held().isEmpty());
			List<Decision> held = guard.held();
			assertThat(held).containsExactly(consumers.decisions.get(1));
			long inspected = inspections();
			// Tried again, in vain again: the operator still sees since when.
			Consumers.pollUntil(consumer, () -> inspections() > inspected);
			assertThat(guard.held()).isEqualTo(held);
			claim.close();
			Resolution resolution = new Resolution(Action.KEEP, "alice", "mended");
			List<CompletableFuture<ResolutionResult>> results = new ArrayList<>();
			Consumers.pollUntil(consumer, () -> {
				if (results.isEmpty()
						|| (results.get(0).isDone() && results.get(0).join() instanceof ResolutionResult.Failed)) {
					results.add(0, guard.resolve(partition.topic(), partition, resolution));
				}
				return results.get(0).isDone() && !(results.get(0).join() instanceof ResolutionResult.Failed);
			});

			assertThat(consumers.decisions).hasSize(3);
			assertThat(results.get(0)).isCompletedWithValue(new ResolutionResult.Resolved(consumers.decisions.get(2)));
			assertThat(consumers.decisions.get(2).outcome()).isEqualTo(new Outcome.ReadFrom(20));
			assertThat(consumers.decisions.get(2).resolution()).isEqualTo(resolution);
			assertThat(guard.held()).isEmpty();
		}
	}

	/**
	 * A log at whose end nothing is written says nothing about whether the position is
	 * good by now, but that nobody complains.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void whatIsHeldInVainIsForgottenWhenNobodyComplains(String protocol) {
		TopicPartition partition = prepare("quiet-" + protocol, 100);
		ScriptedClock clock = ScriptedClock.running();
		Consumers consumers = new Consumers(cluster, protocol, partition.topic()).clock(clock);
		OffsetGuard guard = consumers.oneProcess().process();
		Fault.Handle claim = cluster.wire().inject(Fault.offsetOutOfRange().forClient(partition.topic()));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			Consumers.pollUntil(consumer, () -> !guard.held().isEmpty());
			assertThat(consumers.decisions).hasSize(2);
			claim.close();

			Consumers.pollUntil(consumer, clock.advancing(STEP, () -> guard.held().isEmpty()));
			cluster.produce(partition, 5);
			assertThat(Consumers.pollTo(consumer, partition, 105)).isEqualTo(range(100, 105));
			assertThat(consumers.decisions).hasSize(2);
		}
	}

	/**
	 * As Spring's back-off does: a client that may not fetch has nothing to complain
	 * about.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void whatIsHeldInVainIsNotForgottenWhileTheApplicationPausesIt(String protocol) {
		TopicPartition partition = prepare("paused-in-vain-" + protocol, 100);
		ScriptedClock clock = ScriptedClock.running();
		Consumers consumers = new Consumers(cluster, protocol, partition.topic()).clock(clock);
		OffsetGuard guard = consumers.oneProcess().process();
		Fault.Handle claim = cluster.wire().inject(Fault.offsetOutOfRange().forClient(partition.topic()));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			Consumers.pollUntil(consumer, () -> !guard.held().isEmpty());
			consumer.pause(Set.of(partition));
			Instant later = clock.instant().plusSeconds(8);
			Consumers.pollUntil(consumer,
					clock.advancing(STEP, () -> clock.instant().isAfter(later) || guard.held().isEmpty()));
			assertThat(guard.held()).hasSize(1);
			assertThat(consumers.decisions).hasSize(2);

			claim.close();
			consumer.resume(Set.of(partition));
			Consumers.pollUntil(consumer, clock.advancing(STEP, () -> guard.held().isEmpty()));
			assertThat(consumers.decisions).hasSize(2);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void goodPositionIsTriedAgainWithinTheSamePoll(String protocol) {
		TopicPartition partition = prepare("same-poll-" + protocol, 20);
		Consumers consumers = new Consumers(cluster, protocol, partition.topic());
		Fault.Handle claim = cluster.wire().inject(Fault.offsetOutOfRange().forClient(partition.topic()).times(2));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(partition));

			List<Long> offsets = new ArrayList<>();
			consumer.poll(Duration.ofSeconds(60)).forEach((record) -> offsets.add(record.offset()));
			assertThat(claim.hits()).isEqualTo(2);
			assertThat(offsets).isNotEmpty();
			offsets.addAll(Consumers.pollTo(consumer, partition, 100));
			assertThat(offsets).isEqualTo(range(20, 100));
		}
	}

	private Producer<String, String> transactionalProducer(String id) {
		return new KafkaProducer<>(Map.of("bootstrap.servers", cluster.bootstrapServers(), "transactional.id", id),
				new StringSerializer(), new StringSerializer());
	}

	private long inspections() {
		return cluster.wire()
			.requests()
			.stream()
			.filter((request) -> request.clientId().startsWith("holdfast-inspector-"))
			.filter((request) -> request.api() == ApiKeys.LIST_OFFSETS)
			.count() / 4;
	}

	private TopicPartition prepare(String topic, long committed) {
		TopicPartition partition = new TopicPartition(topic, 0);
		cluster.createTopic(topic, 1);
		cluster.produce(partition, 100);
		cluster.commit(topic, partition, new OffsetAndMetadata(committed));
		return partition;
	}

}
