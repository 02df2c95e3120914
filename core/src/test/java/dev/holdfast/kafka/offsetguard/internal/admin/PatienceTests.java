/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.admin;

import java.time.Duration;
import java.util.Map;

import dev.holdfast.kafka.offsetguard.ScriptedClock;
import dev.holdfast.kafka.offsetguard.internal.client.AutoOffsetReset;
import dev.holdfast.kafka.offsetguard.internal.client.ClientConfiguration;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class PatienceTests {

	private static final Duration LIFE = Duration.ofMinutes(10);

	private final ScriptedClock clock = ScriptedClock.standing();

	private final Patience patience = patience(30_000);

	@Test
	void doesNotGrowWhileBrokersMayBeSilentByChance() {
		assertThat(growAfter(9_000)).isFalse();
		assertThat(patience.millis()).isEqualTo(3_000);
	}

	@Test
	void growsUpToTheConsumersOwn() {
		assertThat(growAfter(9_001)).isTrue();
		assertThat(patience.millis()).isEqualTo(9_000);
		assertThat(growAfter(27_000)).isFalse();
		assertThat(growAfter(27_001)).isTrue();
		assertThat(patience.millis()).isEqualTo(27_000);
		assertThat(growAfter(81_001)).isTrue();
		assertThat(patience.millis()).isEqualTo(30_000);
		assertThat(growAfter(600_000)).isFalse();
		assertThat(patience.millis()).isEqualTo(30_000);
	}

	@Test
	void neverGrowsWhereTheConsumerIsLessPatient() {
		Patience hasty = patience(1_000);

		assertThat(hasty.growAfter(Duration.ofMinutes(1).toNanos())).isFalse();
		assertThat(hasty.millis()).isEqualTo(3_000);
	}

	@Test
	void isForgottenAfterAWhile() {
		growAfter(9_001);

		clock.advance(LIFE);
		assertThat(patience.millis()).isEqualTo(9_000);
		clock.advance(Duration.ofNanos(1));

		assertThat(patience.millis()).isEqualTo(3_000);
	}

	@Test
	void livesLongerIfAnswersAreStillAsLate() {
		growAfter(9_001);
		clock.advance(LIFE.dividedBy(2));
		growAfter(27_001);

		clock.advance(LIFE);

		assertThat(patience.millis()).isEqualTo(27_000);
	}

	private boolean growAfter(long millis) {
		return patience.growAfter(Duration.ofMillis(millis).toNanos());
	}

	private Patience patience(int requestTimeout) {
		return new Patience(new ClientConfiguration(Map.of("request.timeout.ms", requestTimeout), "group", "client",
				AutoOffsetReset.parse("latest"), false, false, false, Duration.ofMinutes(5)), clock);
	}

}
