/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.time;

import java.time.Duration;

import dev.holdfast.kafka.offsetguard.ScriptedClock;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class DeadlineTests {

	private static final Duration TICK = Duration.ofNanos(1);

	private static final Duration LONG = Duration.ofDays(1);

	private final ScriptedClock clock = ScriptedClock.standing();

	@Test
	void isOverWhenItsTimeHasGone() {
		Deadline deadline = Deadline.after(Duration.ofSeconds(5), clock);

		clock.advance(Duration.ofSeconds(5).minus(TICK));
		assertThat(deadline.isOver()).isFalse();
		clock.advance(TICK);

		assertThat(deadline.isOver()).isTrue();
	}

	@Test
	void leavesWhatHasNotGone() {
		Deadline deadline = Deadline.after(Duration.ofSeconds(5), clock);

		clock.advance(Duration.ofSeconds(3));

		assertThat(deadline.left(LONG)).isEqualTo(Duration.ofSeconds(2));
		assertThat(deadline.left(Duration.ofSeconds(1))).isEqualTo(Duration.ofSeconds(1));
	}

	@Test
	void leavesNothingAfterwards() {
		Deadline deadline = Deadline.after(Duration.ofSeconds(5), clock);

		clock.advance(Duration.ofSeconds(6));

		assertThat(deadline.left(LONG)).isZero();
	}

}
