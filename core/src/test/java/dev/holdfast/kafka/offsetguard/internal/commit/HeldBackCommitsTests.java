/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.commit;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.holdfast.kafka.offsetguard.internal.client.AutoOffsetReset;
import dev.holdfast.kafka.offsetguard.internal.client.ClientPositions;
import dev.holdfast.kafka.offsetguard.internal.client.ClientReports;
import dev.holdfast.kafka.offsetguard.internal.client.CurrentMode;
import dev.holdfast.kafka.offsetguard.internal.client.Pauses;
import dev.holdfast.kafka.offsetguard.internal.cluster.ClientCluster;
import dev.holdfast.kafka.offsetguard.internal.partition.Holds;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionStates;
import dev.holdfast.kafka.offsetguard.internal.partition.UndecidedStarts;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.clients.consumer.RetriableCommitFailedException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What is committed late, and what must not be: 190 is held back at position 200.
 */
class HeldBackCommitsTests {

	private static final TopicPartition PARTITION = new TopicPartition("orders", 0);

	private static final Map<TopicPartition, OffsetAndMetadata> HELD_BACK = Map.of(PARTITION,
			new OffsetAndMetadata(190, "mine"));

	private final CommittingClient client = new CommittingClient();

	private final Pauses pauses = new Pauses(client);

	private final PartitionStates states = new PartitionStates(
			new UndecidedStarts(client, pauses, false, AutoOffsetReset.Strategy.LATEST), GuardClock.system());

	private final HeldBackCommits commits = new HeldBackCommits(client);

	HeldBackCommitsTests() {
		HELD_BACK.forEach(commits::holdBack);
	}

	@Test
	void isMadeUpForOnceThePositionIsGood() {
		commits.commitDue();
		assertThat(client.sent).isEmpty();
		commits.makeDue(PARTITION, 200);
		commits.commitDue();
		client.complete(0, null);
		commits.commitDue();
		assertThat(client.sent).containsExactly(HELD_BACK);
		assertThat(commits.isEmpty()).isTrue();
	}

	@ParameterizedTest
	@CsvSource({ "190, 1", "189, 0" })
	void isNeverAheadOfThePosition(long position, int sent) {
		commits.makeDue(PARTITION, position);
		commits.commitDue();
		assertThat(client.sent).hasSize(sent);
	}

	@Test
	void isForgottenWhenTheApplicationHasCommittedSince() {
		commits.makeDue(PARTITION, 200);
		Holds holds = new Holds(client, pauses, states, OffsetGuardSettings.defaults().timing().holdRecheck(),
				GuardClock.system());
		ClientPositions positions = new ClientPositions(client, new ClientReports(client, pauses), () -> {
		});
		CommitFilter filter = new CommitFilter(client, states, positions, holds, commits, (partition, offset) -> false,
				new CommitFilter.OtherCluster(client, new ClientCluster(client, () -> null), pauses, states,
						new CurrentMode(() -> OffsetGuardSettings.Mode.ENFORCE)));
		Map<TopicPartition, OffsetAndMetadata> later = Map.of(PARTITION, new OffsetAndMetadata(200));
		assertThat(filter.committable(later)).isEqualTo(later);
		commits.commitDue();
		assertThat(client.sent).isEmpty();
	}

	@Test
	void waitsOnWhenThePositionIsInDoubtAgain() {
		commits.makeDue(PARTITION, 200);
		commits.doubt(PARTITION);
		commits.commitDue();
		assertThat(client.sent).isEmpty();
		commits.makeDue(PARTITION, 200);
		commits.commitDue();
		assertThat(client.sent).containsExactly(HELD_BACK);
	}

	@Test
	void isForgottenWhenThePartitionIsTakenAway() {
		commits.makeDue(PARTITION, 200);
		commits.forget(List.of(PARTITION));
		commits.commitDue();
		assertThat(client.sent).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "true, false, 2", "true, true, 1", "false, false, 1" })
	void isSentAgainUnlessSomethingNewerIsKnown(boolean retriable, boolean superseded, int sent) {
		commits.makeDue(PARTITION, 200);
		commits.commitDue();
		if (superseded) {
			commits.forget(PARTITION);
		}
		client.complete(0, retriable ? new RetriableCommitFailedException("") : new KafkaException(""));
		commits.commitDue();
		assertThat(client.sent).hasSize(sent);
	}

	@Test
	void isNotLostWhenACallbackOfTheApplicationThrows() {
		commits.makeDue(PARTITION, 200);
		client.failure = new IllegalStateException("The application's own");
		assertThatExceptionOfType(IllegalStateException.class).isThrownBy(commits::commitDue);
		client.failure = null;
		commits.commitDue();
		assertThat(client.sent).containsExactly(HELD_BACK);
	}

	/** Remembers what it was to commit. */
	private static final class CommittingClient extends MockConsumer<String, String> {

		final List<Map<TopicPartition, OffsetAndMetadata>> sent = new ArrayList<>();

		private final List<OffsetCommitCallback> callbacks = new ArrayList<>();

		RuntimeException failure;

		CommittingClient() {
			super("none");
		}

		@Override
		public synchronized void commitAsync(Map<TopicPartition, OffsetAndMetadata> offsets,
				OffsetCommitCallback callback) {
			if (failure != null) {
				throw failure;
			}
			sent.add(offsets);
			callbacks.add(callback);
		}

		/** An async client gives no offsets to the callback of a failed commit. */
		void complete(int commit, Exception exception) {
			callbacks.get(commit).onComplete((exception != null) ? null : sent.get(commit), exception);
		}

	}

}
