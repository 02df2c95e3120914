/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.simulation;

import java.util.Set;

import org.apache.kafka.common.TopicPartition;

/**
 * How each history ends: brokers are honest, nothing is paused, and the application polls
 * on. Every partition that is not held has to read on then.
 */
final class Endings {

	/** Longer than a request and a recheck of a held partition take together. */
	private static final long LONGEST = 150_000;

	private static final long SHORTEST = 10_000;

	private Endings() {
	}

	static void end(Run run, Step.Honest honest) {
		run.trace().say("the end begins");
		run.perform(honest);
		if (!run.isAllAssigned()) {
			run.perform(new Step.Rebalance((1 << run.script().partitions()) - 1, false));
		}
		for (int i = 0; i < 6; i++) {
			run.poll(1000);
		}
		run.consumer().resume(run.consumer().assignment());
		append(run);
		run.compareUpToHere();
		pollOn(run, LONGEST);
		if (!run.hasFailed() && !isOver(run)) {
			// Where a partition starts at the end of its log, the end may be found late.
			append(run);
			pollOn(run, SHORTEST);
		}
		if (!run.hasFailed()) {
			run.all().forEach((each) -> check(run, each));
		}
	}

	private static void append(Run run) {
		for (int i = 0; i < run.script().partitions(); i++) {
			run.perform(new Step.Append(i, 2, false));
		}
	}

	private static void pollOn(Run run, long millis) {
		long until = run.time().millis() + millis;
		while (!run.hasFailed() && run.time().millis() < until && !isOver(run)) {
			run.poll(1000);
		}
	}

	private static boolean isOver(Run run) {
		return run.all().stream().allMatch((each) -> run.ledger().missing(each) == null || isHeld(run, each));
	}

	private static void check(Run run, TopicPartition partition) {
		ModelLog.Entry missing = run.ledger().missing(partition);
		Set<TopicPartition> assignment = run.consumer().assignment();
		if (missing == null || isHeld(run, partition)) {
			return;
		}
		if (run.process().isHeld(partition)) {
			throw new Violation("observed", partition + " is held, although the guard only observes");
		}
		if (run.isGuarded() && !run.process().isObserving() && !run.process().client().isWaitingForEpoch(partition)) {
			throw new Violation("progress",
					partition + " does not go on with " + missing + ", assigned " + assignment + ", next "
							+ run.ledger().next(partition) + ", client " + run.process().client().describe(partition));
		}
		run.stall(partition);
	}

	/**
	 * Whether the guard holds a partition, and may. One that only observes shows a
	 * partition that brokers have refused as held until something comes from it.
	 */
	private static boolean isHeld(Run run, TopicPartition partition) {
		boolean mayHold = !run.process().isObserving() || run.script().reset().equals("none");
		return mayHold && run.process().isHeld(partition);
	}

}
