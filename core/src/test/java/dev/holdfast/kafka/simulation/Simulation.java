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

import dev.holdfast.kafka.offsetguard.policy.Cause;
import org.apache.kafka.common.TopicPartition;

/**
 * Runs histories, and says which of them break an invariant.
 */
final class Simulation {

	/** How often each thing has happened, over all histories of this JVM. */
	static final Map<String, Integer> STATISTICS = new java.util.TreeMap<>();

	/**
	 * What moves positions, or removes records, at a time that the guard has an influence
	 * on.
	 */
	private static final Class<?>[] MOVING = { Step.Seek.class, Step.SeekToEnd.class, Step.ForeignCommit.class,
			Step.RegressCommit.class, Step.LoseCommit.class, Step.Recreate.class, Step.Truncate.class,
			Step.Retain.class, Step.Order.class, Step.OtherCluster.class, Step.SwitchMode.class };

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
			guarded.decisions()
				.forEach((each) -> STATISTICS.merge(each.cause() + " " + each.action(), 1, Integer::sum));
			guarded.happenings().forEach((each) -> STATISTICS.merge("guarded " + each, 1, Integer::sum));
			if (script.options().observing() && !script.isAny(Step.SwitchMode.class)) {
				Observation.compare(new Run(script, false, Trace.NONE).happen(), guarded,
						isSettled(script) || !mayMomentsMatter(script, guarded));
				return null;
			}
			boolean isWaiting = !guarded.stalled().isEmpty() && !mayWaitForEpoch(script);
			boolean isComparable = isComparable(script, guarded);
			if (isWaiting || isComparable) {
				Run plain = new Run(script, false, Trace.NONE).happen();
				plain.happenings().forEach((each) -> STATISTICS.merge("plain " + each, 1, Integer::sum));
				compare(plain, guarded, isWaiting, isComparable && !plain.hasFailed());
			}
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
	 * Whether the application reads all there is after each step. Where nodes are silent
	 * it cannot, and the guard waits for other nodes than the client. Nor can it where
	 * the client looks for the end of the log again and again.
	 */
	static boolean isSettled(Script script) {
		List<Step> steps = script.steps();
		for (int i = 0; i < steps.size(); i++) {
			Step next = (i + 1 < steps.size()) ? steps.get(i + 1) : new Step.Poll(0);
			if (!(steps.get(i) instanceof Step.Settle) && !(next instanceof Step.Settle)) {
				return false;
			}
		}
		boolean isResetAgain = script.reset().equals("latest") && script.isAny(Step.LieAboutRange.class);
		// An observed client goes on in another topic without the epoch of the claim.
		boolean isAnotherCutOff = script.isAny(Step.Recreate.class) && script.isAny(Step.Truncate.class);
		return !isResetAgain && !isAnotherCutOff && !script.isAny(Step.Silence.class, Step.Delay.class);
	}

	/**
	 * Whether nothing but the guard can make a difference. What decisions have moved is
	 * checked against the truth instead.
	 */
	private static boolean isComparable(Script script, Run guarded) {
		return guarded.decisions().stream().allMatch((each) -> !each.isNotable())
				&& script.policy().keySet().stream().noneMatch(Cause::isAboutFirstPosition) && !guarded.hasFailed()
				&& !mayMomentsMatter(script, guarded);
	}

	/**
	 * Whether moments matter. Where the end of a log is the start, they do, and plain
	 * Kafka follows lies. A client that asks a leader that has just moved asks the next
	 * one after a backoff.
	 */
	private static boolean mayMomentsMatter(Script script, Run guarded) {
		boolean isStartLate = script.reset().equals("latest")
				&& (script.isAny(Step.Wakeup.class, Step.Lie.class, Step.LieAboutRange.class)
						|| (script.isAny(Step.Silence.class, Step.Delay.class)
								&& (isUnansweredStartLate(script) || isStartShort(script)))
						|| isAnyLeaderSilent(script) || script.isAnyAfterPoll(Step.Move.class)
						|| isStartedAnew(guarded));
		return isStartLate || script.isAny(MOVING);
	}

	/**
	 * Whether the first poll may be too short for all that the guard asks before the
	 * client does.
	 */
	private static boolean isStartShort(Script script) {
		return script.steps()
			.stream()
			.filter((each) -> each instanceof Step.Poll || each instanceof Step.Settle)
			.limit(1)
			.anyMatch((each) -> each instanceof Step.Poll poll && poll.millis() < 50);
	}

	/**
	 * With the guard nothing is missing, or comes twice, that plain Kafka would have
	 * delivered once.
	 */
	private static void compare(Run plain, Run guarded, boolean isWaiting, boolean isComparable) {
		if (isWaiting && !plain.hasFailed() && !plain.stalled().containsAll(guarded.stalled())) {
			throw new Violation("progress", guarded.stalled() + " wait for an epoch that no leader has");
		}
		if (!isComparable) {
			return;
		}
		Set<String> missing = new HashSet<>(plain.comparable());
		missing.removeAll(guarded.comparable());
		if (!missing.isEmpty()) {
			throw new Violation("harm", "missing " + missing.size() + " records that plain Kafka delivers");
		}
		if (!guarded.script().isAny(Step.Reopen.class, Step.Rebalance.class)) {
			twice(guarded.ledger().delivered());
		}
	}

	/**
	 * Whether a partition may start where the log ends once brokers have answered, and
	 * not where it ended at the assignment. A client that commits by itself must not get
	 * a provisional position, so all partitions of one assignment start together, at the
	 * end of the poll.
	 */
	private static boolean isUnansweredStartLate(Script script) {
		return script.autoCommit() || script.isAny(Step.Reopen.class, Step.Rebalance.class);
	}

	/**
	 * Whether a client may wait for a leader that does not answer until its request times
	 * out, and find the end of the log only then. Who asks first waits.
	 */
	private static boolean isAnyLeaderSilent(Script script) {
		return script.steps().stream().anyMatch((step) -> step instanceof Step.Silence silence && silence.node() >= 0);
	}

	/**
	 * Whether a partition has started without a commit more than once: the second time it
	 * skips, at the end of the log, what the consumer had not read by then, with the
	 * guard or without.
	 */
	private static boolean isStartedAnew(Run guarded) {
		Set<TopicPartition> started = new HashSet<>();
		return guarded.decisions()
			.stream()
			.anyMatch((each) -> each.cause().isAboutFirstPosition() && !started.add(each.partition()));
	}

	/**
	 * Whether a commit may have an epoch that no leader has: a client that reads it waits
	 * for that epoch, with the guard or without, and the two clients of a comparison may
	 * read commits at other times. A client that commits by itself writes such epochs
	 * into the commits of a topic that was created anew, or is in another cluster. If the
	 * application has it commit where it is, it believes the epoch of its own position
	 * once more, although it may know the new topic by then.
	 */
	private static boolean mayWaitForEpoch(Script script) {
		boolean isOwnCommitted = script.steps()
			.stream()
			.dropWhile((step) -> !(step instanceof Step.Recreate || step instanceof Step.OtherCluster))
			.anyMatch((step) -> script.autoCommit() || step instanceof Step.CommitCurrent);
		return isOwnCommitted || script.steps()
			.stream()
			.anyMatch((step) -> step instanceof Step.ForeignCommit commit && commit.epoch() > 0);
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
