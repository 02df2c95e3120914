/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.evidence;

import org.jspecify.annotations.Nullable;

/**
 * The bounds of a partition's log at one moment, as the leader reported them.
 *
 * @param logStartOffset the first offset that the log still has
 * @param logEndOffset the offset of the next record to come, transactions in flight
 * included
 */
public record LogBounds(long logStartOffset, long logEndOffset) {

	/**
	 * What leaders have told, in two answers. A log that starts after its end is none:
	 * one of the two answers is older than the other, or wrong.
	 * @param logStartOffset the log start offset, negative if no leader has told it
	 * @param logEndOffset the log end offset, negative if no leader has told it
	 * @return the bounds, {@code null} if the two answers do not tell them
	 */
	public static @Nullable LogBounds of(long logStartOffset, long logEndOffset) {
		return (logStartOffset >= 0 && logEndOffset >= logStartOffset) ? new LogBounds(logStartOffset, logEndOffset)
				: null;
	}

	/**
	 * Whether a consumer can be at a position in this log.
	 * @param position the position
	 * @return {@code true} also at the log end
	 */
	public boolean contains(long position) {
		return position >= logStartOffset && position <= logEndOffset;
	}

}
