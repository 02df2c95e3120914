/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.evidence;

import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * What is known about one partition whose position is in question. Everything in it was
 * read from brokers, uncommitted records included, or delivered to the application
 * before; nothing is inferred.
 *
 * @param trigger what put the position into question
 * @param position the consumer's position, -1 where it has none
 * @param leaderEpoch the leader epoch that the inspector has validated the position with;
 * where it did not, the highest one that is said to be behind the position, -1 where
 * unknown
 * @param claim the truncation claim as the client reported it, if it did
 * @param validation what a fresh inspector was told when it validated the position again
 * @param repeatedClaim the claim as the inspector got it, if {@link Validation#CLAIMED}
 * @param boundsBefore the log's bounds before the claim was repeated, {@code null} if not
 * to be had
 * @param boundsAfter the log's bounds after the claim was repeated, {@code null} if not
 * to be had
 * @param beforeDivergence the last record below the claimed divergent offset, if one was
 * read
 * @param atDivergence the first record at or after the claimed divergent offset, if one
 * was read
 * @param witness the last record delivered, if any was; before the latest commit that is
 * known, for {@link Trigger#COMMITTED_OFFSET}
 * @param latestOffset the end of what the consumer's own {@code isolation.level} can see,
 * -1 where not asked for
 * @param timestampOffset the first offset at or after the witness's timestamp, or else
 * the end that was read before; -1 where not asked for
 * @param remembered what was known about the partition and its topic before
 * @param topicId the topic's id now, {@code null} if it is not known
 * @param currentLeaderEpoch the leader's epoch now, -1 if it was not asked for or is not
 * known
 */
public record Evidence(Trigger trigger, long position, int leaderEpoch, @Nullable TruncationClaim claim,
		Validation validation, @Nullable TruncationClaim repeatedClaim, @Nullable LogBounds boundsBefore,
		@Nullable LogBounds boundsAfter, @Nullable RecordIdentity beforeDivergence,
		@Nullable RecordIdentity atDivergence, @Nullable Witness witness, long latestOffset, long timestampOffset,
		Remembered remembered, @Nullable Uuid topicId, int currentLeaderEpoch) {

	/** What put a position into question. */
	public enum Trigger {

		/** The partition has no committed offset. */
		NO_COMMITTED_OFFSET,

		/** The position's validation against the leader's epochs claims a truncation. */
		TRUNCATION,

		/** A fetch was answered with OFFSET_OUT_OF_RANGE. */
		OUT_OF_RANGE,

		/**
		 * As {@link #OUT_OF_RANGE}, for a position that the application has sought, and
		 * from which nothing was delivered or committed yet.
		 */
		SOUGHT_OUT_OF_RANGE,

		/** The committed leader epoch is above the leader's. */
		COMMITTED_EPOCH,

		/** This process knows of a later commit than the coordinator serves. */
		COMMITTED_OFFSET,

		/** The topic has another id than before. */
		TOPIC_ID,
		/** The client speaks to a cluster of another id than before. */
		CLUSTER_ID,

		/**
		 * As {@link #OUT_OF_RANGE}, for a partition that is held already since its
		 * position was above the log end offset.
		 */
		HELD_ABOVE_LOG_END

	}

	/** What a fresh inspector was told when it validated the position again. */
	public enum Validation {

		/**
		 * The inspector did not ask: the position's epoch is unknown, does not matter, or
		 * is not known to be one that a leader has reached.
		 */
		NOT_ASKED,

		/** The position is valid: the claim was not repeated. */
		VALID,

		/** A truncation was claimed again. */
		CLAIMED,

		/** There was no answer in time. */
		UNANSWERED

	}

	/**
	 * The claim that was made last, by whomever.
	 * @return the claim, {@code null} if none was made
	 */
	public @Nullable TruncationClaim lastClaim() {
		return (repeatedClaim != null) ? repeatedClaim : claim;
	}

	/**
	 * Where the consumer was last, as far as anybody knows: its position, or what was
	 * committed before the commit was lost, or replaced by an older one; -1 where nobody
	 * knows.
	 */
	public long origin() {
		return (position >= 0 && trigger != Trigger.COMMITTED_OFFSET) ? position : remembered.committedOffset();
	}

	/**
	 * Whether brokers have answered all that was asked about a position.
	 */
	public boolean isAnswered() {
		return position < 0 || (boundsAfter != null && validation != Validation.UNANSWERED);
	}

	/**
	 * Whether the topic is another one than before, although it has the same name.
	 */
	public boolean isOtherTopic() {
		Uuid before = remembered.topicId();
		if (before == null || topicId == null || before.equals(Uuid.ZERO_UUID) || topicId.equals(Uuid.ZERO_UUID)) {
			return false;
		}
		return !before.equals(topicId);
	}

	/**
	 * Whether the application asks for records that the log does not have any more: it
	 * means the log start, and nothing is lost of what it had.
	 */
	public boolean isSoughtBelowLogStart() {
		return trigger == Trigger.SOUGHT_OUT_OF_RANGE && !isOtherTopic() && boundsAfter != null
				&& position < boundsAfter.logStartOffset();
	}

	public static Evidence noCommittedOffset(Remembered remembered, @Nullable Uuid topicId) {
		return new Evidence(Trigger.NO_COMMITTED_OFFSET, -1, -1, null, Validation.NOT_ASKED, null, null, null, null,
				null, null, -1, -1, remembered, topicId, -1);
	}

}
