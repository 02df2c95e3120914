/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.ruling;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.evidence.LogBounds;
import dev.holdfast.kafka.offsetguard.evidence.TruncationClaim;
import dev.holdfast.kafka.offsetguard.internal.client.AutoOffsetReset;
import dev.holdfast.kafka.offsetguard.policy.Action;
import org.jspecify.annotations.Nullable;

/**
 * What a client without a guard does about what it reports. A pure function.
 */
public final class PlainKafka {

	private PlainKafka() {
	}

	/**
	 * What a client without a guard does.
	 * @return {@code null} if it does nothing
	 */
	public static @Nullable Outcome outcome(Evidence evidence, AutoOffsetReset autoOffsetReset) {
		return switch (evidence.trigger()) {
			case TRUNCATION -> truncation(evidence, autoOffsetReset);
			case OUT_OF_RANGE, SOUGHT_OUT_OF_RANGE, HELD_ABOVE_LOG_END -> reset(autoOffsetReset);
			// Clients do not look at ids, believe their coordinator, and wait where the
			// committed epoch is ahead.
			case NO_COMMITTED_OFFSET, COMMITTED_EPOCH, COMMITTED_OFFSET, TOPIC_ID, CLUSTER_ID -> null;
		};
	}

	private static @Nullable Outcome truncation(Evidence evidence, AutoOffsetReset autoOffsetReset) {
		TruncationClaim claim = (evidence.claim() != null) ? evidence.claim() : evidence.repeatedClaim();
		if (claim == null) {
			return new Outcome.ReadFrom(evidence.position());
		}
		boolean strategy = autoOffsetReset.strategy() != AutoOffsetReset.Strategy.NONE;
		return (strategy && claim.isDefined()) ? new Outcome.ReadFrom(claim.divergentOffset()) : reset(autoOffsetReset);
	}

	private static Outcome reset(AutoOffsetReset autoOffsetReset) {
		return switch (autoOffsetReset.strategy()) {
			case EARLIEST -> new Outcome.LookedUp(Action.EARLIEST);
			case LATEST -> new Outcome.LookedUp(Action.LATEST);
			case BY_DURATION -> new Outcome.LookedUp(Action.AUTO_OFFSET_RESET);
			case NONE -> new Outcome.Rethrown();
		};
	}

	/**
	 * The records that a move concerns. If the position stays, it spares those that Kafka
	 * alone would have skipped or delivered again.
	 */
	public static Decision.Impact impact(Evidence evidence, Outcome outcome, AutoOffsetReset autoOffsetReset) {
		if (!(outcome instanceof Outcome.ReadFrom readFrom) || evidence.origin() < 0
				|| evidence.trigger() == Evidence.Trigger.CLUSTER_ID || evidence.isSoughtBelowLogStart()) {
			return Decision.Impact.NONE;
		}
		if (evidence.isOtherTopic()) {
			return otherTopic(evidence, readFrom.offset());
		}
		long moved = readFrom.offset() - evidence.origin();
		if (moved != 0) {
			return new Decision.Impact(Math.max(moved, 0), Math.max(-moved, 0), 0);
		}
		if (evidence.trigger() == Evidence.Trigger.COMMITTED_OFFSET) {
			return new Decision.Impact(0, 0, Math.abs(readFrom.offset() - evidence.position()));
		}
		// A client that has read a committed epoch waits where it is.
		long plain = (evidence.trigger() == Evidence.Trigger.COMMITTED_EPOCH) ? evidence.position()
				: position(evidence, autoOffsetReset);
		return new Decision.Impact(0, 0, Math.abs(evidence.position() - plain));
	}

	/**
	 * The client has not delivered anything of the new log. Plain Kafka would have read
	 * it from the old position on.
	 */
	private static Decision.Impact otherTopic(Evidence evidence, long target) {
		LogBounds bounds = evidence.boundsAfter();
		if (bounds == null) {
			return Decision.Impact.NONE;
		}
		long skipped = Math.max(0, Math.min(evidence.position(), bounds.logEndOffset()) - bounds.logStartOffset());
		long lost = target - bounds.logStartOffset();
		return new Decision.Impact(lost, 0, Math.max(0, skipped - lost));
	}

	/**
	 * Where a client without a guard would have gone.
	 */
	private static long position(Evidence evidence, AutoOffsetReset autoOffsetReset) {
		LogBounds bounds = evidence.boundsAfter();
		if (bounds == null || autoOffsetReset.strategy() == AutoOffsetReset.Strategy.NONE) {
			return evidence.position();
		}
		TruncationClaim claim = evidence.lastClaim();
		if (claim != null && claim.isDefined() && claim.divergentOffset() >= bounds.logStartOffset()) {
			return claim.divergentOffset();
		}
		return switch (autoOffsetReset.strategy()) {
			case EARLIEST -> bounds.logStartOffset();
			case LATEST -> (evidence.latestOffset() >= 0) ? evidence.latestOffset() : bounds.logEndOffset();
			case BY_DURATION, NONE -> evidence.position();
		};
	}

}
