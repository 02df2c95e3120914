/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.ruling;

import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.evidence.LogBounds;
import dev.holdfast.kafka.offsetguard.evidence.RecordIdentity;
import dev.holdfast.kafka.offsetguard.evidence.TruncationClaim;
import org.jspecify.annotations.Nullable;

/**
 * Tests a truncation claim against the log itself. The claim answers a question about a
 * leader epoch e. It says that D is the first offset with a leader epoch above e
 * (KIP-320, KIP-101), and names the largest epoch of the log that is not above e.
 */
public final class ClaimTest {

	public enum Verdict {

		/** The log holds what it would hold if the claim were true. */
		SUPPORTED,

		/**
		 * The log holds a record that it could not hold if the claim were true, or the
		 * claim is no answer to what was asked.
		 */
		REFUTED,

		/** The log does not tell. */
		UNDECIDED

	}

	private ClaimTest() {
	}

	public static Verdict verdict(Evidence evidence) {
		TruncationClaim claim = evidence.repeatedClaim();
		LogBounds before = evidence.boundsBefore();
		LogBounds after = evidence.boundsAfter();
		if (claim == null || !claim.isDefined()) {
			return Verdict.UNDECIDED;
		}
		// The epoch that the inspector has asked about. The client may have asked about
		// another.
		int epoch = evidence.leaderEpoch();
		if (epoch >= 0 && claim.leaderEpoch() > epoch) {
			return Verdict.REFUTED;
		}
		if (before == null || after == null) {
			return Verdict.UNDECIDED;
		}
		long divergentOffset = claim.divergentOffset();
		if (divergentOffset < before.logStartOffset()) {
			// The inspector has read the log start before the leader repeated the claim.
			// Had the leader cut the log there, the log start could not lie above.
			return Verdict.REFUTED;
		}
		if (epoch < 0) {
			return Verdict.UNDECIDED;
		}
		if (isAtOrBelow(evidence.atDivergence(), epoch)) {
			return Verdict.REFUTED;
		}
		boolean endsThere = divergentOffset == after.logEndOffset();
		boolean newerThere = startsAbove(evidence.atDivergence(), divergentOffset, epoch);
		boolean startsThere = divergentOffset == after.logStartOffset();
		boolean olderBefore = startsThere || isAtOrBelow(evidence.beforeDivergence(), epoch);
		return ((endsThere || newerThere) && olderBefore) ? Verdict.SUPPORTED : Verdict.UNDECIDED;
	}

	private static boolean isAtOrBelow(@Nullable RecordIdentity record, int epoch) {
		return record != null && record.leaderEpoch() >= 0 && record.leaderEpoch() <= epoch;
	}

	private static boolean startsAbove(@Nullable RecordIdentity record, long offset, int epoch) {
		return record != null && record.offset() >= offset && record.leaderEpoch() > epoch;
	}

}
