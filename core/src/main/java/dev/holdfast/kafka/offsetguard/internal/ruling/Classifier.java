/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.ruling;

import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.evidence.LogBounds;
import dev.holdfast.kafka.offsetguard.evidence.Remembered;
import dev.holdfast.kafka.offsetguard.evidence.TruncationClaim;
import dev.holdfast.kafka.offsetguard.evidence.Witness;
import dev.holdfast.kafka.offsetguard.policy.Cause;

/**
 * Names the cause that the evidence supports. A pure function.
 */
public final class Classifier {

	private Classifier() {
	}

	public static Cause classify(Evidence evidence) {
		if (evidence.isOtherTopic()) {
			return Cause.TOPIC_RECREATED;
		}
		return switch (evidence.trigger()) {
			case NO_COMMITTED_OFFSET -> classifyNoCommittedOffset(evidence.remembered());
			case COMMITTED_EPOCH -> classifyCommittedEpoch(evidence);
			case COMMITTED_OFFSET -> Cause.COMMITTED_OFFSET_REGRESSED;
			case TOPIC_ID -> Cause.UNVERIFIABLE;
			case CLUSTER_ID -> Cause.CLUSTER_CHANGED;
			case TRUNCATION -> classifyTruncation(evidence);
			case OUT_OF_RANGE, SOUGHT_OUT_OF_RANGE -> classifyReportedOutOfRange(evidence);
			case HELD_ABOVE_LOG_END -> classifyHeldAboveLogEnd(evidence);
		};
	}

	/**
	 * A bookmark that knows how many partitions there were also tells whether this one
	 * was among them.
	 */
	private static Cause classifyNoCommittedOffset(Remembered remembered) {
		if (remembered.committedOffset() >= 0) {
			return Cause.COMMITTED_OFFSET_LOST;
		}
		if (remembered.partitions() < 0) {
			return Cause.NO_COMMITTED_OFFSET;
		}
		if (remembered.isNewPartition()) {
			return Cause.NEW_PARTITION;
		}
		return remembered.initialCommits() ? Cause.COMMITTED_OFFSET_LOST : Cause.NO_COMMITTED_OFFSET;
	}

	private static Cause classifyCommittedEpoch(Evidence evidence) {
		LogBounds bounds = evidence.boundsAfter();
		if (bounds == null || evidence.currentLeaderEpoch() < 0) {
			return Cause.UNVERIFIABLE;
		}
		if (evidence.position() < bounds.logStartOffset()) {
			return Cause.BELOW_LOG_START;
		}
		return (evidence.position() > bounds.logEndOffset()) ? Cause.ABOVE_LOG_END : Cause.EPOCH_AHEAD;
	}

	private static Cause classifyTruncation(Evidence evidence) {
		LogBounds bounds = evidence.boundsAfter();
		if (bounds == null) {
			return Cause.UNVERIFIABLE;
		}
		ClaimTest.Verdict claim = ClaimTest.verdict(evidence);
		if (claim == ClaimTest.Verdict.SUPPORTED) {
			return contradictsWitness(evidence) ? Cause.UNVERIFIABLE : Cause.LOG_TRUNCATED;
		}
		if (evidence.position() < bounds.logStartOffset()) {
			return Cause.BELOW_LOG_START;
		}
		if (evidence.position() > bounds.logEndOffset()) {
			return Cause.ABOVE_LOG_END;
		}
		Witness.Verdict witness = witnessVerdict(evidence);
		if (witness == Witness.Verdict.DIFFERENT) {
			return Cause.UNVERIFIABLE;
		}
		boolean standsUp = claim == ClaimTest.Verdict.REFUTED || witness == Witness.Verdict.SAME
				|| evidence.validation() == Evidence.Validation.VALID;
		return standsUp ? Cause.FALSE_TRUNCATION : Cause.UNVERIFIABLE;
	}

	/**
	 * A position within the log is not good if the log holds other records now.
	 */
	private static Cause classifyReportedOutOfRange(Evidence evidence) {
		Cause cause = classifyOutOfRange(evidence);
		boolean contradicted = cause == Cause.SPURIOUS_OUT_OF_RANGE
				&& witnessVerdict(evidence) == Witness.Verdict.DIFFERENT;
		return contradicted ? Cause.UNVERIFIABLE : cause;
	}

	private static Cause classifyOutOfRange(Evidence evidence) {
		LogBounds before = evidence.boundsBefore();
		LogBounds after = evidence.boundsAfter();
		if (before == null || after == null) {
			return Cause.UNVERIFIABLE;
		}
		long position = evidence.position();
		if (after.logStartOffset() < before.logStartOffset()) {
			// A log start only moves up: one of the two answers was stale.
			return Cause.UNVERIFIABLE;
		}
		if (position < after.logStartOffset()) {
			return Cause.BELOW_LOG_START;
		}
		if (position > before.logEndOffset() && position > after.logEndOffset()) {
			return isTruncated(evidence) ? Cause.LOG_TRUNCATED : Cause.ABOVE_LOG_END;
		}
		if (position > before.logEndOffset() && isTruncated(evidence)) {
			// Meanwhile the log has grown past the position, with other records.
			return Cause.LOG_TRUNCATED;
		}
		return (before.contains(position) && after.contains(position)) ? Cause.SPURIOUS_OUT_OF_RANGE
				: Cause.UNVERIFIABLE;
	}

	/**
	 * The log may have grown past the position again with other records. Only the witness
	 * can show that it is still the old log, and only a claim that it is not.
	 */
	private static Cause classifyHeldAboveLogEnd(Evidence evidence) {
		Cause cause = classifyOutOfRange(evidence);
		if (cause == Cause.SPURIOUS_OUT_OF_RANGE && isTruncated(evidence)) {
			return Cause.LOG_TRUNCATED;
		}
		if (cause == Cause.SPURIOUS_OUT_OF_RANGE && witnessVerdict(evidence) != Witness.Verdict.SAME) {
			return Cause.ABOVE_LOG_END;
		}
		return cause;
	}

	private static boolean isTruncated(Evidence evidence) {
		return ClaimTest.verdict(evidence) == ClaimTest.Verdict.SUPPORTED && !contradictsWitness(evidence);
	}

	private static boolean contradictsWitness(Evidence evidence) {
		TruncationClaim claim = evidence.repeatedClaim();
		Witness witness = evidence.witness();
		return claim != null && witness != null && witness.verdict() == Witness.Verdict.SAME
				&& witness.delivered().offset() >= claim.divergentOffset();
	}

	private static Witness.Verdict witnessVerdict(Evidence evidence) {
		Witness witness = evidence.witness();
		return (witness != null) ? witness.verdict() : Witness.Verdict.UNKNOWN;
	}

}
