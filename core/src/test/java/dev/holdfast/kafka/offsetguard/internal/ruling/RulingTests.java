/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.ruling;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.decision.Reason;
import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.evidence.LogBounds;
import dev.holdfast.kafka.offsetguard.evidence.RecordIdentity;
import dev.holdfast.kafka.offsetguard.evidence.Remembered;
import dev.holdfast.kafka.offsetguard.evidence.TruncationClaim;
import dev.holdfast.kafka.offsetguard.evidence.Witness;
import dev.holdfast.kafka.offsetguard.internal.client.AutoOffsetReset;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.MoveLimits;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.holdfast.kafka.offsetguard.evidence.Evidence.Trigger;
import dev.holdfast.kafka.offsetguard.evidence.Evidence.Validation;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an action comes to: position 150, log 20-270 before and 20-280 after, the end that
 * the application sees 260, the first record of the witness's time at 140.
 */
class RulingTests {

	@ParameterizedTest
	@CsvSource({ "FALSE_TRUNCATION, KEEP, 150", "LOG_TRUNCATED, DIVERGENCE, 100", "ABOVE_LOG_END, DIVERGENCE, 100",
			"BELOW_LOG_START, EARLIEST, 20", "BELOW_LOG_START, LATEST, 260", "LOG_TRUNCATED, TIMESTAMP, 140" })
	void readsFrom(Cause cause, Action action, long offset) {
		Ruling ruling = Ruling.rule(cause, action, evidence(100, 2, true, 260, 140));

		assertThat(ruling).isEqualTo(Ruling.readFrom(action, offset));
	}

	@ParameterizedTest
	@CsvSource({ "ABOVE_LOG_END, DIVERGENCE, 0, UNPROVEN", "LOG_TRUNCATED, TIMESTAMP, 2, NO_TARGET",
			"LOG_TRUNCATED, LATEST, 2, NO_TARGET", "LOG_TRUNCATED, HOLD, 2,", "UNVERIFIABLE, DIVERGENCE, 0, UNPROVEN",
			"NO_COMMITTED_OFFSET, AUTO_OFFSET_RESET, 0, NO_TARGET" })
	void holdsWithoutTarget(Cause cause, Action action, int epochAtDivergence, Reason.@Nullable Kind reason) {
		Ruling ruling = Ruling.rule(cause, action, evidence(100, epochAtDivergence, false, -1, -1));

		assertThat(ruling)
			.isEqualTo(new Ruling(action, new Outcome.Held(), (reason != null) ? Reason.of(reason) : null));
	}

	@ParameterizedTest
	@CsvSource({ "DIVERGENCE, 50, , 100", "DIVERGENCE, 49, , hold -50", "LATEST, , 110, 260", "LATEST, , 109, hold 110",
			"LATEST, 0, , 260", "DIVERGENCE, , 0, 100", "KEEP, 0, 0, 150" })
	void holdsWhatWouldMoveTooFar(Action action, Long maxRewind, Long maxSkip, String expected) {
		Ruling ruling = Ruling.rule(Cause.LOG_TRUNCATED, action, new MoveLimits(maxRewind, maxSkip),
				evidence(100, 2, true, 260, 140));

		assertThat(ruling)
			.isEqualTo(
					expected.startsWith("hold ")
							? Ruling.hold(action,
									Reason.limit(Long.parseLong(expected.substring(5)),
											new MoveLimits(maxRewind, maxSkip)))
							: Ruling.readFrom(action, Long.parseLong(expected)));
	}

	@ParameterizedTest
	@CsvSource({ "EARLIEST", "LATEST", "DIVERGENCE", "TIMESTAMP" })
	void holdsWithoutBounds(Action action) {
		Evidence evidence = new Evidence(Trigger.TRUNCATION, 150, 0, new TruncationClaim(100, 0), Validation.UNANSWERED,
				null, null, null, null, null, null, -1, -1, Remembered.NOTHING, null, -1);

		assertThat(Ruling.rule(Cause.UNVERIFIABLE, action, evidence).outcome()).isEqualTo(new Outcome.Held());
	}

	@ParameterizedTest
	@CsvSource({ "UNVERIFIABLE, 100", "LOG_TRUNCATED, hold" })
	void followsAnUndecidedClaimOnlyForUnverifiable(Cause cause, String expected) {
		Evidence evidence = evidence(100, -1, false, 260, -1);

		Outcome outcome = Ruling.rule(cause, Action.DIVERGENCE, evidence).outcome();

		assertThat(outcome)
			.isEqualTo("hold".equals(expected) ? new Outcome.Held() : new Outcome.ReadFrom(Long.parseLong(expected)));
	}

	@ParameterizedTest
	@CsvSource({ "earliest, 100, 50", "latest, 100, 50", "earliest, 0, 130", "latest, 0, 110", "none, 0, 0",
			"by_duration:PT1H, 0, 0" })
	void countsWhatPlainKafkaWouldHaveMoved(String reset, long claimed, long spared) {
		Evidence evidence = evidence(claimed, 0, true, 260, -1);

		Decision.Impact impact = PlainKafka.impact(evidence, new Outcome.ReadFrom(150), AutoOffsetReset.parse(reset));

		assertThat(impact).isEqualTo(new Decision.Impact(0, 0, spared));
	}

	@ParameterizedTest
	@CsvSource({ "100, 0, 50", "160, 10, 0" })
	void countsWhatMoves(long target, long lost, long rewound) {
		Decision.Impact impact = PlainKafka.impact(evidence(100, 2, true, 260, -1), new Outcome.ReadFrom(target),
				AutoOffsetReset.parse("latest"));

		assertThat(impact).isEqualTo(new Decision.Impact(lost, rewound, 0));
	}

	/** Offset 0 is an offset like any other. */
	@ParameterizedTest
	@CsvSource({ "LATEST", "TIMESTAMP" })
	void readsFromTheVeryFirstOffset(Action action) {
		assertThat(Ruling.rule(Cause.LOG_TRUNCATED, action, evidence(100, 2, true, 0, 0)))
			.isEqualTo(Ruling.readFrom(action, 0));
	}

	@ParameterizedTest
	@CsvSource({ "149, 149", "150, 150", "151, hold" })
	void divergenceNeverSkips(long claimed, String expected) {
		Ruling ruling = Ruling.rule(Cause.LOG_TRUNCATED, Action.DIVERGENCE, evidence(claimed, 2, false, -1, -1));

		assertThat(ruling).isEqualTo("hold".equals(expected) ? Ruling.hold(Action.DIVERGENCE, Reason.Kind.NO_TARGET)
				: Ruling.readFrom(Action.DIVERGENCE, Long.parseLong(expected)));
	}

	/** The client follows a claim down to the log start, and resets below it. */
	@ParameterizedTest
	@CsvSource({ "latest, 20, 260, 130", "latest, 19, 260, 110", "latest, 19, 0, 150", "latest, 19, -1, 130",
			"latest, -1, 260, 110", "earliest, -1, 260, 130" })
	void countsWhatPlainKafkaWouldHaveMovedAtTheEdges(String reset, long claimed, long latest, long spared) {
		Decision.Impact impact = PlainKafka.impact(evidence(claimed, 0, true, latest, -1), new Outcome.ReadFrom(150),
				AutoOffsetReset.parse(reset));

		assertThat(impact).isEqualTo(new Decision.Impact(0, 0, spared));
	}

	/** Nothing of a new topic was delivered yet; plain Kafka would read on at 150. */
	@ParameterizedTest(name = "{5}")
	@CsvSource(textBlock = """
			150, 20-280, 20,  0,   130, all that would have been skipped is read
			150, 20-280, 60,  40,  90,  some of it is
			150, 20-280, 260, 240, 0,   more is skipped than would have been
			150, 20-100, 20,  0,   80,  the new log ends below the position
			10,  20-280, 20,  0,   0,   the new log starts above the position
			150, -,      20,  0,   0,   nobody knows the new log
			""")
	void countsWhatIsReadOfAnotherTopic(long position, String log, long target, long lost, long spared, String why) {
		String[] bounds = log.split("-");
		Evidence evidence = new Evidence(Trigger.TOPIC_ID, position, -1, null, Validation.NOT_ASKED, null, null,
				(bounds.length == 2) ? new LogBounds(Long.parseLong(bounds[0]), Long.parseLong(bounds[1])) : null, null,
				null, null, -1, -1, new Remembered(0, -1, 1, true, new Uuid(1, 1), -1), new Uuid(1, 2), -1);

		Decision.Impact impact = PlainKafka.impact(evidence, new Outcome.ReadFrom(target),
				AutoOffsetReset.parse("latest"));

		assertThat(impact).as(why).isEqualTo(new Decision.Impact(lost, 0, spared));
	}

	@Test
	void offsetsOfAnotherTopicAreNoDistance() {
		Ruling ruling = Ruling.rule(Cause.TOPIC_RECREATED, Action.EARLIEST, new MoveLimits(0L, 0L),
				evidence(100, 2, false, -1, -1));

		assertThat(ruling).isEqualTo(Ruling.readFrom(Action.EARLIEST, 20));
	}

	/** The application was not there, so that nothing is lost on the way to the start. */
	@ParameterizedTest
	@CsvSource({ "10, 20, 0", "10, 21, 0", "19, 20, 0", "20, 21, 1" })
	void seekOfTheApplicationBelowTheLogStartIsNoDistance(long sought, long logStart, long lost) {
		LogBounds bounds = new LogBounds(20, 280);
		Evidence evidence = new Evidence(Trigger.SOUGHT_OUT_OF_RANGE, sought, -1, null, Validation.NOT_ASKED, null,
				bounds, bounds, null, null, null, -1, -1, Remembered.NOTHING, null, -1);
		Ruling ruling = Ruling.readFrom(Action.EARLIEST, logStart);

		assertThat(PlainKafka.impact(evidence, ruling.outcome(), AutoOffsetReset.parse("latest")))
			.isEqualTo(new Decision.Impact(lost, 0, 0));
		assertThat(Ruling.limit(Cause.BELOW_LOG_START, ruling, new MoveLimits(0L, 0L), evidence))
			.isEqualTo((lost == 0) ? ruling : Ruling.hold(Action.EARLIEST, Reason.limit(lost, new MoveLimits(0L, 0L))));
	}

	/** What is told is what was done, not what the policy would have liked. */
	@Test
	void tellsTheActionTaken() {
		assertThat(Ruling.readFrom(Action.LATEST, 1).action()).isEqualTo(Action.LATEST);
		assertThat(Ruling.hold(Action.LATEST, Reason.Kind.NO_TARGET).action()).isEqualTo(Action.HOLD);
		Ruling failed = Ruling.fail(Action.HOLD, Reason.Kind.CANNOT_HOLD);
		assertThat(failed.action()).isEqualTo(Action.FAIL);
		assertThat(failed).isEqualTo(new Ruling(Action.HOLD, new Outcome.Failed(), Reason.of(Reason.Kind.CANNOT_HOLD)));
		assertThat(new Ruling(Action.LATEST, new Outcome.LookedUp(Action.LATEST), null).action())
			.isEqualTo(Action.LATEST);
	}

	/** Limits bind a position at the very first offset as any other. */
	@Test
	void holdsWhatWouldMoveTooFarFromTheVeryFirstOffset() {
		MoveLimits limits = new MoveLimits(null, 10L);

		assertThat(Ruling.limit(Cause.UNVERIFIABLE, Ruling.readFrom(Action.LATEST, 11), limits, position(0)))
			.isEqualTo(Ruling.hold(Action.LATEST, Reason.limit(11, limits)));
		assertThat(PlainKafka.impact(position(0), new Outcome.ReadFrom(11), AutoOffsetReset.parse("latest")))
			.isEqualTo(new Decision.Impact(11, 0, 0));
	}

	/** Where the client looks the target up, nobody knows how far it is. */
	@ParameterizedTest
	@CsvSource({ ", , false", "1000, , true", ", 1000, true" })
	void holdsWhatTheClientLooksUpIfThereAreLimits(Long maxRewind, Long maxSkip, boolean held) {
		Ruling ruling = new Ruling(Action.LATEST, new Outcome.LookedUp(Action.LATEST), null);
		MoveLimits limits = new MoveLimits(maxRewind, maxSkip);

		assertThat(Ruling.limit(Cause.ABOVE_LOG_END, ruling, limits, position(150)))
			.isEqualTo(held ? Ruling.hold(Action.LATEST, Reason.limit(0, limits)) : ruling);
	}

	/** The last record delivered has to be there, and the log has to reach the commit. */
	@ParameterizedTest(name = "{4}")
	@CsvSource(textBlock = """
			200, 20-280, 1000, READ,      the log still holds the record and the commit
			280, 20-280, 1000, READ,      the commit is at the log end
			281, 20-280, 1000, UNPROVEN,  the log ends below the commit
			19,  20-280, 1000, UNPROVEN,  the log starts above the commit
			200, 20-280, 1001, UNPROVEN,  the log holds another record
			200, 20-280, ,     UNPROVEN,  nobody has delivered a record
			200, -,      1000, NO_TARGET, nobody knows the log
			""")
	void goesToTheLatestCommitOnlyInTheSameLog(long committed, String log, Long found, String expected, String why) {
		Ruling ruling = Ruling.rule(Cause.COMMITTED_OFFSET_REGRESSED, Action.LATEST_KNOWN,
				regressed(committed, log, found));

		assertThat(ruling).as(why)
			.isEqualTo("READ".equals(expected) ? Ruling.readFrom(Action.LATEST_KNOWN, committed)
					: Ruling.hold(Action.LATEST_KNOWN, Reason.Kind.valueOf(expected)));
	}

	/** Plain Kafka would have read on from the older commit. */
	@Test
	void latestCommitSparesWhatTheOlderOneWouldHaveDeliveredAgain() {
		Decision.Impact impact = PlainKafka.impact(regressed(200, "20-280", 1_000L), new Outcome.ReadFrom(200),
				AutoOffsetReset.parse("earliest"));

		assertThat(impact).isEqualTo(new Decision.Impact(0, 0, 50));
	}

	@Test
	void movesOnlyWhereTheClientReadsOn() {
		assertThat(Ruling.readFrom(Action.KEEP, 150).isMove()).isTrue();
		assertThat(new Ruling(Action.LATEST, new Outcome.LookedUp(Action.LATEST), null).isMove()).isTrue();
		assertThat(Ruling.hold(Action.LATEST, Reason.Kind.NO_TARGET).isMove()).isFalse();
		assertThat(Ruling.fail(Action.HOLD, Reason.Kind.CANNOT_HOLD).isMove()).isFalse();
		assertThat(new Ruling(Action.AUTO_OFFSET_RESET, new Outcome.Rethrown(), null).isMove()).isFalse();
	}

	private static Evidence position(long position) {
		return new Evidence(Trigger.OUT_OF_RANGE, position, 0, null, Validation.NOT_ASKED, null, null, null, null, null,
				null, -1, -1, Remembered.NOTHING, null, -1);
	}

	/** The coordinator serves 150; the record at 149 was delivered at 1000. */
	private static Evidence regressed(long committed, String log, @Nullable Long found) {
		String[] bounds = log.split("-");
		LogBounds after = (bounds.length == 2) ? new LogBounds(Long.parseLong(bounds[0]), Long.parseLong(bounds[1]))
				: null;
		Witness witness = (found != null) ? new Witness(record(149, 0), new RecordIdentity(149, 0, found, 3, 4)) : null;
		return new Evidence(Trigger.COMMITTED_OFFSET, 150, 0, null, Validation.NOT_ASKED, null, after, after, null,
				null, witness, -1, -1, new Remembered(0, committed, 1, true, null, -1), null, 0);
	}

	private static Evidence evidence(long claimed, int epochAtDivergence, boolean witness, long latest,
			long timestampOffset) {
		return new Evidence(Trigger.TRUNCATION, 150, 0, null, Validation.CLAIMED, new TruncationClaim(claimed, 0),
				new LogBounds(20, 270), new LogBounds(20, 280), record(claimed - 1, 0),
				record(claimed, epochAtDivergence), witness ? new Witness(record(149, 0), null) : null, latest,
				timestampOffset, Remembered.NOTHING, null, -1);
	}

	private static @Nullable RecordIdentity record(long offset, int epoch) {
		return new RecordIdentity(offset, epoch, 1_000, 3, 4);
	}

}
