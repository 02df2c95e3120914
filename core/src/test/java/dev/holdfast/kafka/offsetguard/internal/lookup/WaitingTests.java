/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.lookup;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

import dev.holdfast.kafka.offsetguard.ScriptedClock;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

class WaitingTests {

	private static final Duration LIFE = Duration.ofMinutes(1);

	private final ScriptedClock clock = ScriptedClock.standing();

	private final CompletableFuture<String> answer = new CompletableFuture<>();

	private final Waiting waiting = new Waiting(answer, clock);

	@Test
	void waitsUntilThereIsAnAnswer() {
		clock.advance(Duration.ofSeconds(2));
		assertThat(waiting.waited()).isEqualTo(Duration.ofSeconds(2).toNanos());
		clock.advance(Duration.ofSeconds(1));
		answer.completeExceptionally(new IllegalStateException());
		clock.advance(Duration.ofSeconds(5));

		assertThat(waiting.waited()).isEqualTo(Duration.ofSeconds(3).toNanos());
	}

	@Test
	void answerIsOutdatedAfterItsLife() {
		clock.advance(LIFE.multipliedBy(2));
		assertThat(waiting.isOutdated()).isFalse();
		answer.complete("");

		clock.advance(LIFE);
		assertThat(waiting.isOutdated()).isFalse();
		clock.advance(Duration.ofNanos(1));

		assertThat(waiting.isOutdated()).isTrue();
	}

}
