/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.partition;

import org.jspecify.annotations.Nullable;

/**
 * A part of a log that is gone. The application may still have records of it in hand: if
 * it seeks back to them, or commits them late, it means that part.
 *
 * @param from the first offset to which it may seek back, -1 if it may not
 * @param to the last one
 * @param staleTo where the consumer was in that log
 */
record LostLog(long from, long to, long staleTo) {

	/**
	 * Adds a part. What was lost before still counts, as the application has not got past
	 * it since.
	 */
	static LostLog and(@Nullable LostLog before, long from, long position) {
		if (before == null) {
			return new LostLog(from, position, position);
		}
		long first = (before.from >= 0 && from >= 0) ? Math.min(before.from, from) : Math.max(before.from, from);
		return new LostLog(first, Math.max(before.to, position), Math.max(before.staleTo, position));
	}

	/**
	 * The application has got records of the present log.
	 * @param position the position after them
	 * @return what still counts, {@code null} if nothing does
	 */
	@Nullable LostLog delivered(long position) {
		return (position < staleTo) ? notInHand() : null;
	}

	/**
	 * The application has no records of it in hand any more. It may commit them late.
	 */
	LostLog notInHand() {
		return new LostLog(-1, -1, staleTo);
	}

	boolean contains(long offset) {
		return from >= 0 && offset >= from && offset <= to;
	}

}
