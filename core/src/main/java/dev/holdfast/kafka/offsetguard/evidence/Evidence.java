/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.evidence;

import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * What the guard knows about one partition whose position is in question. All of it comes
 * from brokers, uncommitted records included, or from what consumers of this process have
 * delivered or committed before. The guard infers nothing.
 *
 * @param trigger what put the position into question
 * @param position the consumer's position, -1 where it has none
 * @param leaderEpoch the leader epoch that the inspector has validated the position with.
 * Where it did not validate, the highest epoch that the client, a commit, a bookmark or
 * the claim names for the position; -1 where none does
 * @param claim the truncation claim as the client reported it, if it did
 * @param validation what the leader told a fresh inspector that validated the position
 * again
 * @param repeatedClaim the claim as the inspector got it, if {@link Validation#CLAIMED}
 * @param boundsBefore the log's bounds before the inspector validated the position,
 * {@code null} if brokers did not tell them
 * @param boundsAfter the log's bounds after that, {@code null} if brokers did not tell
 * them. For {@link Trigger#TRUNCATION} its start is that of {@code boundsBefore}
 * @param beforeDivergence the last record below the claimed divergent offset, if the
 * inspector has read one
 * @param atDivergence the first record at or after the claimed divergent offset, if the
 * inspector has read one
 * @param witness the last record delivered, if there is one. For
 * {@link Trigger#COMMITTED_OFFSET}, the last one delivered before the latest known commit
 * @param latestOffset the end of what the consumer's own {@code isolation.level} can see,
 * -1 where the guard did not ask or got no answer
 * @param timestampOffset the first offset at or after the witness's timestamp, or, where
 * there is none, the log end that the inspector has read before; -1 where it did not ask
 * @param remembered what was known about the partition and its topic before
 * @param topicId the topic's id now, {@code null} if it is not known
 * @param currentLeaderEpoch the leader's epoch now, -1 if the guard did not ask for it or
 * got no answer
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

		/**
		 * A leader has answered a validation of the position (KIP-320) with a truncation.
		 */
		TRUNCATION,

		/** A broker has answered a fetch with OFFSET_OUT_OF_RANGE. */
		OUT_OF_RANGE,

		/**
		 * As {@link #OUT_OF_RANGE}, for a position that the application has sought. The
		 * client has not delivered or committed anything from it yet.
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
		 * As {@link #OUT_OF_RANGE}, for a partition that the guard holds already because
		 * its position was above the log end offset.
		 */
		HELD_ABOVE_LOG_END

	}

	/** What the leader told a fresh inspector that validated the position again. */
	public enum Validation {

		/**
		 * The inspector did not ask: the position's epoch is unknown, does not matter, or
		 * is not known to be one that a leader has reached.
		 */
		NOT_ASKED,

		/** The position is valid: the leader did not repeat the claim. */
		VALID,

		/** The leader claimed a truncation again. */
		CLAIMED,

		/** The leader did not answer in time. */
		UNANSWERED

	}

	/**
	 * The last claim: the one that the inspector got, or else the client's.
	 * @return the claim, {@code null} if there is none
	 */
	public @Nullable TruncationClaim lastClaim() {
		return (repeatedClaim != null) ? repeatedClaim : claim;
	}

	/**
	 * Where the consumer was last: its position, or the last known commit if that was
	 * lost or an older one has replaced it.
	 * @return the offset, -1 where that is not known
	 */
	public long origin() {
		return (position >= 0 && trigger != Trigger.COMMITTED_OFFSET) ? position : remembered.committedOffset();
	}

	/**
	 * Whether brokers have answered all that the guard has asked about a position.
	 * @return {@code true} also if there is no position
	 */
	public boolean isAnswered() {
		return position < 0 || (boundsAfter != null && validation != Validation.UNANSWERED);
	}

	/**
	 * Whether the topic is another one than before, with the same name.
	 * @return {@code false} also if an id is not known
	 */
	public boolean isOtherTopic() {
		Uuid before = remembered.topicId();
		if (before == null || topicId == null || before.equals(Uuid.ZERO_UUID) || topicId.equals(Uuid.ZERO_UUID)) {
			return false;
		}
		return !before.equals(topicId);
	}

	/**
	 * Whether the application asks for records that the log does not have any more. It
	 * then means the log start, and loses nothing of what it had.
	 * @return {@code true} if it has sought a position below the log start
	 */
	public boolean isSoughtBelowLogStart() {
		return trigger == Trigger.SOUGHT_OUT_OF_RANGE && !isOtherTopic() && boundsAfter != null
				&& position < boundsAfter.logStartOffset();
	}

	/**
	 * What the guard knows about a partition without a commit.
	 * @param remembered what was known about the partition and its topic before
	 * @param topicId the topic's id now, {@code null} if it is not known
	 * @return the evidence
	 */
	public static Evidence noCommittedOffset(Remembered remembered, @Nullable Uuid topicId) {
		return new Evidence(Trigger.NO_COMMITTED_OFFSET, -1, -1, null, Validation.NOT_ASKED, null, null, null, null,
				null, null, -1, -1, remembered, topicId, -1);
	}

}
