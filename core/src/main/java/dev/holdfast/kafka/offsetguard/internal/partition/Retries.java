/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.partition;

import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;

/**
 * How often the guard has confirmed a position in a row, without a record, another
 * position or a quiet minute in between. Belongs to the consumer's thread.
 */
public final class Retries {

	/** The guard has confirmed a position this often within 2 seconds. */
	public static final int UNTIL_HELD = 6;

	private static final long FORGET_KEPT_NANOS = TimeUnit.MINUTES.toNanos(1);

	/** Many times what a fetch takes, {@code fetch.max.wait.ms} included. */
	private static final long FORGET_TRIED_NANOS = TimeUnit.SECONDS.toNanos(5);

	private final GuardClock clock;

	private int times;

	private long keptAt;

	/** When the guard last let the client fetch from the position. */
	private long triedAt;

	/** Whether the client has had nothing to deliver since, and waits for brokers. */
	private boolean waiting;

	Retries(GuardClock clock) {
		this.clock = clock;
	}

	/**
	 * The guard has confirmed the position once more.
	 * @return how often it has by now
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
	 * Brokers refuse the position still, and do not tell why.
	 */
	public void unanswered() {
		if (times > 0) {
			keptAt = clock.nanoTime();
			tried();
		}
	}

	/**
	 * Counts anew: the position is another one, or a good one, or an operator wants the
	 * client to try it again.
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
	 * The guard has polled the client. A client that has records of other partitions to
	 * deliver, or may not fetch from this one, says nothing about it.
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
	 * Whether the guard has sent the client to a confirmed position so often in vain that
	 * the operator should hear of it.
	 */
	boolean isInVain() {
		return times >= UNTIL_HELD;
	}

	/**
	 * Whether that is so, and the client has not been quiet since. Counts anew if the
	 * position may count as a good one by now.
	 * @param held whether the client may not fetch from it
	 */
	boolean isInVainStill(boolean held) {
		if (times > 0 && !held && isOver()) {
			forget();
		}
		return isInVain();
	}

	/**
	 * Whether the client has said nothing against the position for so long that it may
	 * count as a good one.
	 */
	private boolean isOver() {
		return clock.nanoTime() - triedAt > (waiting ? FORGET_TRIED_NANOS : FORGET_KEPT_NANOS);
	}

}
