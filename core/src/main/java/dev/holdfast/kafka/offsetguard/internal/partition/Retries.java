/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.partition;

import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;

/**
 * How often a position was confirmed in a row, without a record, another position or a
 * quiet minute in between. Belongs to the consumer's thread.
 */
public final class Retries {

	/** Within 2 seconds. */
	public static final int UNTIL_HELD = 6;

	private static final long FORGET_KEPT_NANOS = TimeUnit.MINUTES.toNanos(1);

	/** Many times what a fetch takes, {@code fetch.max.wait.ms} included. */
	private static final long FORGET_TRIED_NANOS = TimeUnit.SECONDS.toNanos(5);

	private final GuardClock clock;

	private int times;

	private long keptAt;

	/** When the client was let fetch from the position last. */
	private long triedAt;

	/** Whether the client has had nothing to deliver since, and waits for brokers. */
	private boolean waiting;

	Retries(GuardClock clock) {
		this.clock = clock;
	}

	/**
	 * The position was confirmed once more.
	 * @return how often it was by now
	 */
	int confirmed() {
		long now = clock.nanoTime();
		boolean recently = times > 0 && now - keptAt <= FORGET_KEPT_NANOS;
		times = recently ? times + 1 : 1;
		keptAt = now;
		triedAt = now;
		waiting = false;
		return times;
	}

	/**
	 * Counts anew: the position is another one, or is a good one, or somebody has looked
	 * at it and wants it tried again.
	 */
	public void forget() {
		times = 0;
	}

	/**
	 * The client may fetch from the confirmed position again.
	 */
	public void tried() {
		if (times > 0) {
			triedAt = clock.nanoTime();
			waiting = false;
		}
	}

	/**
	 * The client was polled. One that has records of other partitions to deliver, or may
	 * not fetch from this one, says nothing about it.
	 */
	void polled(boolean paused, boolean nothingDelivered) {
		if (paused) {
			tried();
		}
		else if (nothingDelivered && times > 0 && !waiting) {
			triedAt = clock.nanoTime();
			waiting = true;
		}
	}

	/**
	 * Whether the client was sent to a confirmed position so often in vain that somebody
	 * should hear of it, and no end to that is in sight. Counts anew if there is.
	 * @param held whether the client may not fetch from it
	 */
	boolean isInVainStill(boolean held) {
		if (times > 0 && !held && isOver()) {
			forget();
		}
		return times >= UNTIL_HELD;
	}

	/**
	 * Whether the client has said nothing against the position for so long that it may
	 * count as a good one.
	 */
	private boolean isOver() {
		return clock.nanoTime() - triedAt > (waiting ? FORGET_TRIED_NANOS : FORGET_KEPT_NANOS);
	}

}
