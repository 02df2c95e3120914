/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.decision.Assignment;
import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.decision.Reason;
import dev.holdfast.kafka.offsetguard.decision.Resolution;
import dev.holdfast.kafka.offsetguard.decision.ResolutionResult;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.MoveLimits;
import dev.holdfast.kafka.offsetguard.policy.OffsetPolicy;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.awaitility.Awaitility.await;

/**
 * Somebody decides about a held partition: position 500 on a log of 20 to 100.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ResolutionTests {

	private final KafkaCluster cluster;

	ResolutionTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@CsvSource({ "classic, EARLIEST, 20", "consumer, EARLIEST, 20", "classic, LATEST, 100", "consumer, LATEST, 100" })
	void partitionReadsOnFromWhereItWasDecided(String protocol, Action action, long first) throws Exception {
		TopicPartition partition = prepare("resolved-%s-%s".formatted(protocol, action));
		// A policy's limits are not in somebody's way who has looked.
		Consumers consumers = consumers(protocol, partition)
			.policy(new OffsetPolicy(Map.of(), new MoveLimits(1L, 1L), List.of()));
		OffsetGuard guard = consumers.oneProcess().process();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			Consumers.pollUntil(consumer, () -> !guard.held().isEmpty());
			assertThat(guard.held()).isEqualTo(consumers.decisions);
			CompletableFuture<ResolutionResult> result = CompletableFuture
				.supplyAsync(() -> guard.resolve(partition.topic(), partition, by("alice", action)))
				.thenCompose((stage) -> stage);
			Map<TopicPartition, List<Long>> delivered = Consumers.pollUntil(consumer, result::isDone);
			cluster.produce(partition, 5);
			Consumers.pollInto(consumer, delivered, () -> Consumers.isAt(consumer, partition, 105));

			assertThat(delivered).isEqualTo(Map.of(partition, range(first, 105)));
			Decision decision = consumers.decisions.get(1);
			assertThat(result.get(10, TimeUnit.SECONDS)).isEqualTo(new ResolutionResult.Resolved(decision));
			assertThat(decision.action()).isEqualTo(action);
			assertThat(decision.outcome()).isEqualTo(new Outcome.ReadFrom(first));
			assertThat(decision.resolution()).isEqualTo(by("alice", action));
			assertThat(decision.summary()).endsWith(" by=\"alice\" reason=\"looked at \\\"it\\\"\"");
			assertThat(guard.held()).isEmpty();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void nobodyWaitsForTheLongPollThatHoldsIt(String protocol) {
		TopicPartition partition = prepare("first-poll-" + protocol);
		Consumers consumers = consumers(protocol, partition);
		OffsetGuard guard = consumers.oneProcess().process();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(partition));
			CompletableFuture<ResolutionResult> result = CompletableFuture.supplyAsync(() -> {
				await().atMost(Duration.ofSeconds(30)).until(() -> !guard.held().isEmpty());
				return guard.resolve(partition.topic(), partition, by("alice", Action.EARLIEST));
			}).thenCompose((stage) -> stage);

			assertThat(consumer.poll(Duration.ofSeconds(60)).count()).isPositive();
			assertThat(result).isCompletedWithValue(new ResolutionResult.Resolved(consumers.decisions.get(1)));
		}
	}

	/**
	 * A rest that is less than nothing is no timeout.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void pollOfAnyLengthIsOneWhileAPartitionIsHeld(String protocol) {
		TopicPartition partition = prepare("lengths-" + protocol);
		Consumers consumers = consumers(protocol, partition);
		OffsetGuard guard = consumers.oneProcess().process();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			Consumers.pollUntil(consumer, () -> !guard.held().isEmpty());
			for (long millis : new long[] { 0, 1, 999, 1000, 1001, 1002, 2001, 2002 }) {
				assertThat(consumer.poll(Duration.ofMillis(millis))).isEmpty();
			}
			assertThatIllegalArgumentException().isThrownBy(() -> consumer.poll(Duration.ofMillis(-1)));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void nobodyWaitsForALongPollToEnd(String protocol) {
		TopicPartition partition = prepare("long-poll-" + protocol);
		Consumers consumers = consumers(protocol, partition);
		OffsetGuard guard = consumers.oneProcess().process();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			Consumers.pollUntil(consumer, () -> !guard.held().isEmpty());
			CompletableFuture<ResolutionResult> result = CompletableFuture
				.supplyAsync(() -> guard.resolve(partition.topic(), partition, by("alice", Action.EARLIEST)),
						CompletableFuture.delayedExecutor(1500, TimeUnit.MILLISECONDS))
				.thenCompose((stage) -> stage);

			assertThat(consumer.poll(Duration.ofSeconds(60)).count()).isPositive();
			assertThat(result).isCompletedWithValue(new ResolutionResult.Resolved(consumers.decisions.get(1)));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void silenceOfTheBrokersIsNoEvidence(String protocol) {
		TopicPartition partition = prepare("silent-" + protocol);
		Consumers consumers = consumers(protocol, partition).timing(Duration.ofSeconds(1), Duration.ofSeconds(30));
		OffsetGuard guard = consumers.oneProcess().process();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			Consumers.pollUntil(consumer, () -> !guard.held().isEmpty());
			try (Fault.Handle silence = cluster.wire().inject(Fault.silence().forClient("holdfast-inspector-"))) {
				CompletableFuture<ResolutionResult> result = guard.resolve(partition.topic(), partition,
						by("alice", Action.EARLIEST));
				Consumers.pollUntil(consumer, result::isDone);
				assertThat(silence.hits()).isPositive();
				assertThat(result).isCompletedWithValue(new ResolutionResult.Failed(
						"The brokers did not answer in time, and nothing was done: try again"));
			}
			assertThat(guard.held()).hasSize(1);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void onlyOneOfTwoWins(String protocol) {
		TopicPartition partition = prepare("two-" + protocol);
		Consumers consumers = consumers(protocol, partition);
		OffsetGuard guard = consumers.oneProcess().process();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			Consumers.pollUntil(consumer, () -> !guard.held().isEmpty());
			CompletableFuture<ResolutionResult> one = guard.resolve(partition.topic(), partition,
					by("alice", Action.EARLIEST));
			CompletableFuture<ResolutionResult> other = guard.resolve(partition.topic(), partition,
					by("bob", Action.LATEST));

			assertThat(Consumers.pollTo(consumer, partition, 100)).isEqualTo(range(20, 100));
			Consumers.pollUntil(consumer, other::isDone);
			assertThat(one).isCompletedWithValue(new ResolutionResult.Resolved(consumers.decisions.get(1)));
			assertThat(other).isCompletedWithValue(new ResolutionResult.NotHeld());
			assertThat(guard.resolve(partition.topic(), partition, by("carol", Action.LATEST)))
				.isCompletedWithValue(new ResolutionResult.NotHeld());
			assertThat(consumers.decisions).hasSize(2);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void whatMakesNoSenseIsRefusedAndNothingMoves(String protocol) {
		TopicPartition partition = prepare("refused-" + protocol);
		Consumers consumers = consumers(protocol, partition);
		OffsetGuard guard = consumers.oneProcess().process();
		CompletableFuture<ResolutionResult> late;

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			Consumers.pollUntil(consumer, () -> !guard.held().isEmpty());
			assertThat(guard.resolve(partition.topic(), partition, by("alice", Action.KEEP)))
				.isCompletedWithValue(new ResolutionResult.NotAllowed(Cause.ABOVE_LOG_END, Set.of(Action.DIVERGENCE,
						Action.EARLIEST, Action.LATEST, Action.TIMESTAMP, Action.OFFSET, Action.FAIL)));
			assertThat(guard.resolve("others", partition, by("alice", Action.EARLIEST)))
				.isCompletedWithValue(new ResolutionResult.NotAssigned());
			// Nothing was delivered, so there is no timestamp to go to.
			CompletableFuture<ResolutionResult> nowhere = guard.resolve(partition.topic(), partition,
					by("alice", Action.TIMESTAMP));
			Consumers.pollUntil(consumer, nowhere::isDone);
			assertThat(nowhere).isCompletedWithValue(
					new ResolutionResult.StillHeld(consumers.decisions.get(0), Reason.of(Reason.Kind.NO_TARGET)));
			assertThat(consumer.position(partition)).isEqualTo(500);
			late = guard.resolve(partition.topic(), partition, by("alice", Action.EARLIEST));
		}

		assertThat(late).isCompletedWithValue(new ResolutionResult.Failed("its consumer was closed"));
		assertThat(guard.held()).isEmpty();
		assertThat(guard.resolve(partition.topic(), partition, by("alice", Action.EARLIEST)))
			.isCompletedWithValue(new ResolutionResult.NotAssigned());
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void whatIsCancelledBeforeThePollIsNotDone(String protocol) {
		TopicPartition partition = prepare("cancelled-" + protocol);
		Consumers consumers = consumers(protocol, partition);
		OffsetGuard guard = consumers.oneProcess().process();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			Consumers.pollUntil(consumer, () -> !guard.held().isEmpty());
			CompletableFuture<ResolutionResult> withdrawn = guard.resolve(partition.topic(), partition,
					by("alice", Action.EARLIEST));
			assertThat(withdrawn.cancel(false)).isTrue();
			CompletableFuture<ResolutionResult> next = guard.resolve(partition.topic(), partition,
					by("bob", Action.LATEST));
			Consumers.pollUntil(consumer, next::isDone);

			assertThat(next.cancel(false)).isFalse();
			assertThat(consumers.decisions).hasSize(2);
			assertThat(consumers.decisions.get(1).resolution()).isEqualTo(by("bob", Action.LATEST));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void tellsWhatIsAssignedAndWhoHasTheRest(String protocol) {
		TopicPartition held = prepare("assigned-" + protocol);
		Consumers consumers = consumers(protocol, held).with("client.id", "mine-" + protocol);
		OffsetGuard guard = consumers.oneProcess().process();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			assertThat(guard.owner(held.topic(), held, Duration.ofSeconds(10))).isEmpty();
			consumer.subscribe(List.of(held.topic()));
			Consumers.pollUntil(consumer, () -> !guard.held().isEmpty());

			assertThat(guard.assignments()).singleElement().satisfies((assignment) -> {
				assertThat(assignment.groupId()).isEqualTo(held.topic());
				assertThat(assignment.clientId()).isEqualTo("mine-" + protocol);
				assertThat(assignment.partitions()).singleElement().satisfies((partition) -> {
					assertThat(partition.partition()).isEqualTo(held);
					assertThat(partition.state()).isEqualTo(Assignment.State.HELD);
					assertThat(partition.hold()).isEqualTo(consumers.decisions.get(0));
					assertThat(partition.position()).isEqualTo(500);
				});
			});
			assertThat(guard.owner(held.topic(), held, Duration.ofSeconds(10)))
				.hasValueSatisfying((owner) -> assertThat(owner).startsWith("mine-" + protocol + " on /127.0.0.1"));
			assertThat(guard.owner(held.topic(), new TopicPartition(held.topic(), 1), Duration.ofSeconds(10)))
				.isEmpty();
		}
		assertThat(guard.assignments()).isEmpty();
	}

	@Test
	void reasonsFitIntoALine() {
		assertThat(new Resolution(Action.KEEP, "alice", "x".repeat(256)).reason()).hasSize(256);
		for (String reason : List.of("", " ", "x".repeat(257), "one\ntwo", "\u0007", "one\u2028two")) {
			assertThatIllegalArgumentException().isThrownBy(() -> new Resolution(Action.KEEP, "alice", reason))
				.withMessageStartingWith("'reason' ");
		}
		assertThatIllegalArgumentException().isThrownBy(() -> new Resolution(Action.KEEP, "", "because"))
			.withMessage("'by' is missing");
	}

	private static Resolution by(String name, Action action) {
		return new Resolution(action, name, "looked at \"it\"");
	}

	private Consumers consumers(String protocol, TopicPartition partition) {
		return new Consumers(cluster, protocol, partition.topic()).timing(Duration.ofSeconds(5),
				Duration.ofSeconds(30));
	}

	private TopicPartition prepare(String topic) {
		TopicPartition partition = new TopicPartition(topic, 0);
		cluster.createTopic(topic, 1);
		cluster.produce(partition, 100);
		cluster.deleteRecords(partition, 20);
		cluster.commit(topic, partition, new OffsetAndMetadata(500));
		return partition;
	}

}
