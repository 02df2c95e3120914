/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.decision.Reason;
import dev.holdfast.kafka.offsetguard.decision.Resolution;
import dev.holdfast.kafka.offsetguard.decision.ResolutionResult;
import dev.holdfast.kafka.offsetguard.internal.memory.Bookmark;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Leader epochs that no leader has reached, in commits and in bookmarks: 270 records in
 * epoch 0, and a position beyond them that is said to be one of epoch 7.
 */
@LyingKafka
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class EpochsAheadTests {

	private final KafkaCluster cluster;

	EpochsAheadTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	/**
	 * A client alone waits for a leader with that epoch, for ever, and nobody is told.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void commitAboveTheLogEndStaysOneWhenItIsLookedAtAgain(String protocol) {
		TopicPartition stalled = topicOf270("recheck-plain-" + protocol);
		cluster.commit(stalled.topic(), stalled, new OffsetAndMetadata(1000, Optional.of(7), ""));
		try (Consumer<String, String> plain = consumers(protocol, stalled).with("metadata.max.age.ms", 200).plain()) {
			plain.subscribe(List.of(stalled.topic()));
			Consumers.pollUntil(plain, () -> plain.assignment().contains(stalled));
			long asked = cluster.wire().count(stalled.topic(), ApiKeys.METADATA);
			cluster.produce(stalled, 5);

			assertThat(Consumers.pollUntil(plain,
					() -> cluster.wire().count(stalled.topic(), ApiKeys.METADATA) >= asked + 10))
				.isEmpty();
			assertThat(cluster.committed(stalled.topic()).get(stalled).offset()).isEqualTo(1000);
		}
		TopicPartition partition = topicOf270("recheck-" + protocol);
		cluster.commit(partition.topic(), partition, new OffsetAndMetadata(1000, Optional.of(7), ""));
		Consumers consumers = consumers(protocol, partition);

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			assertThat(Consumers.pollUntil(consumer, () -> inspections() >= 3)).isEmpty();

			assertThat(cluster.committed(partition.topic()).get(partition).offset()).isEqualTo(1000);
			assertThat(consumers.causes()).containsExactly(Cause.ABOVE_LOG_END);
			assertThat(consumers.decisions.get(0).outcome()).isEqualTo(new Outcome.Held());
		}
	}

	@ParameterizedTest
	@CsvSource({ "classic, LATEST, 270", "classic, EARLIEST, 0", "consumer, LATEST, 270", "consumer, EARLIEST, 0" })
	void commitAboveTheLogEndIsResolvedAsSuch(String protocol, Action action, long first) {
		TopicPartition partition = topicOf270("resolve-%s-%s".formatted(protocol, action));
		cluster.commit(partition.topic(), partition, new OffsetAndMetadata(1000, Optional.of(7), ""));
		Consumers consumers = consumers(protocol, partition);
		OffsetGuard guard = consumers.oneProcess().process();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			Consumers.pollUntil(consumer, () -> inspections() >= 2);
			CompletableFuture<ResolutionResult> result = guard.resolve(partition.topic(), partition,
					new Resolution(action, "alice", "looked at it"));
			Map<TopicPartition, List<Long>> delivered = Consumers.pollUntil(consumer, result::isDone);
			assertThat(result).isCompletedWithValue(new ResolutionResult.Resolved(consumers.decisions.get(1)));
			cluster.produce(partition, 5);
			Consumers.pollInto(consumer, delivered, () -> Consumers.isAt(consumer, partition, 275));

			assertThat(delivered).isEqualTo(Map.of(partition, range(first, 275)));
		}
	}

	/**
	 * The client has read the commit for the application, and believes it: it would read
	 * nothing, wherever it is sent.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void clientThatHasReadTheCommitIsNotSentWhereItWouldWait(String protocol) {
		TopicPartition partition = topicOf270("resolve-read-" + protocol);
		cluster.commit(partition.topic(), partition, new OffsetAndMetadata(1000, Optional.of(7), ""));
		Consumers consumers = consumers(protocol, partition);
		OffsetGuard guard = consumers.oneProcess().process();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			consumer.committed(Set.of(partition));
			Consumers.pollUntil(consumer, () -> inspections() >= 2);
			CompletableFuture<ResolutionResult> result = guard.resolve(partition.topic(), partition,
					new Resolution(Action.LATEST, "alice", "looked at it"));
			Consumers.pollUntil(consumer, result::isDone);

			assertThat(result).isCompletedWithValue(new ResolutionResult.StillHeld(consumers.decisions.get(0),
					Reason.of(Reason.Kind.EPOCH_NOT_REACHED)));
			assertThat(consumers.causes()).containsExactly(Cause.ABOVE_LOG_END);
			assertThat(consumer.position(partition)).isEqualTo(1000);
		}
	}

	/**
	 * A client does not forget an epoch when it gives a partition up, and gets it back.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void clientThatWaitsForTheEpochIsHeldAgainAfterARebalance(String protocol) {
		String topic = "back-" + protocol;
		cluster.createTopic(topic, 2);
		Set<TopicPartition> partitions = Set.of(new TopicPartition(topic, 0), new TopicPartition(topic, 1));
		for (TopicPartition partition : partitions) {
			cluster.produce(partition, 100);
			cluster.commit(topic, partition, new OffsetAndMetadata(50, Optional.of(7), ""));
		}
		Consumers consumers = new Consumers(cluster, protocol, topic).timing(Duration.ofSeconds(20),
				Duration.ofMillis(300));
		OffsetGuard guard = consumers.oneProcess().process();
		Consumers others = new Consumers(cluster, protocol, topic).with("client.id", topic + "-other");

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(topic));
			consumer.committed(partitions);
			Consumers.pollUntil(consumer, () -> guard.held().size() == 2);
			try (Consumer<String, String> other = others.guarded()) {
				other.subscribe(List.of(topic));
				Consumers.pollUntil(consumer, () -> {
					other.poll(Duration.ofMillis(50));
					return other.assignment().size() == 1 && Consumers.areAt(other, other.assignment(), 100);
				});
			}
			assertThat(Consumers.pollUntil(consumer,
					() -> consumer.assignment().equals(partitions) && guard.held().size() == 2))
				.isEmpty();

			assertThat(consumers.causes()).containsOnly(Cause.EPOCH_AHEAD);
		}
		assertThat(others.causes()).isEmpty();
	}

	/**
	 * To a client alone a bookmark is nothing but metadata: it starts at the end.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, 999", "consumer, 999", "classic, 990", "consumer, 990" })
	void epochInABookmarkDoesNotHoldWhatThePolicyMoves(String protocol, long witness) throws Exception {
		TopicPartition unguarded = topicOf270("bookmark-plain-%s-%d".formatted(protocol, witness));
		cluster.commit(unguarded.topic(), unguarded, bookmarked(1000, witness));
		try (Consumer<String, String> plain = consumers(protocol, unguarded).plain()) {
			plain.subscribe(List.of(unguarded.topic()));
			assertThat(Consumers.pollTo(plain, unguarded, 270)).isEmpty();
			cluster.produce(unguarded, 5);
			assertThat(Consumers.pollTo(plain, unguarded, 275)).isEqualTo(range(270, 275));
		}
		TopicPartition partition = topicOf270("bookmark-%s-%d".formatted(protocol, witness));
		cluster.commit(partition.topic(), partition, bookmarked(1000, witness));
		Consumers consumers = consumers(protocol, partition).policy(Cause.ABOVE_LOG_END, Action.LATEST);

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			Map<TopicPartition, List<Long>> delivered = Consumers.pollUntil(consumer,
					() -> !consumers.decisions.isEmpty());
			cluster.produce(partition, 5);
			Consumers.pollInto(consumer, delivered, () -> Consumers.isAt(consumer, partition, 275));

			assertThat(delivered).isEqualTo(Map.of(partition, range(270, 275)));
			assertThat(consumers.decisions).singleElement().satisfies((decision) -> {
				assertThat(decision.cause()).isEqualTo(Cause.ABOVE_LOG_END);
				assertThat(decision.outcome()).isEqualTo(new Outcome.ReadFrom(270));
			});
		}
	}

	private Consumers consumers(String protocol, TopicPartition partition) {
		return new Consumers(cluster, protocol, partition.topic()).timing(Duration.ofSeconds(20),
				Duration.ofMillis(300));
	}

	private TopicPartition topicOf270(String topic) {
		TopicPartition partition = new TopicPartition(topic, 0);
		cluster.createTopic(topic, 1);
		cluster.produce(partition, 270);
		return partition;
	}

	private OffsetAndMetadata bookmarked(long offset, long witness) throws Exception {
		String clusterId = cluster.admin().describeCluster().clusterId().get();
		return new OffsetAndMetadata(offset, Optional.empty(),
				new Bookmark(clusterId, null, offset, 1, witness, 7, 1_000, true, "").toString());
	}

	/**
	 * Each asks for both bounds twice.
	 */
	private long inspections() {
		return cluster.wire().count("holdfast-inspector-", ApiKeys.LIST_OFFSETS) / 4;
	}

}
