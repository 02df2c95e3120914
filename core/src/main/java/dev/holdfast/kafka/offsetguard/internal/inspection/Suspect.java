/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.inspection;

import java.util.stream.IntStream;

import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.evidence.LogBounds;
import dev.holdfast.kafka.offsetguard.evidence.RecordIdentity;
import dev.holdfast.kafka.offsetguard.evidence.Remembered;
import dev.holdfast.kafka.offsetguard.evidence.TruncationClaim;
import dev.holdfast.kafka.offsetguard.evidence.Witness;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionState;
import dev.holdfast.kafka.offsetguard.internal.ruling.Classifier;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * A partition whose position is in question, with all that the guard knows before it
 * inspects the log.
 *
 * @param partition the partition
 * @param trigger what put its position into question
 * @param position the position, never negative
 * @param leaderEpoch the highest leader epoch that the client, a commit, a bookmark or
 * the claim names for the position; -1 where none does
 * @param ownEpoch the epoch that the client itself has had for the position, so that a
 * leader has reached it; -1 where unknown
 * @param claim the truncation claim as the client reported it; {@code null} if the client
 * has reported none
 * @param delivered the last record delivered, if any was
 * @param remembered what was known about the partition and its topic before
 * @param topicId the topic's id now, {@code null} if it is not known
 * @param currentLeaderEpoch the leader's epoch now, -1 if it is not known
 * @param replacedBy the record that the log was seen to hold in place of the last one
 * delivered, {@code null} if it was seen to hold none or was not looked into
 */
public record Suspect(TopicPartition partition, Evidence.Trigger trigger, long position, int leaderEpoch, int ownEpoch,
		@Nullable TruncationClaim claim, @Nullable RecordIdentity delivered, Remembered remembered,
		@Nullable Uuid topicId, int currentLeaderEpoch, @Nullable RecordIdentity replacedBy) {

	public Suspect(TopicPartition partition, Evidence.Trigger trigger, long position, int leaderEpoch, int ownEpoch,
			@Nullable TruncationClaim claim, @Nullable RecordIdentity delivered, Remembered remembered,
			@Nullable Uuid topicId, int currentLeaderEpoch) {
		this(partition, trigger, position, leaderEpoch, ownEpoch, claim, delivered, remembered, topicId,
				currentLeaderEpoch, null);
	}

	/**
	 * A position that is held already: what the guard has established about it stays.
	 * @param evidence what it is held for
	 * @param state what is known of the partition now
	 */
	public static Suspect again(TopicPartition partition, Evidence evidence, PartitionState state) {
		boolean validated = evidence.validation() != Evidence.Validation.NOT_ASKED;
		RecordIdentity delivered = state.delivered().last();
		boolean isNamed = delivered == null || evidence.trigger() == Evidence.Trigger.COMMITTED_OFFSET;
		if (isNamed && evidence.witness() != null) {
			delivered = evidence.witness().delivered();
		}
		return new Suspect(partition,
				wasAboveLogEnd(evidence) ? Evidence.Trigger.HELD_ABOVE_LOG_END : evidence.trigger(),
				evidence.position(), Math.max(state.leaderEpoch(), evidence.leaderEpoch()),
				Math.max(state.ownEpoch(), validated ? evidence.leaderEpoch() : -1), evidence.lastClaim(), delivered,
				evidence.remembered(), evidence.topicId(), -1, replacedBy(evidence.witness(), delivered));
	}

	/**
	 * What another look has shown already, and this one may not come to. A log that has
	 * lost a record does not get it back.
	 */
	private static @Nullable RecordIdentity replacedBy(@Nullable Witness before, @Nullable RecordIdentity delivered) {
		if (before == null || before.verdict() != Witness.Verdict.DIFFERENT) {
			return null;
		}
		return before.delivered().equals(delivered) ? before.found() : null;
	}

	/**
	 * Whether the log end was once below the position. A log that has grown since need
	 * not be the old one.
	 */
	private static boolean wasAboveLogEnd(Evidence evidence) {
		LogBounds bounds = evidence.boundsBefore();
		boolean outOfRange = switch (evidence.trigger()) {
			case OUT_OF_RANGE, SOUGHT_OUT_OF_RANGE, HELD_ABOVE_LOG_END ->
				bounds != null && evidence.position() > bounds.logEndOffset();
			case NO_COMMITTED_OFFSET, COMMITTED_EPOCH, COMMITTED_OFFSET, TOPIC_ID, CLUSTER_ID, TRUNCATION -> false;
		};
		return outOfRange || Classifier.classify(evidence) == Cause.ABOVE_LOG_END;
	}

	/**
	 * A partition that the client has reported, or that has no valid position although
	 * the client has not reported it.
	 */
	public static Suspect reported(TopicPartition partition, Evidence.Trigger trigger, long position,
			PartitionState state, @Nullable TruncationClaim claim) {
		int answered = (claim != null) ? claim.leaderEpoch() : -1;
		// A client that reports nothing may wait for the leader of an epoch that the
		// application has sought with.
		boolean isReached = claim != null || trigger != Evidence.Trigger.TRUNCATION || !state.isSoughtByApplication();
		return new Suspect(partition, trigger, position, Math.max(state.leaderEpoch(), answered),
				isReached ? state.ownEpoch() : -1, claim, state.delivered().last(), Remembered.NOTHING, null, -1);
	}

	/**
	 * The same, with what brokers say about its topic now.
	 */
	public Suspect on(Remembered before, @Nullable Uuid topicIdNow) {
		return new Suspect(partition, trigger, position, leaderEpoch, ownEpoch, claim, delivered, before, topicIdNow,
				currentLeaderEpoch, replacedBy);
	}

	/**
	 * The same, with the leader's epoch now.
	 */
	public Suspect under(int leaderEpochNow) {
		return new Suspect(partition, trigger, position, leaderEpoch, ownEpoch, claim, delivered, remembered, topicId,
				leaderEpochNow, replacedBy);
	}

	/**
	 * Whether a partition is looked into only because another one's leader has claimed
	 * something.
	 */
	public boolean isBystander() {
		return trigger == Evidence.Trigger.TRUNCATION && claim == null;
	}

	/**
	 * Whether nothing shows that a leader has ever reached the epoch. Commits and
	 * bookmarks may come from another cluster, and a claim may name any epoch.
	 */
	public boolean isEpochInDoubt() {
		return leaderEpoch > ownEpoch;
	}

	/**
	 * The epoch to validate the position with. A client that seeks with an epoch that the
	 * leader has not reached waits until it has, and asks nothing meanwhile.
	 * @return the epoch, -1 if no leader is known to have reached one of those named
	 */
	int reachedEpoch() {
		if (!isEpochInDoubt()) {
			return leaderEpoch;
		}
		int claimed = (claim != null) ? claim.leaderEpoch() : -1;
		return IntStream.of(leaderEpoch, claimed, ownEpoch)
			.filter((epoch) -> epoch <= currentLeaderEpoch)
			.max()
			.orElse(-1);
	}

}
