/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.time;

import java.time.Duration;

import dev.holdfast.kafka.offsetguard.ScriptedClock;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class EvidenceBudgetTests {

	private final ScriptedClock clock = ScriptedClock.standing();

	private final EvidenceBudget budget = new EvidenceBudget(Duration.ofSeconds(10), clock);

	@Test
	void onlyTimeThatIsSpentCounts() {
		clock.advance(Duration.ofMinutes(1));
		spend(3_000);
		clock.advance(Duration.ofMinutes(1));

		assertThat(budget.left()).isEqualTo(Duration.ofSeconds(7));
		assertThat(budget.longest()).isEqualTo(Duration.ofSeconds(7));
	}

	@Test
	void timeThatIsBeingSpentCounts() {
		try (EvidenceBudget.Spending spending = budget.spend()) {
			clock.advance(Duration.ofSeconds(4));

			assertThat(budget.left()).isEqualTo(Duration.ofSeconds(6));
		}
	}

	@Test
	void timeThatIsSpentTwiceCountsOnce() {
		try (EvidenceBudget.Spending spending = budget.spend()) {
			clock.advance(Duration.ofSeconds(1));
			spend(2_000);
			clock.advance(Duration.ofSeconds(1));
		}

		assertThat(budget.left()).isEqualTo(Duration.ofSeconds(6));
	}

	@Test
	void nothingIsLeftWhenMoreThanAllIsSpent() {
		spend(11_000);

		assertThat(budget.left()).isZero();
		assertThat(budget.longest()).isZero();
	}

	@ParameterizedTest
	@CsvSource({ "2000, 2000", "20000, 10000" })
	void callGetsNoMoreThanItHasAndNoMoreThanTheWhole(long call, long left) {
		spend(5_000);

		budget.renew(Duration.ofMillis(call));

		assertThat(budget.left()).isEqualTo(Duration.ofMillis(left));
	}

	@Test
	void spendingThatGoesOnIntoTheNextCallCountsFromThereOn() {
		try (EvidenceBudget.Spending spending = budget.spend()) {
			clock.advance(Duration.ofSeconds(4));
			budget.renew(Duration.ofSeconds(10));
			clock.advance(Duration.ofSeconds(1));
		}

		assertThat(budget.left()).isEqualTo(Duration.ofSeconds(9));
	}

	@ParameterizedTest
	@CsvSource({ "0, 10", "10, 10", "100, 50", "5000, 200" })
	void questionsThatOutliveAPollGetAShareOfIt(long piece, long share) {
		budget.renewForPoll(Duration.ofMillis(piece), true);

		assertThat(budget.left()).isEqualTo(Duration.ofMillis(share));
		assertThat(budget.longest()).isEqualTo(Duration.ofSeconds(10));
	}

	@Test
	void questionsThatDoNotOutliveAPollGetTheWhole() {
		budget.renewForPoll(Duration.ofMillis(100), false);

		assertThat(budget.left()).isEqualTo(Duration.ofSeconds(10));
	}

	@Test
	void shareThatIsSpentIsThereOnceMoreButNotTheTime() {
		budget.renewForPoll(Duration.ofSeconds(5), true);
		spend(200);
		assertThat(budget.left()).isZero();

		budget.renewSpent();

		assertThat(budget.left()).isEqualTo(Duration.ofMillis(200));
		assertThat(budget.longest()).isEqualTo(Duration.ofMillis(9_800));
	}

	@ParameterizedTest
	@CsvSource({ "5000, false, true", "5001, true, false" })
	void moreThanHalfIsNearlyAll(long spent, boolean nearlySpent, boolean enough) {
		spend(spent);

		assertThat(budget.isNearlySpent()).isEqualTo(nearlySpent);
		assertThat(budget.isEnoughToInspect()).isEqualTo(enough);
	}

	private void spend(long millis) {
		try (EvidenceBudget.Spending spending = budget.spend()) {
			clock.advance(Duration.ofMillis(millis));
		}
	}

}
