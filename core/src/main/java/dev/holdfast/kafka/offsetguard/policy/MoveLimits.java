/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.policy;

import org.jspecify.annotations.Nullable;

/**
 * How far a decision may move a position, in offsets. A decision that would move it
 * further becomes a hold.
 *
 * @param maxRewindRecords the most records that a decision may deliver again,
 * {@code null} for any number
 * @param maxSkipRecords the most records that a decision may skip for good, {@code null}
 * for any number
 */
public record MoveLimits(@Nullable Long maxRewindRecords, @Nullable Long maxSkipRecords) {

	private static final MoveLimits UNLIMITED = new MoveLimits(null, null);

	/**
	 * Creates limits.
	 * @param maxRewindRecords the most records that a decision may deliver again,
	 * {@code null} for any number
	 * @param maxSkipRecords the most records that a decision may skip for good,
	 * {@code null} for any number
	 * @throws IllegalArgumentException if one is negative
	 */
	public MoveLimits {
		requireNotNegative("maxRewindRecords", maxRewindRecords);
		requireNotNegative("maxSkipRecords", maxSkipRecords);
	}

	/**
	 * Limits that allow any move.
	 * @return no limits
	 */
	public static MoveLimits unlimited() {
		return UNLIMITED;
	}

	/**
	 * Puts other limits on top of these.
	 * @param top the limits that win where they are set
	 * @return the union
	 */
	public MoveLimits with(MoveLimits top) {
		return new MoveLimits((top.maxRewindRecords != null) ? top.maxRewindRecords : maxRewindRecords,
				(top.maxSkipRecords != null) ? top.maxSkipRecords : maxSkipRecords);
	}

	/**
	 * Whether a move stays within these limits.
	 * @param from the position before
	 * @param to the position after
	 * @return {@code true} if a decision may move it
	 */
	public boolean allow(long from, long to) {
		Long limit = (to < from) ? maxRewindRecords : maxSkipRecords;
		return limit == null || Math.abs(to - from) <= limit;
	}

	private static void requireNotNegative(String name, @Nullable Long limit) {
		if (limit != null && limit < 0) {
			throw new IllegalArgumentException("%s cannot be negative but is %d".formatted(name, limit));
		}
	}

}
