/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.ruling;

import java.util.List;

import dev.holdfast.kafka.offsetguard.decision.Assignment;
import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.evidence.LogBounds;
import dev.holdfast.kafka.offsetguard.evidence.RecordIdentity;
import dev.holdfast.kafka.offsetguard.evidence.Remembered;
import dev.holdfast.kafka.offsetguard.evidence.Witness;
import dev.holdfast.kafka.offsetguard.internal.client.AutoOffsetReset;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What each answer of an operator comes to.
 */
class RemediesTests {

	private static final AutoOffsetReset LATEST = AutoOffsetReset.parse("latest");

	private static final LogBounds BOUNDS = new LogBounds(20, 100);

	private static final Witness WITNESS = new Witness(new RecordIdentity(499, 3, 1000, 4, 4), null);

	@Test
	void positionAboveTheLogHasACostForEachMove() {
		assertThat(costs(Cause.ABOVE_LOG_END, outOfRange(BOUNDS, WITNESS, 100, 60))).containsExactly(
				cost(Action.EARLIEST, 20, 0, 480), cost(Action.LATEST, 100, 0, 400), cost(Action.TIMESTAMP, 60, 0, 440),
				open(Action.OFFSET), open(Action.FAIL));
	}

	@Test
	void targetThatTheGuardHasYetToAskForIsOfferedWithoutACost() {
		assertThat(costs(Cause.ABOVE_LOG_END, outOfRange(null, WITNESS, -1, -1))).containsExactly(open(Action.EARLIEST),
				open(Action.LATEST), open(Action.TIMESTAMP), open(Action.OFFSET), open(Action.FAIL));
		assertThat(Remedies.isComplete(Cause.ABOVE_LOG_END, outOfRange(BOUNDS, WITNESS, 100, -1))).isFalse();
		assertThat(Remedies.isComplete(Cause.ABOVE_LOG_END, outOfRange(BOUNDS, null, 100, -1))).isTrue();
		assertThat(Remedies.isComplete(Cause.EPOCH_AHEAD, outOfRange(null, null, -1, -1))).isTrue();
	}

	@Test
	void whatCannotSucceedIsNotOffered() {
		// Nothing was delivered, and nobody has claimed anything.
		assertThat(costs(Cause.ABOVE_LOG_END, outOfRange(BOUNDS, null, 100, -1))).extracting(Assignment.Cost::action)
			.containsExactly(Action.EARLIEST, Action.LATEST, Action.OFFSET, Action.FAIL);
		// A bookmark has a timestamp, but inspectors look only for records of this
		// process.
		assertThat(costs(Cause.ABOVE_LOG_END,
				new Evidence(Evidence.Trigger.OUT_OF_RANGE, 500, -1, null, Evidence.Validation.NOT_ASKED, null, BOUNDS,
						BOUNDS, null, null, null, 100, -1, new Remembered(0, 500, -1, false, null, 1000), null, -1)))
			.extracting(Assignment.Cost::action)
			.containsExactly(Action.EARLIEST, Action.LATEST, Action.OFFSET, Action.FAIL);
		// The client waits for a leader wherever it is.
		assertThat(Remedies.of(Cause.ABOVE_LOG_END, outOfRange(BOUNDS, WITNESS, 100, 60), LATEST, true))
			.containsExactly(open(Action.FAIL));
	}

	@Test
	void nobodyCanCountFromAnUnknownPosition() {
		assertThat(costs(Cause.COMMITTED_OFFSET_LOST, lost(-1, -1))).containsExactly(
				new Assignment.Cost(Action.EARLIEST, 20L, null), new Assignment.Cost(Action.LATEST, 100L, null),
				open(Action.OFFSET), open(Action.FAIL));
		assertThat(costs(Cause.COMMITTED_OFFSET_LOST, lost(70, 1000))).containsExactly(cost(Action.EARLIEST, 20, 0, 50),
				cost(Action.LATEST, 100, 30, 0), open(Action.TIMESTAMP), open(Action.OFFSET), open(Action.FAIL));
	}

	@Test
	void ownResetOfTheConsumerIsAnAnswerUnlessItIsNone() {
		Evidence evidence = lost(-1, -1);
		assertThat(costs(Cause.NO_COMMITTED_OFFSET, evidence)).contains(
				new Assignment.Cost(Action.AUTO_OFFSET_RESET, 100L, null),
				new Assignment.Cost(Action.EARLIEST, 20L, null));
		assertThat(Remedies.of(Cause.NO_COMMITTED_OFFSET, evidence, AutoOffsetReset.parse("none"), false))
			.extracting(Assignment.Cost::action)
			.doesNotContain(Action.AUTO_OFFSET_RESET, Action.KEEP);
	}

	private static List<Assignment.Cost> costs(Cause cause, Evidence evidence) {
		return Remedies.of(cause, evidence, LATEST, false);
	}

	private static Assignment.Cost cost(Action action, long target, long lost, long rewound) {
		return new Assignment.Cost(action, target, new Decision.Impact(lost, rewound, 0));
	}

	private static Assignment.Cost open(Action action) {
		return new Assignment.Cost(action, null, null);
	}

	private static Evidence outOfRange(LogBounds bounds, Witness witness, long latest, long timestampOffset) {
		return new Evidence(Evidence.Trigger.OUT_OF_RANGE, 500, -1, null, Evidence.Validation.NOT_ASKED, null, bounds,
				bounds, null, null, witness, latest, timestampOffset, Remembered.NOTHING, null, -1);
	}

	private static Evidence lost(long committed, long timestamp) {
		return new Evidence(Evidence.Trigger.NO_COMMITTED_OFFSET, -1, -1, null, Evidence.Validation.NOT_ASKED, null,
				BOUNDS, BOUNDS, null, null, null, 100, -1, new Remembered(0, committed, -1, false, null, timestamp),
				null, -1);
	}

}
