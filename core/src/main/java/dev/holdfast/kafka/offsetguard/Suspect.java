/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import org.apache.kafka.common.TopicPartition;
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
 */
record Suspect(TopicPartition partition, Evidence.Trigger trigger, long position, int leaderEpoch,
		@Nullable TruncationClaim claim, @Nullable RecordIdentity delivered) {
}
