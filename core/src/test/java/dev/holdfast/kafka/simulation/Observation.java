/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.simulation;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * A guard that only observes changes nothing: the application gets what it would get
 * without a guard.
 */
final class Observation {

	private Observation() {
	}

	/**
	 * Compares two runs of a script.
	 * @param isExact whether moments do not matter
	 */
	static void compare(Run plain, Run observed, boolean isExact) {
		if (!isExact) {
			return;
		}
		if (plain.hasFailed() != observed.hasFailed()) {
			throw new Violation("observed", "plain Kafka has " + (plain.hasFailed() ? "" : "not ") + "failed");
		}
		if (plain.hasFailed()) {
			return;
		}
		if (!plain.stalled().equals(observed.stalled())) {
			throw new Violation("observed", observed.stalled() + " do not go on, with plain Kafka " + plain.stalled());
		}
		boolean isAnew = !Simulation.isSettled(plain.script())
				&& plain.script().isAny(Step.Reopen.class, Step.Rebalance.class);
		Map<String, Integer> expected = counts(plain.comparableInOrder(), isAnew);
		Map<String, Integer> actual = counts(observed.comparableInOrder(), isAnew);
		if (!expected.equals(actual)) {
			Map<String, Integer> missing = new HashMap<>(expected);
			missing.entrySet().removeAll(actual.entrySet());
			Map<String, Integer> more = new HashMap<>(actual);
			more.entrySet().removeAll(expected.entrySet());
			throw new Violation("observed", "plain Kafka delivers " + missing + ", and not " + more);
		}
	}

	/**
	 * How often each record comes. A consumer that starts anew gets again what it has not
	 * committed, which depends on how much it got before.
	 */
	private static Map<String, Integer> counts(List<String> values, boolean isAnew) {
		Map<String, Integer> counts = new HashMap<>();
		values.forEach((each) -> counts.merge(each, 1, (one, more) -> isAnew ? 1 : one + more));
		return counts;
	}

}
