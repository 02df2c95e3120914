/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.time;

import java.util.concurrent.TimeUnit;

/**
 * Says when to ask again what brokers have not answered: at growing intervals.
 */
public final class Retry {

	private static final long FIRST = TimeUnit.MILLISECONDS.toNanos(100);

	private static final int MOST_DOUBLINGS = 5;

	private final int mostDoublings;

	private final GuardClock clock;

	private int times;

	private long dueAt;

	public Retry(GuardClock clock) {
		this(MOST_DOUBLINGS, clock);
	}

	/**
	 * Creates one with another longest interval.
	 * @param mostDoublings how often the interval, a tenth of a second at first, doubles
	 */
	public Retry(int mostDoublings, GuardClock clock) {
		this.mostDoublings = mostDoublings;
		this.clock = clock;
	}

	/**
	 * Takes note of what became of the last question.
	 * @param isAsked whether the guard has to ask it again
	 */
	public void note(boolean isAsked) {
		dueAt = clock.nanoTime() + (FIRST << Math.min(times, mostDoublings));
		times = isAsked ? times + 1 : 0;
	}

	public boolean isDue() {
		return times == 0 || clock.nanoTime() - dueAt >= 0;
	}

}
