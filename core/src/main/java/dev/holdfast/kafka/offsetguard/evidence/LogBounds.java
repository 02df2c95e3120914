/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.evidence;

/**
 * The bounds of a partition's log at one moment, as the leader reported them.
 *
 * @param logStartOffset the first offset that the log still has
 * @param logEndOffset the offset of the next record to come, transactions in flight
 * included
 */
public record LogBounds(long logStartOffset, long logEndOffset) {

	/**
	 * Whether a consumer can be at a position in this log.
	 * @param position the position
	 * @return {@code true} also at the log end
	 */
	public boolean contains(long position) {
		return position >= logStartOffset && position <= logEndOffset;
	}

}
