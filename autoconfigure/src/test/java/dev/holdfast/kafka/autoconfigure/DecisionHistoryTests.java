/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.util.List;
import java.util.stream.IntStream;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.DecisionListener;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The last decisions are remembered, and no more.
 */
@Timeout(30)
class DecisionHistoryTests {

	@Test
	void ofTenThousandTheLast256AreRemembered() {
		DecisionHistory history = new DecisionHistory();
		List<DecisionListener> factories = List.of(history.of("even"), history.of("odd"));
		IntStream.range(0, 10_000).forEach((i) -> factories.get(i % 2).onDecision(decision(i)));

		List<GuardedFactories.Made> remembered = history.newestFirst();
		assertThat(remembered).extracting((made) -> made.decision().partition().partition())
			.containsExactlyElementsOf(IntStream.iterate(9_999, (i) -> i - 1).limit(256).boxed().toList());
		assertThat(remembered.get(0).factory()).isEqualTo("odd");
		assertThat(remembered.get(1).factory()).isEqualTo("even");
		history.of("late").onDecision(decision(10_000));
		assertThat(remembered.get(0).factory()).isEqualTo("odd");
	}

	private static Decision decision(int partition) {
		return MadeUpDecisions.of(new TopicPartition("topic", partition), Cause.BELOW_LOG_START, Action.EARLIEST,
				new Decision.Impact(1, 0, 0));
	}

}
