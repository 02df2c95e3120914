/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.time;

import java.time.Duration;
import java.util.stream.LongStream;

import dev.holdfast.kafka.offsetguard.ScriptedClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class RetryTests {

	private static final Duration TICK = Duration.ofNanos(1);

	private final ScriptedClock clock = ScriptedClock.standing();

	@Test
	void firstQuestionIsDueAtOnce() {
		assertThat(new Retry(clock).isDue()).isTrue();
	}

	@Test
	void intervalDoublesUpToSomeSeconds() {
		Retry retry = new Retry(clock);

		assertThat(intervals(retry, 8)).containsExactly(100, 200, 400, 800, 1_600, 3_200, 3_200, 3_200);
	}

	@ParameterizedTest
	@CsvSource({ "0, 100", "3, 800" })
	void intervalDoublesNoMoreOftenThanIsSaid(int mostDoublings, long longest) {
		Retry retry = new Retry(mostDoublings, clock);

		assertThat(intervals(retry, 6)).endsWith(longest, longest);
	}

	@Test
	void answerBeginsAnew() {
		Retry retry = new Retry(clock);
		intervals(retry, 3);

		retry.note(false);

		assertThat(retry.isDue()).isTrue();
		assertThat(intervals(retry, 1)).containsExactly(100);
	}

	/**
	 * Asks in vain, and waits each time until it is due again.
	 */
	private long[] intervals(Retry retry, int times) {
		return LongStream.range(0, times).map((i) -> {
			retry.note(true);
			long millis = 0;
			while (!retry.isDue()) {
				clock.advance(Duration.ofMillis(100).minus(TICK));
				assertThat(retry.isDue()).isFalse();
				clock.advance(TICK);
				millis += 100;
			}
			return millis;
		}).toArray();
	}

}
