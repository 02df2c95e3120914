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
 * @param decision why it is held
 * @param position where the partition is; if it never had a position, where plain Kafka
 * would have started it, which is never committed, and -1 as long as that is not known
 * @param rechecks how often the evidence was gathered again
 * @param recheckAt when the evidence is due again, in {@code GuardClock.nanoTime()}
 */
public record Hold(Decision decision, long position, int rechecks, long recheckAt) {

	/**
	 * Whether the position is fine and the partition only waits before it is read again:
	 * a broker that refuses a good position once will refuse it a thousand times a
	 * second.
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
