/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.internal.judging;

import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

import dev.holdfast.kafka.conformance.internal.evidence.Answer;
import dev.holdfast.kafka.conformance.internal.evidence.Bounds;
import dev.holdfast.kafka.conformance.internal.evidence.LogFacts;
import dev.holdfast.kafka.conformance.internal.evidence.Reading;
import dev.holdfast.kafka.offsetguard.evidence.RecordIdentity;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static dev.holdfast.kafka.conformance.internal.judging.LogFactsBuilder.END;
import static dev.holdfast.kafka.conformance.internal.judging.LogFactsBuilder.NEW;
import static dev.holdfast.kafka.conformance.internal.judging.LogFactsBuilder.OLD;
import static dev.holdfast.kafka.conformance.internal.judging.LogFactsBuilder.START;
import static dev.holdfast.kafka.conformance.internal.judging.LogFactsBuilder.bounds;
import static dev.holdfast.kafka.conformance.internal.judging.LogFactsBuilder.found;
import static dev.holdfast.kafka.conformance.internal.judging.LogFactsBuilder.listed;
import static dev.holdfast.kafka.conformance.internal.judging.LogFactsBuilder.nothing;
import static dev.holdfast.kafka.conformance.internal.judging.LogFactsBuilder.outOfRange;
import static dev.holdfast.kafka.conformance.internal.judging.LogFactsBuilder.time;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is a lie about a log's offsets, and what only looks like one.
 */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class LogJudgeTests {

	private static final Consumer<LogFactsBuilder> HONEST = (facts) -> {
	};

	private static final Consumer<LogFactsBuilder> EMPTY = (facts) -> {
		facts.before = bounds(END, END, NEW);
		facts.between = facts.before;
		facts.after = facts.before;
		facts.first = new Answer.NotAsked<>("there was no time left");
		facts.last = facts.first;
		facts.lastAgain = facts.first;
		facts.aboveEnd = facts.first;
	};

	private static String judge(Function<LogFacts, Judgement> check, Consumer<LogFactsBuilder> lie) {
		LogFactsBuilder facts = new LogFactsBuilder();
		lie.accept(facts);
		Judgement judgement = check.apply(facts.build());
		return (judgement.verdict() + " " + judgement.kind()).trim();
	}

	private static String reads(Consumer<LogFactsBuilder> lie) {
		return judge(LogJudge::reads, lie);
	}

	private static String start(Consumer<LogFactsBuilder> lie) {
		return judge(LogJudge::logStart, lie);
	}

	private static String end(Consumer<LogFactsBuilder> lie) {
		return judge(LogJudge::logEnd, lie);
	}

	private static String outside(Consumer<LogFactsBuilder> lie) {
		return judge(LogJudge::outOfRange, lie);
	}

	private static String times(Consumer<LogFactsBuilder> lie) {
		return judge(LogJudge::timestamps, lie);
	}

	@Test
	void honestAnswersAreSound() {
		assertThat(new String[] { reads(HONEST), start(HONEST), end(HONEST), outside(HONEST), times(HONEST) })
			.containsOnly("sound");
	}

	@Test
	void logsFromZeroAreSound() {
		Consumer<LogFactsBuilder> zero = LogFactsBuilder::fromZero;

		assertThat(new String[] { reads(zero), start(zero), end(zero), outside(zero), times(zero) })
			.containsOnly("sound");
		assertThat(outside(zero.andThen((facts) -> {
			facts.first = outOfRange();
			facts.last = outOfRange();
		}))).isEqualTo("failed spurious");
	}

	@Test
	void reasonsWhyNothingIsTold() {
		assertThat(reason(LogJudge::reads, EMPTY)).isEqualTo("the log is empty");
		assertThat(reason(LogJudge::timestamps, (facts) -> facts.first = outOfRange()))
			.isEqualTo("records are out of range");
		assertThat(reason(LogJudge::timestamps, (facts) -> facts.last = outOfRange()))
			.isEqualTo("records are out of range");
		assertThat(reason(LogJudge::timestamps, (facts) -> facts.first = new Answer.Silent<>()))
			.isEqualTo("no record could be read");
		assertThat(reason(LogJudge::reads, (facts) -> facts.last = outOfRange())).isEqualTo("records are out of range");
		assertThat(reason(LogJudge::reads, (facts) -> facts.first = nothing())).startsWith("the log holds no records");
		assertThat(reason(LogJudge::reads, (facts) -> facts.first = new Answer.Silent<>()))
			.startsWith("reading at the log start got no answer");
		assertThat(reason(LogJudge::reads, (facts) -> facts.last = new Answer.Silent<>()))
			.startsWith("reading at the last record got no answer");
		assertThat(reason(LogJudge::reads, (facts) -> {
			facts.first = new Answer.NotAsked<>("there was no time left");
			facts.before = Bounds.UNKNOWN;
		})).isEqualTo("the bounds of the log are not known");
		assertThat(reason(LogJudge::outOfRange, (facts) -> facts.before = Bounds.UNKNOWN))
			.isEqualTo("the bounds of the log are not known");
		assertThat(reason(LogJudge::timestamps,
				(facts) -> facts.first = new Answer.Given<>(
						new Reading.Found(new RecordIdentity(START, OLD, -1, 1, 1)))))
			.isEqualTo("records carry no timestamps");
		assertThat(reason(LogJudge::timestamps,
				(facts) -> facts.last = new Answer.Given<>(
						new Reading.Found(new RecordIdentity(END - 1, NEW, -1, 1, 1)))))
			.isEqualTo("records carry no timestamps");
	}

	@Test
	void recordsThatRetentionOrCompactionTakesAwayAreNotMissed() {
		assertThat(times((facts) -> {
			facts.firstTime = listed(START + 1, time(START + 1), OLD);
			facts.firstAgain = found(START + 1, OLD);
		})).isEqualTo("skipped");
		assertThat(times((facts) -> {
			facts.lastTime = listed(-1, -1, -1);
			facts.lastAgain = outOfRange();
		})).isEqualTo("sound");
	}

	private static String reason(Function<LogFacts, Judgement> check, Consumer<LogFactsBuilder> lie) {
		LogFactsBuilder facts = new LogFactsBuilder();
		lie.accept(facts);
		return check.apply(facts.build()).detail();
	}

	@Test
	void emptyLogsTellNothingOfRecords() {
		assertThat(reads(EMPTY)).isEqualTo("skipped");
		assertThat(times(EMPTY)).isEqualTo("skipped");
		assertThat(start(EMPTY)).isEqualTo("sound");
		assertThat(end(EMPTY)).isEqualTo("sound");
		assertThat(outside(EMPTY)).isEqualTo("skipped");
	}

	@Test
	void records() {
		assertThat(reads((facts) -> facts.first = new Answer.Silent<>())).isEqualTo("failed no-answer");
		assertThat(reads((facts) -> facts.last = new Answer.Silent<>())).isEqualTo("failed no-answer");
		assertThat(reads((facts) -> facts.first = new Answer.Failed<>("error"))).isEqualTo("failed error");
		assertThat(reads((facts) -> facts.first = new Answer.Denied<>("no"))).isEqualTo("skipped");
		assertThat(reads((facts) -> facts.first = nothing())).isEqualTo("skipped");
		assertThat(reads((facts) -> facts.before = Bounds.UNKNOWN)).isEqualTo("sound");
	}

	@Test
	void logStart() {
		assertThat(start((facts) -> facts.belowStart = found(START - 1, OLD))).isEqualTo("failed over-reports");
		assertThat(start((facts) -> {
			facts.belowStart = found(START - 1, OLD);
			facts.after = bounds(START - 1, END, NEW);
		})).isEqualTo("sound");
		assertThat(start((facts) -> facts.first = outOfRange())).isEqualTo("failed out-of-range");
		assertThat(start((facts) -> {
			facts.first = outOfRange();
			facts.after = bounds(START + 1, END, NEW);
		})).isEqualTo("sound");
		assertThat(start((facts) -> facts.after = new Bounds(new Answer.Silent<>(), facts.after.end())))
			.isEqualTo("failed no-answer");
	}

	@Test
	void logEnd() {
		assertThat(end((facts) -> facts.atEnd = found(END, NEW))).isEqualTo("failed under-reports");
		assertThat(end((facts) -> {
			facts.atEnd = found(END, NEW);
			facts.after = bounds(START, END + 1, NEW);
		})).isEqualTo("sound");
		assertThat(end((facts) -> facts.atEnd = outOfRange())).isEqualTo("failed over-reports");
		assertThat(end((facts) -> {
			facts.atEnd = outOfRange();
			facts.after = bounds(START, END - 1, NEW + 1);
		})).isEqualTo("sound");
		// Retention has taken that record, and others after it, meanwhile.
		assertThat(end((facts) -> {
			facts.atEnd = outOfRange();
			facts.after = bounds(END + 2, END + 5, NEW);
		})).isEqualTo("sound");
		assertThat(end((facts) -> facts.between = bounds(END + 1, END, NEW))).isEqualTo("failed below-start");
		assertThat(end((facts) -> facts.before = new Bounds(facts.before.start(), new Answer.Failed<>("error"))))
			.isEqualTo("failed error");
	}

	@Test
	void offsetsOutsideOfTheLog() {
		assertThat(outside((facts) -> {
			facts.first = outOfRange();
			facts.last = outOfRange();
		})).isEqualTo("failed spurious");
		assertThat(outside((facts) -> {
			facts.first = outOfRange();
			facts.last = outOfRange();
			facts.after = bounds(END, END, NEW);
		})).isEqualTo("skipped");
		assertThat(outside((facts) -> facts.first = outOfRange())).isEqualTo("skipped");
		assertThat(outside((facts) -> facts.aboveEnd = new Answer.Silent<>())).isEqualTo("failed missing");
		assertThat(outside((facts) -> facts.aboveEnd = nothing())).isEqualTo("failed missing");
		assertThat(outside((facts) -> {
			facts.aboveEnd = new Answer.Silent<>();
			facts.lastAgain = new Answer.Silent<>();
		})).isEqualTo("skipped");
	}

	@Test
	void timestamps() {
		assertThat(times((facts) -> facts.firstTime = listed(START + 1, time(START + 1), OLD)))
			.isEqualTo("failed skips");
		assertThat(times((facts) -> facts.lastTime = listed(END, time(END), NEW))).isEqualTo("failed skips");
		assertThat(times((facts) -> facts.lastTime = listed(-1, -1, -1))).isEqualTo("failed none");
		assertThat(times((facts) -> facts.lastTime = listed(START, time(START), OLD))).isEqualTo("failed too-early");
		assertThat(times((facts) -> facts.firstTime = listed(START - 1, time(START), OLD)))
			.isEqualTo("warning approximate");
		assertThat(times((facts) -> facts.lastTime = new Answer.Silent<>())).isEqualTo("failed no-answer");
	}

}
