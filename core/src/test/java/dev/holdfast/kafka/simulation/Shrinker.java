/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.simulation;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Makes a failing history smaller as long as it breaks the same invariant.
 */
final class Shrinker {

	private static final int MOST_TRIES = 3_000;

	private final String invariant;

	private int tries;

	private Shrinker(String invariant) {
		this.invariant = invariant;
	}

	static Script shrink(Script failing) {
		Violation violation = Simulation.check(failing);
		return (violation != null) ? new Shrinker(violation.invariant()).shrinkAll(failing) : failing;
	}

	private boolean isFailing(Script script) {
		Violation violation = (tries++ < MOST_TRIES) ? Simulation.check(script) : null;
		return violation != null && violation.invariant().equals(invariant);
	}

	private Script shrinkAll(Script failing) {
		Script smallest = failing;
		Script before;
		do {
			before = smallest;
			smallest = better(smallest, smallest.withPolicy(Map.of()));
			smallest = better(smallest, smallest.withLookDelay(1));
			smallest = better(smallest, smallest.withOptions(Script.Options.NONE));
			smallest = better(smallest, smallest.withOptions(new Script.Options(smallest.options().observing())));
			for (int fewer = 1; fewer < smallest.partitions(); fewer++) {
				smallest = better(smallest, smallest.withPartitions(fewer));
			}
			smallest = shrinkSteps(smallest);
		}
		while (!before.equals(smallest) && tries < MOST_TRIES);
		return smallest;
	}

	private Script better(Script smallest, Script candidate) {
		return (!candidate.equals(smallest) && isFailing(candidate)) ? candidate : smallest;
	}

	private Script shrinkSteps(Script failing) {
		Script smallest = failing;
		for (int size = Math.max(1, smallest.steps().size() / 2); size >= 1; size /= 2) {
			for (int i = 0; i + size <= smallest.steps().size();) {
				List<Step> fewer = new ArrayList<>(smallest.steps());
				fewer.subList(i, i + size).clear();
				Script candidate = smallest.with(fewer);
				if (isFailing(candidate)) {
					smallest = candidate;
				}
				else {
					i++;
				}
			}
		}
		return smallest;
	}

}
