/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.incident;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.decision.Reason;
import dev.holdfast.kafka.offsetguard.decision.Resolution;
import dev.holdfast.kafka.offsetguard.decision.ResolutionResult;
import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.evidence.LogBounds;
import dev.holdfast.kafka.offsetguard.internal.enforcement.Inquiry;
import dev.holdfast.kafka.offsetguard.internal.inspection.Findings;
import dev.holdfast.kafka.offsetguard.internal.inspection.Look;
import dev.holdfast.kafka.offsetguard.internal.inspection.Suspect;
import dev.holdfast.kafka.offsetguard.internal.lookup.LogQuery;
import dev.holdfast.kafka.offsetguard.internal.lookup.TopicLookup;
import dev.holdfast.kafka.offsetguard.internal.partition.Hold;
import dev.holdfast.kafka.offsetguard.internal.partition.Holds;
import dev.holdfast.kafka.offsetguard.internal.partition.Ordered;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionState;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionStates;
import dev.holdfast.kafka.offsetguard.internal.ruling.Remedies;
import dev.holdfast.kafka.offsetguard.internal.start.StartingPositions;
import dev.holdfast.kafka.offsetguard.internal.time.Deadline;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * An operator's order about one held partition, while the guard gathers the evidence for
 * it beside the poll. Belongs to the consumer's thread.
 */
final class OrderInProgress {

	private static final String UNANSWERED = "The brokers did not answer in time, and nothing was done: try again";

	private final Parts parts;

	private final TopicPartition partition;

	private final PartitionState state;

	private final Decision hold;

	private final boolean trial;

	/**
	 * What is ordered; a timestamp of the operator's own becomes an offset on the way.
	 * Nothing else in the guard sees it before the guard knows where it leads.
	 */
	private Ordered ordered;

	private final @Nullable LogQuery target;

	private final Deadline deadline;

	private Inquiry.@Nullable Investigation investigation;

	private boolean isTargetFound;

	/** Whether brokers have answered what the guard had to ask. */
	private boolean answered;

	/**
	 * What it takes to carry an order out.
	 *
	 * @param timeout for how long the guard gathers evidence
	 */
	record Parts(PartitionStates states, Holds holds, StartingPositions startingPositions, Inquiry inquiry,
			LeaderEpochs leaderEpochs, TopicLookup lookup, boolean readCommitted, Duration timeout, GuardClock clock) {
	}

	/**
	 * Begins to carry an order out.
	 * @param trial whether the operator only wants to know what the guard would do
	 * @param hold what the guard holds the partition for
	 */
	OrderInProgress(Parts parts, TopicPartition partition, Resolution resolution, boolean trial, Decision hold) {
		this.parts = parts;
		this.partition = partition;
		this.hold = hold;
		this.trial = trial;
		this.ordered = new Ordered(resolution, trial);
		this.target = target(parts, partition, resolution);
		this.state = parts.states.get(partition);
		this.deadline = Deadline.after(parts.timeout, parts.clock);
		if (target == null) {
			state.ordered(ordered);
		}
	}

	/**
	 * Asks for the log in which an operator names the offset or the time.
	 */
	private static @Nullable LogQuery target(Parts parts, TopicPartition partition, Resolution resolution) {
		Instant timestamp = resolution.timestamp();
		if (resolution.offset() == null && timestamp == null) {
			return null;
		}
		return new LogQuery(parts.lookup, Set.of(partition),
				(timestamp != null) ? Map.of(partition, timestamp.toEpochMilli()) : Map.of(), parts.readCommitted);
	}

	TopicPartition partition() {
		return partition;
	}

	/**
	 * Takes the next step.
	 * @return what came of the order, {@code null} if brokers have yet to answer
	 */
	@Nullable ResolutionResult proceed() {
		if (parts.states.find(partition) != state) {
			return new ResolutionResult.NotAssigned();
		}
		if (target != null && !isTargetFound) {
			if (!target.isDone() && !deadline.isOver()) {
				return null;
			}
			ResolutionResult refusal = findTarget(target);
			if (refusal != null) {
				return refusal;
			}
		}
		Hold present = parts.holds.find(partition);
		boolean isOver = ordered.decision() != null || present == null || look(present) || deadline.isOver();
		return isOver ? result() : null;
	}

	/**
	 * Takes the offset to which the order leads.
	 * @return the refusal if the log does not have it, or brokers have not answered
	 */
	private @Nullable ResolutionResult findTarget(LogQuery log) {
		LogBounds bounds = log.bounds(partition);
		Resolution order = ordered.resolution();
		Long named = order.offset();
		long offset = (named != null) ? named : log.timestampOffset(partition);
		if (bounds == null || offset < 0) {
			return new ResolutionResult.Failed(UNANSWERED);
		}
		if (!bounds.contains(offset)) {
			return new ResolutionResult.OutsideLog(bounds);
		}
		isTargetFound = true;
		ordered = new Ordered(order.leadingTo(offset), trial);
		state.ordered(ordered);
		return null;
	}

	/**
	 * Looks at the partition as if the guard had not looked before.
	 * @return whether the guard has all that it will get
	 */
	private boolean look(Hold present) {
		if (present.decision().evidence().position() < 0) {
			answered = parts.startingPositions.decide(Set.of(partition));
			return answered;
		}
		Inquiry.Investigation looking = investigation;
		if (looking == null) {
			looking = begin(Suspect.again(partition, present.decision().evidence(), state));
		}
		if (looking == null || !looking.isDone()) {
			return false;
		}
		List<Findings> found = looking.findings();
		// An inspection that has run into its timeout says nothing.
		answered = found.stream().anyMatch((each) -> !each.isOpen() && isAnswered(each.toEvidence()));
		parts.inquiry.settle(found);
		return true;
	}

	/**
	 * Whether brokers have told what the order needs.
	 */
	private boolean isAnswered(Evidence evidence) {
		Resolution order = ordered.resolution();
		boolean isTargetTold = order.offset() != null || switch (order.action()) {
			case LATEST -> evidence.latestOffset() >= 0;
			case TIMESTAMP -> evidence.timestampOffset() >= 0 || Remedies.timestamp(evidence) < 0;
			case KEEP, DIVERGENCE, EARLIEST, LATEST_KNOWN, OFFSET, AUTO_OFFSET_RESET, HOLD, FAIL -> true;
		};
		return evidence.isAnswered() && isTargetTold;
	}

	private Inquiry.@Nullable Investigation begin(Suspect suspect) {
		Map<TopicPartition, Suspect> told = parts.leaderEpochs.addTo(List.of(suspect), Duration.ZERO);
		if (!told.isEmpty()) {
			investigation = parts.inquiry.begin(List.copyOf(told.values()), parts.timeout, Look.Occasion.ORDER);
		}
		return investigation;
	}

	private ResolutionResult result() {
		Decision now = parts.holds.visible(partition);
		if (now != null && !now.cause().resolutions().contains(ordered.resolution().action())) {
			return new ResolutionResult.NotAllowed(now.cause(), now.cause().resolutions());
		}
		Decision decision = ordered.decision();
		if (trial && decision != null && !(decision.outcome() instanceof Outcome.Held)) {
			return new ResolutionResult.TriedOut(decision);
		}
		if (decision != null && !(decision.outcome() instanceof Outcome.Held)) {
			// If the guard has decided otherwise than ordered, the reason to hold is
			// gone, and the client reads on without the order.
			return ordered.resolution().equals(decision.resolution()) ? new ResolutionResult.Resolved(decision)
					: new ResolutionResult.NotHeld();
		}
		if (now == null) {
			return new ResolutionResult.NotHeld();
		}
		Reason refusal = (decision != null) ? decision.reason() : ordered.refusal();
		return answered ? new ResolutionResult.StillHeld(hold, refusal) : new ResolutionResult.Failed(UNANSWERED);
	}

	/**
	 * Ends the order: the guard takes no further step.
	 */
	void end() {
		state.ordered(null);
		if (investigation != null) {
			investigation.abandon();
		}
	}

}
