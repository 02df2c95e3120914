/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.DecisionListener;
import dev.holdfast.kafka.offsetguard.internal.client.AutoOffsetReset;
import dev.holdfast.kafka.offsetguard.internal.client.ClientConfiguration;
import dev.holdfast.kafka.offsetguard.internal.cluster.ToldCluster;
import dev.holdfast.kafka.offsetguard.internal.consumer.GuardContext;
import dev.holdfast.kafka.offsetguard.internal.consumer.GuardedRebalanceListener;
import dev.holdfast.kafka.offsetguard.internal.consumer.PositionGuard;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import dev.holdfast.kafka.versioncap.ClientCap;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.clients.consumer.RetriableCommitFailedException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.OffsetMetadataTooLarge;
import org.apache.kafka.common.errors.TimeoutException;
import org.awaitility.Awaitility;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Races between what a client reports and what it does meanwhile, one step at a time: a
 * real client does not let itself be stopped between two of them.
 */
class PositionGuardTests {

	private static final TopicPartition PARTITION = new TopicPartition("orders", 0);

	private final ScriptedClient client = new ScriptedClient();

	private final List<Decision> decisions = new ArrayList<>();

	private final List<Duration> inspections = new ArrayList<>();

	/** What callbacks of commits were told. */
	private final List<Exception> failures = new ArrayList<>();

	private final DecisionListener listener = new DecisionListener() {

		@Override
		public void onDecision(Decision decision) {
			decisions.add(decision);
		}

		@Override
		public void onInspection(@Nullable String groupId, Duration duration) {
			inspections.add(duration);
		}

	};

	private PositionGuard<String, String> guard = guard(false);

	/**
	 * A client that commits by itself is not kept from the positions that it finds.
	 */
	private PositionGuard<String, String> guard(boolean autoCommit) {
		return new PositionGuard<>(client,
				new ClientConfiguration(Map.of(), "group", "client", AutoOffsetReset.parse("earliest"), false,
						autoCommit, false, Duration.ofMinutes(5)),
				GuardContext.of(OffsetGuardSettings.defaults(), null, List.of(listener), ClientCap.none()),
				() -> new ToldCluster.Told("cluster", 0), Consumers.unknownVersions());
	}

	/**
	 * The coordinator answers the guard too late, and the client in time.
	 */
	@Test
	void recordsAreNotedBeforeALateReportIsDecidedAbout() {
		guard = guard(true);
		client.committedFailures = 1;
		client.positionsKnown = false;
		guard.assign(Set.of(PARTITION));
		client.seek(PARTITION, 10);
		client.failNextPoll(new NoOffsetForPartitionException(PARTITION));
		client.deliver(10, 15);

		assertThat(offsets()).isEqualTo(range(10, 15));
		assertThat(client.sought).containsExactly(10L);
		assertThat(decisions).isEmpty();
	}

	/**
	 * The client has yet to look up the log start when it reports what was true before.
	 */
	@Test
	void lateReportDoesNotOverrideSeekToBeginning() {
		client.positionsKnown = false;
		guard.assign(Set.of(PARTITION));
		guard.seekToBeginning(Set.of(PARTITION));
		client.failNextPoll(new NoOffsetForPartitionException(PARTITION));

		assertThat(offsets()).isEmpty();
		client.deliver(0, 5);
		assertThat(offsets()).isEqualTo(range(0, 5));
		// The client's own look-up, and no seek of the guard's.
		assertThat(client.sought).containsExactly(0L);
		assertThat(decisions).isEmpty();
	}

	/**
	 * The client reports what was claimed about a position that the application has left
	 * since.
	 */
	@Test
	void lateClaimIsNotLookedIntoAfterSeek() {
		readTo15(Set.of(PARTITION));
		client.positionsKnown = true;
		guard.seek(PARTITION, new OffsetAndMetadata(12));
		client.failNextPoll(truncationClaim());

		assertThat(offsets()).isEmpty();
		assertThat(client.sought).containsExactly(12L);
		assertThat(decisions).isEmpty();
		assertThat(inspections).isEmpty();
	}

	/**
	 * As before, and the client was polled in between without coming to what it had to
	 * report.
	 */
	@Test
	void laterClaimIsNotLookedIntoAfterSeek() {
		readTo15(Set.of(PARTITION));
		client.positionsKnown = true;
		guard.seek(PARTITION, new OffsetAndMetadata(12));
		assertThat(offsets()).isEmpty();
		client.failNextPoll(truncationClaim());

		assertThat(offsets()).isEmpty();
		assertThat(client.sought).containsExactly(12L);
		assertThat(decisions).isEmpty();
		assertThat(inspections).isEmpty();
	}

	/**
	 * A claim that the client has heard before a rebalance, and throws after it: to go on
	 * where it was then would skip what has not been committed.
	 */
	@ParameterizedTest
	@ValueSource(booleans = { true, false })
	void claimFromAnEarlierAssignmentIsDropped(boolean positionsKnown) {
		readTo15(Set.of(PARTITION));
		client.rebalance(Set.of());
		client.rebalance(Set.of(PARTITION));
		client.positionsKnown = positionsKnown;
		client.failNextPoll(truncationClaim());

		assertThat(offsets()).isEmpty();
		// On a busy machine the partition waits at its commit for a moment, which is a
		// seek
		// more.
		assertThat(client.sought).containsOnly(10L).hasSizeBetween(positionsKnown ? 1 : 2, positionsKnown ? 2 : 3);
		assertThat(decisions).isEmpty();
		assertThat(inspections).isEmpty();
	}

	/**
	 * A client may be past markers of which nothing is delivered: what it says then is
	 * not from before. The guard decides about the position that it knows of, since going
	 * on at the other one could skip records if the claim was late after all.
	 */
	@Test
	void claimThatIsRepeatedIsNotDropped() {
		readTo15(Set.of(PARTITION));
		client.rebalance(Set.of());
		client.rebalance(Set.of(PARTITION));
		client.failNextPoll(truncationClaim());
		assertThat(offsets()).isEmpty();
		client.failNextPoll(truncationClaim());

		pollUntilDecided();
		assertThat(decisions).singleElement().satisfies((decision) -> {
			assertThat(decision.cause()).isEqualTo(Cause.UNVERIFIABLE);
			assertThat(decision.evidence().position()).isEqualTo(10);
		});
	}

	/**
	 * The coordinator answers the guard too late, and the client in time, whose position
	 * is then held: when the coordinator answers at last, that is no news.
	 */
	@Test
	void partitionThatWasDecidedAboutDoesNotStartAgain() {
		guard = guard(true);
		client.committedFailures = 1;
		guard.assign(Set.of(PARTITION));
		client.seek(PARTITION, 10);
		client.failNextPoll(new OffsetOutOfRangeException(Map.of(PARTITION, 10L)));

		pollUntilDecided();
		assertThat(decisions).extracting(Decision::cause).containsExactly(Cause.UNVERIFIABLE);
		client.sought.clear();

		assertThat(offsets()).isEmpty();
		assertThat(client.sought).isEmpty();
		assertThat(guard.holds().contains(PARTITION)).isTrue();
	}

	/**
	 * Between a claim and the decision about it the partition goes and comes back, while
	 * the client is polled for what it has to say about the other one.
	 */
	@Test
	void reportAboutAnEarlierAssignmentIsDropped() {
		TopicPartition other = new TopicPartition("orders", 1);
		readTo15(Set.of(PARTITION, other));
		client.failNextPoll(truncationClaim());
		client.schedulePollTask(() -> {
			client.rebalance(Set.of(other));
			client.rebalance(Set.of(PARTITION, other));
		});

		assertThat(offsets()).isEmpty();
		assertThat(decisions).isEmpty();
		assertThat(client.sought).containsExactly(10L);
	}

	/**
	 * As before, while the client is asked for its position.
	 */
	@Test
	void reportIsDroppedWhenItsPartitionIsAssignedAnewOnTheWay() {
		TopicPartition other = new TopicPartition("orders", 1);
		readTo15(Set.of(PARTITION, other));
		client.failNextPoll(truncationClaim());
		client.beforePosition = () -> {
			client.rebalance(Set.of(other));
			client.rebalance(Set.of(PARTITION, other));
		};

		assertThat(offsets()).isEmpty();
		assertThat(decisions).isEmpty();
		assertThat(client.sought).containsExactly(10L);
	}

	/**
	 * The application's later commit waits for a decision: the earlier one must not take
	 * its place.
	 */
	@Test
	void refusedCommitIsNotSentAgainBehindOneThatIsHeldBack() {
		readTo15(Set.of(PARTITION));
		guard.commits().commitAsync(Map.of(PARTITION, new OffsetAndMetadata(12)), this::completed);
		client.failNextPoll(truncationClaim());
		pollUntilDecided();
		assertThat(guard.holds().contains(PARTITION)).isTrue();
		guard.commits().commitSync(Map.of(PARTITION, new OffsetAndMetadata(15)), null);
		assertThat(client.commitsSync).containsExactly(Map.of());

		client.refuseCommit();
		assertThat(client.commitsAsync).hasSize(1);
		assertThat(failures).singleElement().isInstanceOf(RetriableCommitFailedException.class);
	}

	/**
	 * Whoever has the partition now may have committed more.
	 */
	@Test
	void refusedCommitIsNotSentAgainAfterARebalance() {
		readTo15(Set.of(PARTITION));
		guard.commits().commitAsync(Map.of(PARTITION, new OffsetAndMetadata(12)), this::completed);
		client.rebalance(Set.of());

		client.refuseCommit();
		assertThat(client.commitsAsync).hasSize(1);
		assertThat(failures).singleElement().isInstanceOf(RetriableCommitFailedException.class);
	}

	@Test
	void refusedCommitIsSentAgainWithoutItsBookmark() {
		readTo15(Set.of(PARTITION));
		guard.commits().commitAsync(Map.of(PARTITION, new OffsetAndMetadata(12)), this::completed);

		client.refuseCommit();
		assertThat(client.commitsAsync).hasSize(2);
		assertThat(client.commitsAsync.get(1)).isEqualTo(Map.of(PARTITION, new OffsetAndMetadata(12)));
		assertThat(failures).isEmpty();
	}

	private void completed(@Nullable Map<TopicPartition, OffsetAndMetadata> offsets, @Nullable Exception failure) {
		if (failure != null) {
			failures.add(failure);
		}
	}

	private void readTo15(Set<TopicPartition> assignment) {
		client.subscribe(Set.of("orders"), new GuardedRebalanceListener(guard, null));
		client.rebalance(assignment);
		client.deliver(10, 15);
		assertThat(offsets()).isEqualTo(range(10, 15));
		client.sought.clear();
		client.positionsKnown = false;
	}

	private static LogTruncationException truncationClaim() {
		return new LogTruncationException("", Map.of(PARTITION, 15L),
				Map.of(PARTITION, new OffsetAndMetadata(0, Optional.of(0), "")));
	}

	/** Evidence is gathered beside the poll. */
	private void pollUntilDecided() {
		Awaitility.await().until(() -> {
			assertThat(offsets()).isEmpty();
			return !decisions.isEmpty();
		});
	}

	private List<Long> offsets() {
		List<Long> offsets = new ArrayList<>();
		guard.poll(Duration.ZERO).forEach((record) -> offsets.add(record.offset()));
		return offsets;
	}

	/**
	 * A client of kafka-clients' own for tests, whose answers can be had late. 10 is
	 * committed.
	 */
	private static final class ScriptedClient extends MockConsumer<String, String> {

		final List<Long> sought = new ArrayList<>();

		boolean positionsKnown = true;

		int committedFailures;

		Runnable beforePosition = () -> {
		};

		final List<Map<TopicPartition, OffsetAndMetadata>> commitsSync = new ArrayList<>();

		final List<Map<TopicPartition, OffsetAndMetadata>> commitsAsync = new ArrayList<>();

		private final List<OffsetCommitCallback> callbacks = new ArrayList<>();

		ScriptedClient() {
			super("none");
			updateBeginningOffsets(Map.of(PARTITION, 0L));
			updateEndOffsets(Map.of(PARTITION, 100L));
		}

		void failNextPoll(KafkaException failure) {
			schedulePollTask(() -> {
				throw failure;
			});
		}

		void deliver(long from, long to) {
			schedulePollTask(() -> range(from, to)
				.forEach((offset) -> addRecord(new ConsumerRecord<>(PARTITION.topic(), 0, offset, null, "value"))));
		}

		@Override
		public synchronized void seek(TopicPartition partition, OffsetAndMetadata offset) {
			sought.add(offset.offset());
			super.seek(partition, offset);
		}

		@Override
		public synchronized void seek(TopicPartition partition, long offset) {
			seek(partition, new OffsetAndMetadata(offset));
		}

		@Override
		public synchronized Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions,
				Duration timeout) {
			if (committedFailures-- > 0) {
				throw new TimeoutException("no coordinator");
			}
			Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
			partitions.forEach((partition) -> committed.put(partition, new OffsetAndMetadata(10)));
			return committed;
		}

		@Override
		public synchronized void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets) {
			commitsSync.add(offsets);
		}

		@Override
		public synchronized void commitAsync(Map<TopicPartition, OffsetAndMetadata> offsets,
				OffsetCommitCallback callback) {
			commitsAsync.add(offsets);
			callbacks.add(callback);
		}

		/**
		 * The first asynchronous commit is refused for its metadata.
		 */
		void refuseCommit() {
			callbacks.get(0).onComplete(commitsAsync.get(0), new OffsetMetadataTooLarge("too large"));
		}

		@Override
		public synchronized long position(TopicPartition partition, Duration timeout) {
			Runnable before = beforePosition;
			beforePosition = () -> {
			};
			before.run();
			if (!positionsKnown) {
				throw new TimeoutException("not yet");
			}
			return super.position(partition, timeout);
		}

	}

}
