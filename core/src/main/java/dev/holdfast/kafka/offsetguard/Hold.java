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
 * @param recheckAt when the evidence is due again, in {@link System#nanoTime()}
 */
record Hold(Decision decision, long provisionalPosition, boolean pausedByApplication, long recheckAt) {

	Hold withPausedByApplication(boolean paused) {
		return new Hold(decision, provisionalPosition, paused, recheckAt);
	}

	Hold withRecheckAt(long nanoTime) {
		return new Hold(decision, provisionalPosition, pausedByApplication, nanoTime);
	}

	boolean isDue(long nanoTime) {
		return recheckAt - nanoTime <= 0;
	}

}
