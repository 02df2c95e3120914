/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.partition;

import java.time.Duration;
import java.util.stream.IntStream;

import dev.holdfast.kafka.offsetguard.ScriptedClock;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class RetriesTests {

	private static final Duration TICK = Duration.ofNanos(1);

	private static final Duration QUIET = Duration.ofMinutes(1);

	private static final Duration SILENT = Duration.ofSeconds(5);

	private final ScriptedClock clock = ScriptedClock.standing();

	private final Retries retries = new Retries(clock);

	@Test
	void confirmationsInARowAreCounted() {
		assertThat(confirm(Retries.UNTIL_HELD - 1)).isEqualTo(Retries.UNTIL_HELD - 1);
		assertThat(retries.isInVainStill(false)).isFalse();

		clock.advance(QUIET);

		assertThat(confirm(1)).isEqualTo(Retries.UNTIL_HELD);
		assertThat(retries.isInVainStill(false)).isTrue();
	}

	@Test
	void confirmationAfterAQuietMinuteIsTheFirstOne() {
		confirm(Retries.UNTIL_HELD);

		clock.advance(QUIET.plus(TICK));

		assertThat(confirm(1)).isEqualTo(1);
	}

	@Test
	void positionIsGoodWhenTheClientWaitsAndNobodyComplains() {
		confirm(Retries.UNTIL_HELD);
		retries.tried();

		retries.polled(false, true);
		clock.advance(SILENT);
		retries.polled(false, true);
		assertThat(retries.isInVainStill(false)).isTrue();
		clock.advance(TICK);

		assertThat(retries.isInVainStill(true)).isTrue();
		assertThat(retries.isInVainStill(false)).isFalse();
	}

	@Test
	void clientThatDeliversOthersSaysNothing() {
		confirm(Retries.UNTIL_HELD);
		retries.polled(false, false);

		clock.advance(QUIET);
		assertThat(retries.isInVainStill(false)).isTrue();
		clock.advance(TICK);

		assertThat(retries.isInVainStill(false)).isFalse();
	}

	@Test
	void clientThatMayNotFetchSaysNothing() {
		confirm(Retries.UNTIL_HELD);
		retries.polled(false, true);

		for (int i = 0; i < 10; i++) {
			clock.advance(SILENT);
			retries.polled(true, true);
		}

		assertThat(retries.isInVainStill(false)).isTrue();
	}

	private int confirm(int times) {
		return IntStream.range(0, times).map((i) -> retries.confirmed()).reduce(0, (before, now) -> now);
	}

}
