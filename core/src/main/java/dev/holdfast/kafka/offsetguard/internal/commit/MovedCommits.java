/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.commit;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

import dev.holdfast.kafka.offsetguard.internal.client.ClientPositions;
import dev.holdfast.kafka.offsetguard.internal.client.SomePartitions;
import dev.holdfast.kafka.offsetguard.internal.memory.CommitMemory;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionState;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionStates;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import dev.holdfast.kafka.offsetguard.internal.time.Retry;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits where a decision has moved partitions to, so that it lasts: the next consumer
 * would start at the old commit and decide the same again. The guard does so only if that
 * acknowledges no record for the application, and moves no commit back behind its own.
 * <p>
 * The guard commits after the application has polled once more, and only if the consumer
 * or its group commits on the partition at all. It waits until the application has
 * committed all that it has got before the move, as far as the log still has it. For a
 * move back it waits until the application's last commit is above the target. Belongs to
 * the consumer's thread.
 */
public final class MovedCommits implements CommitFilter.Moves {

	private static final Logger logger = LoggerFactory.getLogger(MovedCommits.class);

	private final PositionCommits commits;

	private final CommitMemory memory;

	private final PartitionStates states;

	private final ClientPositions positions;

	private final Map<TopicPartition, Move> moves = new HashMap<>();

	/** Of those, how many the guard has yet to commit. */
	private int unsent;

	private final Retry retry;

	private boolean transactional;

	/**
	 * A decision that has moved a partition.
	 *
	 * @param from the position before
	 * @param target the position after
	 * @param logStart where the log started then, -1 if the guard did not know it
	 * @param poll in which of the application's polls the guard decided
	 * @param sent whether the guard has committed the target
	 */
	private record Move(long from, long target, long logStart, int poll, boolean sent) {

		private boolean isBack() {
			return target < from;
		}

		/**
		 * Whether the target acknowledges nothing for the application.
		 * @param committed the group's last commit, -1 for none
		 */
		private boolean isCommittable(long committed) {
			return isBack() ? target <= committed : Math.max(committed, logStart) >= from;
		}

		private Move sent(boolean now) {
			return new Move(from, target, logStart, poll, now);
		}

	}

	public MovedCommits(PositionCommits commits, CommitMemory memory, PartitionStates states, ClientPositions positions,
			GuardClock clock) {
		this.commits = commits;
		this.memory = memory;
		this.states = states;
		this.positions = positions;
		this.retry = new Retry(clock);
	}

	/**
	 * Stops: the application commits in a producer's transactions.
	 */
	public void leaveToTransactions() {
		transactional = true;
		forgetAll();
	}

	/**
	 * Whether the guard will commit the target of a move, now or once the application has
	 * committed what it has in hand.
	 */
	public boolean isCommitting(TopicPartition partition) {
		return !transactional && commits.isCommitting() && (commits.isByOffsets() || memory.isKnown(partition));
	}

	/**
	 * Takes note of a decision that has moved a partition.
	 * @param from the position before
	 * @param target the position after
	 * @param logStart where the log starts, -1 if the guard does not know it
	 */
	public void moved(TopicPartition partition, long from, long target, long logStart) {
		if (!transactional && commits.isCommitting()) {
			moves.put(partition, new Move(from, target, logStart, states.polls(), false));
			count();
		}
	}

	/**
	 * Whether a commit is about records from before a move, and would undo it: behind the
	 * target that the guard has committed, or above a position to which the guard has
	 * moved the partition back.
	 */
	@Override
	public boolean isLate(TopicPartition partition, long offset) {
		Move move = moves.isEmpty() ? null : moves.get(partition);
		if (move == null || offset > move.from) {
			return false;
		}
		if (!move.isBack()) {
			return move.sent;
		}
		PartitionState state = states.find(partition);
		return offset > move.target && state != null && offset > state.position()
				&& positions.nowQuietly(partition).orElse(-1) < offset;
	}

	/**
	 * Takes note of commits of the application's. One of records from after a move takes
	 * the place of the guard's.
	 */
	void committing(Map<TopicPartition, OffsetAndMetadata> offsets) {
		if (moves.isEmpty()) {
			return;
		}
		offsets.forEach((partition, offset) -> {
			Move move = moves.get(partition);
			if (move != null && offset != null && isAfter(move, offset.offset())) {
				moves.remove(partition);
			}
		});
		count();
	}

	private static boolean isAfter(Move move, long offset) {
		return move.isBack() ? offset >= move.target : offset > move.from;
	}

	/**
	 * The application commits all that it has consumed, which is where partitions were
	 * moved to, or more.
	 */
	void committingAll() {
		forgetAll();
	}

	/**
	 * Commits what may be committed by now. Must not be called with records in hand, see
	 * {@link HeldBackCommits#commitDue()}.
	 */
	public void commitDue() {
		if (unsent == 0 || !retry.isDue()) {
			return;
		}
		Map<TopicPartition, OffsetAndMetadata> due = new HashMap<>();
		moves.forEach((partition, move) -> {
			if (!move.sent && move.poll != states.polls() && isCommitting(partition)
					&& move.isCommittable(memory.committedOffset(partition))) {
				due.put(partition, new OffsetAndMetadata(move.target));
			}
		});
		if (due.isEmpty()) {
			return;
		}
		due.keySet().forEach((partition) -> moves.computeIfPresent(partition, (key, move) -> move.sent(true)));
		count();
		commits.commitAsync(due, (offsets) -> offsets, (offsets, failure) -> complete(due, failure));
	}

	private void complete(Map<TopicPartition, OffsetAndMetadata> due, @Nullable Exception failure) {
		retry.note(failure != null);
		if (failure == null) {
			return;
		}
		logger.info("Could not commit where {} went on: {}", SomePartitions.of(due.keySet()), failure.toString());
		due.forEach((partition, offset) -> {
			Move move = moves.get(partition);
			if (move != null && move.target == offset.offset() && failure instanceof RetriableException) {
				moves.put(partition, move.sent(false));
			}
		});
		count();
	}

	private void count() {
		unsent = (int) moves.values().stream().filter((move) -> !move.sent).count();
	}

	/**
	 * Forgets moves: the application has sought the partitions, the guard holds them, or
	 * they were taken away.
	 */
	public void forget(Collection<TopicPartition> partitions) {
		if (!moves.isEmpty()) {
			partitions.forEach(moves::remove);
			count();
		}
	}

	/**
	 * Forgets moves of partitions that are not assigned any more.
	 */
	public void retain(Collection<TopicPartition> assigned) {
		moves.keySet().retainAll(Set.copyOf(assigned));
		count();
	}

	/**
	 * Forgets all moves.
	 */
	public void forgetAll() {
		moves.clear();
		unsent = 0;
	}

}
