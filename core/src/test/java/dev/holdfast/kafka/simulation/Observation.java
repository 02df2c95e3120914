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

	static void compare(Run plain, Run observed) {
		if (plain.hasFailed() != observed.hasFailed()) {
			throw new Violation("observed", "plain Kafka has " + (plain.hasFailed() ? "" : "not ") + "failed");
		}
		if (plain.hasFailed()) {
			return;
		}
		if (!plain.stalled().equals(observed.stalled())) {
			throw new Violation("observed", observed.stalled() + " do not go on, with plain Kafka " + plain.stalled());
		}
		Map<String, Integer> expected = counts(plain.comparableInOrder());
		Map<String, Integer> actual = counts(observed.comparableInOrder());
		if (!expected.equals(actual)) {
			Map<String, Integer> missing = new HashMap<>(expected);
			missing.entrySet().removeAll(actual.entrySet());
			Map<String, Integer> more = new HashMap<>(actual);
			more.entrySet().removeAll(expected.entrySet());
			throw new Violation("observed", "plain Kafka delivers " + missing + ", and not " + more);
		}
	}

	private static Map<String, Integer> counts(List<String> values) {
		Map<String, Integer> counts = new HashMap<>();
		values.forEach((each) -> counts.merge(each, 1, Integer::sum));
		return counts;
	}

}
