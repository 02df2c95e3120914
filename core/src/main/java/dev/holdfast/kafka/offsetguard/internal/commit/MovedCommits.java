/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.commit;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
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

	private static final Duration PATIENCE = Duration.ofSeconds(1);

	private final PositionCommits commits;

	private final CommitMemory memory;

	private final PartitionStates states;

	private final ClientPositions positions;

	private final Map<TopicPartition, Move> moves = new HashMap<>();

	/** How many targets the guard has yet to commit. */
	private int waiting;

	/** How many commits of the guard's are on their way. */
	private int onTheirWay;

	private final Retry retry;

	private boolean transactional;

	private boolean assignedByHand;

	/** What has become of a move's target. */
	private enum Stage {

		/** The guard has yet to commit it. */
		WAITING,

		/** The guard has sent it. */
		SENT,

		/** The application has committed what it got after the move. */
		OVERTAKEN,

		/** Brokers have refused it for good. */
		REFUSED

	}

	/**
	 * A decision that has moved a partition.
	 *
	 * @param from the position before
	 * @param lateTo up to where a commit may be about records from before the move: the
	 * highest position before this move or an earlier one
	 * @param committed the group's commit before, -1 for none: a commit up to there is
	 * made on purpose
	 * @param target the position after
	 * @param logStart where the log started then, -1 if the guard did not know it
	 * @param poll in which of the application's polls the guard decided
	 * @param stage what has become of the target
	 */
	private record Move(long from, long lateTo, long committed, long target, long logStart, int poll, Stage stage) {

		private boolean isBack() {
			return target < from;
		}

		/**
		 * Whether the target acknowledges nothing for the application, and moves no
		 * commit back that is ahead of the records that the move is about.
		 * @param committed the group's last commit, -1 for none
		 */
		private boolean isCommittable(long committed) {
			return isBack() ? target <= committed : Math.max(committed, logStart) >= from && committed <= target;
		}

		private Move at(Stage now) {
			return new Move(from, lateTo, committed, target, logStart, poll, now);
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
	 * Takes note whether the application has chosen its partitions by itself.
	 */
	public void assignedByHand(boolean byHand) {
		assignedByHand = byHand;
	}

	/**
	 * Stops: the application commits in a producer's transactions. Waits, within a bound,
	 * for a commit of the guard's that is on its way: it could overtake the producer's.
	 */
	public void leaveToTransactions() {
		transactional = true;
		forgetAll();
		if (onTheirWay > 0) {
			commits.awaitCommits(PATIENCE);
		}
	}

	/**
	 * Whether the guard commits on a partition: the consumer or its group does so, too.
	 */
	private boolean isCommitting(TopicPartition partition) {
		// Where no group assigns partitions, another process may commit meanwhile.
		return !transactional && commits.isCommitting()
				&& (commits.isByOffsets() || (!assignedByHand && memory.isKnown(partition)));
	}

	/**
	 * Takes note of a decision that has moved a partition.
	 * @param from the position before
	 * @param target the position after
	 * @param logStart where the log starts, -1 if the guard does not know it
	 */
	public void moved(TopicPartition partition, long from, long target, long logStart) {
		if (!transactional && commits.isCommitting()) {
			Move before = moves.get(partition);
			long lateTo = (before != null) ? Math.max(before.lateTo, from) : from;
			moves.put(partition, new Move(from, lateTo, memory.committedOffset(partition), target, logStart,
					states.polls(), Stage.WAITING));
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
		if (move == null || offset > move.lateTo) {
			return false;
		}
		if (!move.isBack()) {
			return offset > move.committed && offset <= move.from
					&& (move.stage == Stage.SENT || move.stage == Stage.OVERTAKEN);
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
			if (offset != null) {
				moves.computeIfPresent(partition, (key, move) -> after(partition, move, offset.offset()));
			}
		});
		count();
	}

	/**
	 * A move after a commit of the application's. Late commits of records from before it
	 * may follow, until the client has got as far again.
	 */
	private @Nullable Move after(TopicPartition partition, Move move, long committed) {
		PartitionState state = states.find(partition);
		if (move.isBack() && state != null && state.position() > move.lateTo) {
			return null;
		}
		boolean isAfter = move.isBack() ? committed >= move.target : committed > move.from;
		return isAfter ? move.at(Stage.OVERTAKEN) : move;
	}

	/**
	 * The application has sought a partition. Containers seek back to records that the
	 * application could not process: the decision stands if it is among those that the
	 * client has delivered since.
	 * @param offset where to, {@code null} for a bound of the log
	 */
	public void sought(TopicPartition partition, @Nullable OffsetAndMetadata offset) {
		Move move = moves.isEmpty() ? null : moves.get(partition);
		PartitionState state = states.find(partition);
		boolean isSince = move != null && state != null && offset != null && offset.offset() >= move.target
				&& offset.offset() <= state.position();
		if (move != null && !isSince) {
			moves.remove(partition);
			count();
		}
	}

	/**
	 * The application commits all that it has consumed, which is where partitions were
	 * moved to, or more.
	 */
	void committingAll() {
		forgetAll();
	}

	/**
	 * Commits the targets that the guard may commit by now. Not with records in hand, see
	 * {@link HeldBackCommits#commitDue()}.
	 */
	public void commitDue() {
		if (waiting == 0 || !retry.isDue()) {
			return;
		}
		Map<TopicPartition, OffsetAndMetadata> due = new HashMap<>();
		moves.forEach((partition, move) -> {
			if (move.stage == Stage.WAITING && move.poll != states.polls() && isCommitting(partition)
					&& move.isCommittable(memory.committedOffset(partition))) {
				due.put(partition, new OffsetAndMetadata(move.target));
			}
		});
		if (!due.isEmpty()) {
			send(due);
		}
	}

	/**
	 * The client first calls the application back about earlier commits. If that throws,
	 * the client has sent nothing.
	 */
	private void send(Map<TopicPartition, OffsetAndMetadata> due) {
		Set<TopicPartition> failed = new HashSet<>();
		onTheirWay++;
		boolean isSent = false;
		try {
			commits.commitAsync(due, (offsets) -> transactional ? Map.of() : offsets, (offsets, failure) -> {
				onTheirWay--;
				complete(due, failure, failed);
			});
			isSent = true;
		}
		finally {
			if (!isSent) {
				onTheirWay--;
			}
		}
		due.forEach((partition, offset) -> {
			if (!failed.contains(partition)) {
				become(partition, offset, Stage.SENT);
			}
		});
	}

	private void complete(Map<TopicPartition, OffsetAndMetadata> due, @Nullable Exception failure,
			Set<TopicPartition> failed) {
		retry.note(failure != null);
		if (failure == null) {
			return;
		}
		failed.addAll(due.keySet());
		logger.info("Could not commit where {} went on: {}", SomePartitions.of(due.keySet()), failure.toString());
		Stage stage = (failure instanceof RetriableException) ? Stage.WAITING : Stage.REFUSED;
		due.forEach((partition, offset) -> become(partition, offset, stage));
	}

	private void become(TopicPartition partition, OffsetAndMetadata target, Stage stage) {
		moves.computeIfPresent(partition, (key,
				move) -> (move.target == target.offset() && move.stage != Stage.OVERTAKEN) ? move.at(stage) : move);
		count();
	}

	private void count() {
		waiting = (int) moves.values().stream().filter((move) -> move.stage == Stage.WAITING).count();
	}

	/**
	 * Forgets moves: the guard holds the partitions or has moved them anew, or the
	 * consumer no longer has them.
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
		waiting = 0;
	}

}
