/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.internal.evidence;

import dev.holdfast.kafka.offsetguard.evidence.RecordIdentity;
import dev.holdfast.kafka.offsetguard.evidence.TruncationClaim;
import org.apache.kafka.common.TopicPartition;

/**
 * What brokers answered about one partition, in the order of the questions:
 * {@code before}, {@code first} and {@code last}, {@code between}, all others,
 * {@code firstAgain} and {@code lastAgain}, {@code after}.
 *
 * @param partition the partition
 * @param before the bounds, before everything else
 * @param between the bounds, when the records were read
 * @param after the bounds, after everything else
 * @param reads what Fetch answered
 * @param epochs what OffsetForLeaderEpoch answered
 * @param times what ListOffsets answered about timestamps
 */
public record LogFacts(TopicPartition partition, Bounds before, Bounds between, Bounds after, Reads reads,
		Epochs epochs, Times times) {

	/**
	 * What Fetch answered.
	 *
	 * @param first the first record at or after the log start of {@code before}
	 * @param last the last record below the log end of {@code before}
	 * @param atEnd at the log end of {@code between}
	 * @param aboveEnd far above any log end
	 * @param belowStart right below the log start of {@code between}
	 * @param firstAgain at the offset of {@code first}, later
	 * @param lastAgain at the offset of {@code last}, later
	 */
	public record Reads(Answer<Reading> first, Answer<Reading> last, Answer<Reading> atEnd, Answer<Reading> aboveEnd,
			Answer<Reading> belowStart, Answer<Reading> firstAgain, Answer<Reading> lastAgain) {

		/**
		 * Whether the first record was still there when all else had been asked.
		 * Retention and compaction may have taken it away.
		 */
		public boolean isFirstStillThere() {
			return isSame(first, firstAgain);
		}

		/**
		 * The same for the last record.
		 */
		public boolean isLastStillThere() {
			return isSame(last, lastAgain);
		}

		private static boolean isSame(Answer<Reading> before, Answer<Reading> after) {
			RecordIdentity record = Reading.record(before);
			return record != null && record.equals(Reading.record(after));
		}

	}

	/**
	 * What OffsetForLeaderEpoch answered, and what Fetch has there.
	 *
	 * @param last the end of the last record's epoch
	 * @param earlier the end of the first record's epoch, if that is another one
	 * @param below the first record right below the end of that earlier epoch
	 * @param at the first record at or after that end
	 * @param future the end of an epoch above the leader's
	 */
	public record Epochs(Answer<TruncationClaim> last, Answer<TruncationClaim> earlier, Answer<Reading> below,
			Answer<Reading> at, Answer<TruncationClaim> future) {
	}

	/**
	 * What ListOffsets answered about timestamps.
	 *
	 * @param first about the timestamp of the first record
	 * @param last about that of the last record
	 */
	public record Times(Answer<ListedOffset> first, Answer<ListedOffset> last) {
	}

	/**
	 * Whether there is, or was, any record to look at.
	 */
	public boolean isEmpty() {
		return before.endOffset() >= 0 && before.startOffset() >= before.endOffset();
	}

}
