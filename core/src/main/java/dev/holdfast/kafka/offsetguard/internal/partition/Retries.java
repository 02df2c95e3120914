/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.partition;

import java.util.concurrent.TimeUnit;

import org.jspecify.annotations.Nullable;

/**
 * How often a position was confirmed in a row, without a record, another position or a
 * quiet minute in between. Times are those of {@code GuardClock.nanoTime()}.
 *
 * @param times how often
 * @param keptAt when it was last
 * @param triedAt when the client was let fetch from it last
 * @param waiting whether the client has had nothing to deliver since, and waits for what
 * brokers say
 */
public record Retries(int times, long keptAt, long triedAt, boolean waiting) {

	/** Within 2 seconds. */
	public static final int UNTIL_HELD = 6;

	private static final long FORGET_KEPT_NANOS = TimeUnit.MINUTES.toNanos(1);

	/** Many times what a fetch takes, {@code fetch.max.wait.ms} included. */
	private static final long FORGET_TRIED_NANOS = TimeUnit.SECONDS.toNanos(5);

	/**
	 * The position was confirmed once more.
	 */
	static Retries confirmed(@Nullable Retries before, long now) {
		boolean recently = before != null && now - before.keptAt <= FORGET_KEPT_NANOS;
		return new Retries((before != null && recently) ? before.times + 1 : 1, now, now, false);
	}

	/**
	 * The client may fetch from the confirmed position again.
	 */
	Retries tried(long now) {
		return new Retries(times, keptAt, now, false);
	}

	/**
	 * The client was polled and had nothing to deliver.
	 */
	Retries waiting(long now) {
		return waiting ? this : new Retries(times, keptAt, now, true);
	}

	/**
	 * Whether the client has said nothing against the position for so long that it may
	 * count as a good one.
	 */
	boolean isOver(long now) {
		return now - triedAt > (waiting ? FORGET_TRIED_NANOS : FORGET_KEPT_NANOS);
	}

	/**
	 * Whether the client was sent to the position so often that somebody should hear of
	 * it.
	 */
	boolean isInVain() {
		return times >= UNTIL_HELD;
	}

}
