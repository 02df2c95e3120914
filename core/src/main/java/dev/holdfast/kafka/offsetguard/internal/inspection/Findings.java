/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.inspection;

import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.evidence.LogBounds;
import dev.holdfast.kafka.offsetguard.evidence.RecordIdentity;
import dev.holdfast.kafka.offsetguard.evidence.Remembered;
import dev.holdfast.kafka.offsetguard.evidence.TruncationClaim;
import dev.holdfast.kafka.offsetguard.evidence.Witness;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * What an inspection has found out about one suspect so far. Offsets are -1 until they
 * are known.
 */
public final class Findings {

	public final Suspect suspect;

	long logStartBefore = -1;

	long logEndBefore = -1;

	long logStartAfter = -1;

	long logEndAfter = -1;

	Evidence.Validation validation = Evidence.Validation.NOT_ASKED;

	public @Nullable TruncationClaim repeatedClaim;

	@Nullable RecordIdentity beforeDivergence;

	@Nullable RecordIdentity atDivergence;

	@Nullable RecordIdentity atWitness;

	long latestOffset = -1;

	long timestampOffset = -1;

	public Remembered remembered;

	public @Nullable Uuid topicId;

	Findings(Suspect suspect) {
		this.suspect = suspect;
		this.remembered = suspect.remembered();
		this.topicId = suspect.topicId();
	}

	public TopicPartition partition() {
		return suspect.partition();
	}

	public boolean isTruncation() {
		return suspect.trigger() == Evidence.Trigger.TRUNCATION;
	}

	/**
	 * Whether validating the position again can tell anything.
	 */
	boolean isWorthValidating() {
		boolean askable = logEndBefore >= 0 && suspect.reachedEpoch() >= 0;
		boolean inDoubt = switch (suspect.trigger()) {
			case OUT_OF_RANGE, SOUGHT_OUT_OF_RANGE -> suspect.position() > logEndBefore;
			case COMMITTED_EPOCH, COMMITTED_OFFSET, TOPIC_ID, CLUSTER_ID -> false;
			case NO_COMMITTED_OFFSET, TRUNCATION, HELD_ABOVE_LOG_END -> true;
		};
		return askable && inDoubt;
	}

	void takeValid() {
		if (validation != Evidence.Validation.CLAIMED) {
			validation = Evidence.Validation.VALID;
		}
	}

	long claimedOffset() {
		return (repeatedClaim != null) ? repeatedClaim.divergentOffset() : -1;
	}

	long deliveredOffset() {
		return (suspect.delivered() != null) ? suspect.delivered().offset() : -1;
	}

	boolean isDivergenceReadable() {
		TruncationClaim claim = repeatedClaim;
		return claim != null && claim.isDefined() && claim.divergentOffset() >= logStartBefore
				&& claim.divergentOffset() <= logEndAfter;
	}

	boolean isWitnessReadable() {
		RecordIdentity delivered = suspect.delivered();
		return delivered != null && delivered.offset() >= logStartBefore && delivered.offset() < logEndAfter;
	}

	/**
	 * Whether the guard cannot decide yet, since brokers have not told the bounds of the
	 * log. It needs them where the topic, or the epoch, may be another one than the
	 * client's.
	 */
	public boolean isOpen() {
		Evidence evidence = toEvidence();
		boolean needsBounds = suspect.trigger() == Evidence.Trigger.COMMITTED_EPOCH
				|| suspect.trigger() == Evidence.Trigger.TOPIC_ID || evidence.isOtherTopic();
		return needsBounds && evidence.boundsAfter() == null;
	}

	public Evidence toEvidence() {
		int leaderEpoch = (validation != Evidence.Validation.NOT_ASKED) ? suspect.reachedEpoch()
				: suspect.leaderEpoch();
		return new Evidence(suspect.trigger(), suspect.position(), leaderEpoch, suspect.claim(), validation,
				repeatedClaim, LogBounds.of(logStartBefore, logEndBefore), boundsAfter(), beforeDivergence,
				atDivergence, witness(), latestOffset, timestampOffset, remembered, topicId,
				suspect.currentLeaderEpoch());
	}

	private @Nullable Witness witness() {
		RecordIdentity delivered = suspect.delivered();
		RecordIdentity found = (atWitness != null) ? atWitness : suspect.replacedBy();
		return (delivered != null) ? new Witness(delivered, found) : null;
	}

	/**
	 * The bounds as the inspector has read them last. It may have asked for the epoch of
	 * a topic that is gone. Then it waits for a leader of that epoch, and reads nothing
	 * more of the new topic, whose epochs begin with 0: what it has read before has to
	 * do.
	 */
	private @Nullable LogBounds boundsAfter() {
		LogBounds after = LogBounds.of(isTruncation() ? logStartBefore : logStartAfter, logEndAfter);
		boolean isOtherTopic = topicId != null && remembered.topicId() != null && !topicId.equals(remembered.topicId());
		return (after == null && isOtherTopic) ? LogBounds.of(logStartBefore, logEndBefore) : after;
	}

}
