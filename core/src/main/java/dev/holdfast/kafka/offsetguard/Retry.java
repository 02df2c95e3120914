/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.util.concurrent.TimeUnit;

/**
 * Says when to ask again what was not answered: at growing intervals.
 */
final class Retry {

	private static final long FIRST = TimeUnit.MILLISECONDS.toNanos(100);

	private static final int MOST_DOUBLINGS = 5;

	private int times;

	private long dueAt;

	/**
	 * Takes note of what became of the last question.
	 * @param isAsked whether it has to be asked again
	 */
	void note(boolean isAsked) {
		dueAt = System.nanoTime() + (FIRST << Math.min(times, MOST_DOUBLINGS));
		times = isAsked ? times + 1 : 0;
	}

	boolean isDue() {
		return times == 0 || System.nanoTime() - dueAt >= 0;
	}

}
