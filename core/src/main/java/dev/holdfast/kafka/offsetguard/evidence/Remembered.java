/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.evidence;

import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * What was known about a partition and its topic before: by this process, or by bookmarks
 * in commits of the group (see {@code commit-bookmark}).
 *
 * @param partition the partition
 * @param committedOffset the offset that the group has committed for the partition, -1 if
 * none is known. For {@link Evidence.Trigger#COMMITTED_OFFSET}, the latest one
 * @param partitions how many partitions the topic had when the group looked last, -1 if
 * that is not known
 * @param initialCommits whether each of those partitions had a commit then, so that the
 * lack of one is a loss
 * @param topicId the topic's id, {@code null} if it is not known
 * @param timestamp the timestamp of the last record delivered before the commit in
 * milliseconds, -1 if that is not known
 */
public record Remembered(int partition, long committedOffset, int partitions, boolean initialCommits,
		@Nullable Uuid topicId, long timestamp) {

	/** Nothing is known. */
	public static final Remembered NOTHING = new Remembered(-1, -1, -1, false, null, -1);

	/**
	 * The same, and what was known earlier. A commit without a bookmark may replace one
	 * that had it; what the bookmark has told stays true.
	 * @param earlier what was known earlier
	 * @return the union
	 */
	public Remembered and(Remembered earlier) {
		boolean isCounted = earlier.partitions >= 0;
		return new Remembered(partition, (committedOffset >= 0) ? committedOffset : earlier.committedOffset,
				isCounted ? earlier.partitions : partitions, isCounted ? earlier.initialCommits : initialCommits,
				(topicId != null) ? topicId : earlier.topicId, Math.max(timestamp, earlier.timestamp));
	}

	/**
	 * Whether the topic did not have this partition when the group committed last.
	 * @return {@code false} also if that is not known
	 */
	public boolean isNewPartition() {
		return partitions >= 0 && partition >= partitions;
	}

}
