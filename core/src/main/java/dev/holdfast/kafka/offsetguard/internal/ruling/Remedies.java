/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.ruling;

import java.util.List;

import dev.holdfast.kafka.offsetguard.decision.Assignment;
import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.evidence.LogBounds;
import dev.holdfast.kafka.offsetguard.evidence.Witness;
import dev.holdfast.kafka.offsetguard.internal.client.AutoOffsetReset;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import org.jspecify.annotations.Nullable;

/**
 * Which actions of an operator can resolve a held partition, and what each comes to. Pure
 * functions.
 */
public final class Remedies {

	private Remedies() {
	}

	/**
	 * The actions that can resolve a partition.
	 * @param isWaiting whether the client waits for a leader's epoch wherever it is
	 */
	static List<Assignment.Cost> of(Cause cause, Evidence evidence, AutoOffsetReset autoOffsetReset,
			boolean isWaiting) {
		return cause.resolutions()
			.stream()
			.filter((action) -> action == Action.FAIL
					|| (!isWaiting && isPossible(cause, action, evidence, autoOffsetReset)))
			.map((action) -> cost(cause, action, evidence, autoOffsetReset))
			.toList();
	}

	/**
	 * Whether the guard knows where each action leads that it could ask about.
	 */
	public static boolean isComplete(Cause cause, Evidence evidence) {
		boolean isAnyMoveKnown = evidence.boundsAfter() != null && evidence.latestOffset() >= 0;
		boolean isTimestampKnown = evidence.timestampOffset() >= 0 || timestamp(evidence) < 0;
		return !cause.isAnyMoveOpen() || (isAnyMoveKnown && isTimestampKnown);
	}

	/**
	 * The timestamp to which the guard can lead a partition, that of the last record
	 * delivered. -1 if it is not known. A bookmark's timestamp counts only for partitions
	 * without a position: where there is one, inspectors look for records of this
	 * process.
	 */
	public static long timestamp(Evidence evidence) {
		Witness witness = evidence.witness();
		if (witness != null) {
			return witness.delivered().timestamp();
		}
		return (evidence.position() < 0) ? evidence.remembered().timestamp() : -1;
	}

	private static boolean isPossible(Cause cause, Action action, Evidence evidence, AutoOffsetReset autoOffsetReset) {
		return switch (action) {
			case EARLIEST, LATEST, OFFSET, FAIL -> true;
			case KEEP -> evidence.position() >= 0;
			case TIMESTAMP -> timestamp(evidence) >= 0;
			case AUTO_OFFSET_RESET -> autoOffsetReset.strategy() != AutoOffsetReset.Strategy.NONE;
			case DIVERGENCE, LATEST_KNOWN -> Ruling.rule(cause, action, evidence).isMove();
			case HOLD -> false;
		};
	}

	private static Assignment.Cost cost(Cause cause, Action action, Evidence evidence,
			AutoOffsetReset autoOffsetReset) {
		long target = target(cause, action, evidence, autoOffsetReset);
		return (target >= 0) ? new Assignment.Cost(action, target, impact(evidence, target, autoOffsetReset))
				: new Assignment.Cost(action, null, null);
	}

	private static long target(Cause cause, Action action, Evidence evidence, AutoOffsetReset autoOffsetReset) {
		LogBounds bounds = evidence.boundsAfter();
		return switch (action) {
			case EARLIEST -> (bounds != null) ? bounds.logStartOffset() : -1;
			case LATEST -> evidence.latestOffset();
			case TIMESTAMP -> evidence.timestampOffset();
			case AUTO_OFFSET_RESET -> switch (autoOffsetReset.strategy()) {
				case EARLIEST -> target(cause, Action.EARLIEST, evidence, autoOffsetReset);
				case LATEST -> target(cause, Action.LATEST, evidence, autoOffsetReset);
				case BY_DURATION, NONE -> -1;
			};
			case KEEP, DIVERGENCE, LATEST_KNOWN ->
				(Ruling.rule(cause, action, evidence).outcome() instanceof Outcome.ReadFrom readFrom)
						? readFrom.offset() : -1;
			case OFFSET, HOLD, FAIL -> -1;
		};
	}

	/**
	 * The records that a move concerns.
	 * @return {@code null} where nobody can count them: the position before is not known,
	 * or was in another cluster's log
	 */
	private static Decision.@Nullable Impact impact(Evidence evidence, long target, AutoOffsetReset autoOffsetReset) {
		boolean isCountable = evidence.origin() >= 0 && evidence.trigger() != Evidence.Trigger.CLUSTER_ID;
		return isCountable ? PlainKafka.impact(evidence, new Outcome.ReadFrom(target), autoOffsetReset) : null;
	}

}
