/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

/**
 * One partition's hold.
 *
 * @param decision why it is held
 * @param provisionalPosition the position that the paused client has; never committed
 * @param pausedByApplication whether the application has paused the partition itself
 * @param rechecks how often the evidence was gathered again
 * @param recheckAt when the evidence is due again, in {@link System#nanoTime()}
 */
record Hold(Decision decision, long provisionalPosition, boolean pausedByApplication, int rechecks, long recheckAt) {

	/**
	 * Whether the position is fine and the partition only waits before it is read again:
	 * a broker that refuses a good position once will refuse it a thousand times a
	 * second.
	 */
	boolean isRetry() {
		return decision.outcome() instanceof Outcome.ReadFrom;
	}

	Hold withPausedByApplication(boolean paused) {
		return new Hold(decision, provisionalPosition, paused, rechecks, recheckAt);
	}

	Hold rechecked(long nanoTime) {
		return new Hold(decision, provisionalPosition, pausedByApplication, rechecks + 1, nanoTime);
	}

	boolean isDue(long nanoTime) {
		return recheckAt - nanoTime <= 0;
	}

}
