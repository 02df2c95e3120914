/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.simulation;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Runs histories, and says which of them break an invariant.
 */
final class Simulation {

	private Simulation() {
	}

	/**
	 * Runs a script with the guard, and plain beside it.
	 * @return what is wrong, {@code null} if nothing is
	 */
	static Violation check(Script script) {
		return check(script, Trace.NONE);
	}

	static Violation check(Script script, Trace trace) {
		try {
			Run guarded = new Run(script, true, trace).happen();
			Run plain = new Run(script, false, Trace.NONE).happen();
			compare(script, plain, guarded);
			return null;
		}
		catch (Violation ex) {
			return ex;
		}
		catch (RuntimeException ex) {
			Violation violation = new Violation("crash " + ex.getClass().getSimpleName() + " at " + place(ex),
					ex.toString());
			violation.initCause(ex);
			return violation;
		}
	}

	private static String place(RuntimeException ex) {
		StackTraceElement[] stack = ex.getStackTrace();
		return (stack.length > 0) ? stack[0].getClassName() + "." + stack[0].getMethodName() : "nowhere";
	}

	/**
	 * With the guard nothing is missing, or comes twice, that plain Kafka would have
	 * delivered once. What decisions have moved is checked against the truth instead.
	 */
	private static void compare(Script script, Run plain, Run guarded) {
		boolean isComparable = guarded.decisions().stream().allMatch((each) -> !each.isNotable()) && !plain.hasFailed()
				&& !guarded.hasFailed()
				&& !script.isAny(Step.Seek.class, Step.SeekToEnd.class, Step.ForeignCommit.class,
						Step.RegressCommit.class, Step.LoseCommit.class, Step.Recreate.class, Step.Truncate.class,
						Step.Retain.class, Step.Order.class);
		if (!isComparable) {
			return;
		}
		Set<String> missing = new HashSet<>(plain.ledger().delivered());
		missing.removeAll(guarded.ledger().delivered());
		if (!missing.isEmpty()) {
			throw new Violation("harm", "missing " + missing.size() + " records that plain Kafka delivers");
		}
		if (!script.isAny(Step.Reopen.class, Step.Rebalance.class)) {
			twice(guarded.ledger().delivered());
		}
	}

	private static void twice(List<String> delivered) {
		Map<String, Integer> counts = new HashMap<>();
		delivered.forEach((each) -> {
			if (counts.merge(each, 1, Integer::sum) > 1) {
				throw new Violation("harm", each + " delivered twice");
			}
		});
	}

}
