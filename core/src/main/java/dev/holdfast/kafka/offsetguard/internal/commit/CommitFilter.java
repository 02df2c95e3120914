/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.commit;

import java.util.HashMap;
import java.util.Map;
import java.util.Set;

import dev.holdfast.kafka.offsetguard.internal.client.ClientPositions;
import dev.holdfast.kafka.offsetguard.internal.client.CurrentMode;
import dev.holdfast.kafka.offsetguard.internal.client.Pauses;
import dev.holdfast.kafka.offsetguard.internal.cluster.ClientCluster;
import dev.holdfast.kafka.offsetguard.internal.partition.Hold;
import dev.holdfast.kafka.offsetguard.internal.partition.Holds;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionState;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionStates;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes out of a commit what the application must not commit: positions in doubt, and
 * offsets of records in a log that is gone.
 */
public final class CommitFilter {

	private static final Logger logger = LoggerFactory.getLogger(CommitFilter.class);

	private final Consumer<?, ?> client;

	private final PartitionStates states;

	private final ClientPositions positions;

	private final Holds holds;

	private final HeldBackCommits heldBack;

	private final Moves moves;

	private final OtherCluster otherCluster;

	/**
	 * Knows which commits would undo a move of the guard's.
	 */
	@FunctionalInterface
	public interface Moves {

		/**
		 * Whether a commit is about records from before a move.
		 */
		boolean isLate(TopicPartition partition, long offset);

	}

	/**
	 * Knows which positions are another cluster's. What an application has read there it
	 * has not read here.
	 */
	public static final class OtherCluster {

		private final Consumer<?, ?> client;

		private final ClientCluster cluster;

		private final Pauses pauses;

		private final PartitionStates states;

		private final CurrentMode mode;

		public OtherCluster(Consumer<?, ?> client, ClientCluster cluster, Pauses pauses, PartitionStates states,
				CurrentMode mode) {
			this.client = client;
			this.cluster = cluster;
			this.pauses = pauses;
			this.states = states;
			this.mode = mode;
		}

		/**
		 * Whether the guard has yet to decide about any position. If the group assigns
		 * the partitions, brokers refuse commits until it has done so anew.
		 */
		private boolean isAny() {
			return isNew() || pauses.isAnyPaused(Pauses.Reason.OTHER_CLUSTER);
		}

		private boolean isNew() {
			return cluster.isChanged() && !mode.isObserving() && client.subscription().isEmpty();
		}

		private boolean isOf(TopicPartition partition) {
			PartitionState state = states.find(partition);
			boolean isRead = state != null && state.position() >= 0 && !states.isSought(partition)
					&& !states.isStarting(partition);
			return (isRead && isNew()) || pauses.isPaused(partition, Pauses.Reason.OTHER_CLUSTER);
		}

	}

	public CommitFilter(Consumer<?, ?> client, PartitionStates states, ClientPositions positions, Holds holds,
			HeldBackCommits heldBack, Moves moves, OtherCluster otherCluster) {
		this.moves = moves;
		this.otherCluster = otherCluster;
		this.client = client;
		this.states = states;
		this.positions = positions;
		this.holds = holds;
		this.heldBack = heldBack;
	}

	/**
	 * What an application may commit of what it wants to commit. Holds back offsets whose
	 * position is in doubt.
	 */
	Map<TopicPartition, OffsetAndMetadata> committable(Map<TopicPartition, OffsetAndMetadata> offsets) {
		return withoutHeld(withoutStandIns(withoutLate(offsets)));
	}

	/**
	 * Leaves out late offsets of records in a log that is gone: in the new log they would
	 * skip records that the group has not read.
	 */
	private Map<TopicPartition, OffsetAndMetadata> withoutLate(Map<TopicPartition, OffsetAndMetadata> offsets) {
		Map<TopicPartition, OffsetAndMetadata> current = offsets;
		for (Map.Entry<TopicPartition, OffsetAndMetadata> each : offsets.entrySet()) {
			if (each.getValue() == null) {
				continue;
			}
			boolean isBeforeMove = moves.isLate(each.getKey(), each.getValue().offset());
			if (isBeforeMove || isLate(each.getKey(), each.getValue().offset())) {
				logger.warn("{} of {} is not committed: it was {}", each.getValue().offset(), each.getKey(),
						isBeforeMove ? "delivered before the guard has moved the position" : "in a log that is gone");
				current = (current != offsets) ? current : new HashMap<>(offsets);
				current.remove(each.getKey());
			}
		}
		return current;
	}

	/**
	 * Whether a commit is about records in a log that is gone. It is not if the client's
	 * position has reached its offset, as where markers or aborted records follow the
	 * last record delivered.
	 */
	boolean isLate(TopicPartition partition, long offset) {
		PartitionState state = states.find(partition);
		return state != null && state.isStale(offset) && positions.nowQuietly(partition).orElse(-1) < offset;
	}

	private Map<TopicPartition, OffsetAndMetadata> withoutStandIns(Map<TopicPartition, OffsetAndMetadata> offsets) {
		if (states.undecided().isEmpty()) {
			return offsets;
		}
		Map<TopicPartition, OffsetAndMetadata> own = new HashMap<>(offsets);
		own.entrySet()
			.removeIf((each) -> each.getValue() != null
					&& states.undecided().takeCommit(each.getKey(), each.getValue().offset()));
		return own;
	}

	private Map<TopicPartition, OffsetAndMetadata> withoutHeld(Map<TopicPartition, OffsetAndMetadata> offsets) {
		if (holds.isEmpty() && !otherCluster.isAny()) {
			heldBack.forget(offsets.keySet());
			return offsets;
		}
		Map<TopicPartition, OffsetAndMetadata> committable = new HashMap<>(offsets);
		offsets.forEach((partition, offset) -> {
			if (holds.isPositionInDoubt(partition) || otherCluster.isOf(partition)) {
				committable.remove(partition);
				heldBack.holdBack(partition, offset);
			}
			else {
				heldBack.forget(partition);
			}
		});
		return committable;
	}

	boolean isAnyInDoubt() {
		return !holds.isEmpty() || !states.undecided().isEmpty() || otherCluster.isAny();
	}

	/**
	 * What the client would commit of all that it has consumed, without positions in
	 * doubt. Holds those back.
	 */
	Map<TopicPartition, OffsetAndMetadata> consumed() {
		Map<TopicPartition, OffsetAndMetadata> consumed = new HashMap<>();
		for (TopicPartition partition : client.assignment()) {
			if (states.undecided().contains(partition)) {
				states.undecided().takeCommit(partition);
				continue;
			}
			if (holds.isPositionInDoubt(partition)) {
				holdBackPosition(partition);
				continue;
			}
			if (otherCluster.isOf(partition)) {
				heldBack.holdBack(partition, new OffsetAndMetadata(states.get(partition).position()));
				continue;
			}
			heldBack.forget(partition);
			positions.nowQuietly(partition)
				.ifPresent((position) -> consumed.put(partition, new OffsetAndMetadata(position)));
		}
		return consumed;
	}

	private void holdBackPosition(TopicPartition partition) {
		Hold hold = holds.find(partition);
		if (hold != null && !hold.isWithoutPosition()) {
			heldBack.holdBack(partition, new OffsetAndMetadata(hold.position()));
		}
	}

	/**
	 * Forgets what it has held back: the application commits all that it has consumed,
	 * and nothing is in doubt.
	 */
	void committingAll() {
		heldBack.retain(Set.of());
	}

}
