/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * A partition whose position is in question, with all that is known before anybody looks.
 *
 * @param partition the partition
 * @param trigger what put its position into question
 * @param position the position, never negative
 * @param leaderEpoch the highest leader epoch among the records behind the position, -1
 * where unknown
 * @param claim the truncation claim as the client reported it; {@code null} for a
 * partition about which the client has said nothing, although it has no position
 * @param delivered the last record delivered, if any was
 * @param remembered what was known about the partition and its topic before
 * @param topicId the topic's id now, {@code null} if it is not known
 * @param currentLeaderEpoch the leader's epoch now, -1 if it is not known
 */
record Suspect(TopicPartition partition, Evidence.Trigger trigger, long position, int leaderEpoch,
		@Nullable TruncationClaim claim, @Nullable RecordIdentity delivered, Remembered remembered,
		@Nullable Uuid topicId, int currentLeaderEpoch) {

	/**
	 * The same, with what brokers say about its topic now.
	 */
	Suspect on(Remembered before, @Nullable Uuid topicIdNow) {
		return new Suspect(partition, trigger, position, leaderEpoch, claim, delivered, before, topicIdNow,
				currentLeaderEpoch);
	}

}
