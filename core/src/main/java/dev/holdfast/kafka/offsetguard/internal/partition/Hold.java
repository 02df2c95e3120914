/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.partition;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;

/**
 * One partition's hold.
 *
 * @param decision why the guard holds it
 * @param position where the partition is; if it never had a position, where plain Kafka
 * would have started it, which the guard never commits, and -1 as long as the guard does
 * not know that
 * @param rechecks how often the guard has gathered the evidence again
 * @param recheckAt when the evidence is due again, in {@code GuardClock.nanoTime()}
 */
public record Hold(Decision decision, long position, int rechecks, long recheckAt) {

	/**
	 * Whether the position is fine and the guard only waits before it lets the client
	 * read there again. A broker that refuses a good position once would refuse it a
	 * thousand times a second.
	 */
	public boolean isRetry() {
		return decision.outcome() instanceof Outcome.ReadFrom;
	}

	/**
	 * Whether the partition has never had a position since it was assigned.
	 */
	public boolean isWithoutPosition() {
		return decision.evidence().position() < 0;
	}

	public Hold at(long found) {
		return new Hold(decision, found, rechecks, recheckAt);
	}

	Hold rechecked(long nanoTime) {
		return new Hold(decision, position, rechecks + 1, nanoTime);
	}

	boolean isDue(long nanoTime) {
		return recheckAt - nanoTime <= 0;
	}

}
