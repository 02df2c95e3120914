/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.time;

import java.time.Duration;

/**
 * A bound on work, by the clock that never jumps.
 */
public final class Deadline {

	private final GuardClock clock;

	private final long end;

	private Deadline(GuardClock clock, long end) {
		this.clock = clock;
		this.end = end;
	}

	public static Deadline after(Duration duration, GuardClock clock) {
		return new Deadline(clock, clock.nanoTime() + duration.toNanos());
	}

	public boolean isOver() {
		return nanosLeft() <= 0;
	}

	/**
	 * The time left, but not more than a given one.
	 */
	public Duration left(Duration atMost) {
		return Duration.ofNanos(Math.max(0, Math.min(nanosLeft(), atMost.toNanos())));
	}

	private long nanosLeft() {
		return end - clock.nanoTime();
	}

}
