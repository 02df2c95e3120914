/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.internal.judging;

import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

import dev.holdfast.kafka.conformance.internal.evidence.Answer;
import dev.holdfast.kafka.conformance.internal.evidence.LogFacts;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static dev.holdfast.kafka.conformance.internal.judging.LogFactsBuilder.END;
import static dev.holdfast.kafka.conformance.internal.judging.LogFactsBuilder.NEW;
import static dev.holdfast.kafka.conformance.internal.judging.LogFactsBuilder.OLD;
import static dev.holdfast.kafka.conformance.internal.judging.LogFactsBuilder.START;
import static dev.holdfast.kafka.conformance.internal.judging.LogFactsBuilder.TURN;
import static dev.holdfast.kafka.conformance.internal.judging.LogFactsBuilder.bounds;
import static dev.holdfast.kafka.conformance.internal.judging.LogFactsBuilder.end;
import static dev.holdfast.kafka.conformance.internal.judging.LogFactsBuilder.found;
import static dev.holdfast.kafka.conformance.internal.judging.LogFactsBuilder.nothing;
import static dev.holdfast.kafka.conformance.internal.judging.LogFactsBuilder.outOfRange;
import static dev.holdfast.kafka.conformance.internal.judging.LogFactsBuilder.undefined;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What is a lie about leader epochs, and what only looks like one.
 */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class EpochJudgeTests {

	private static String judge(Function<LogFacts, Judgement> check, Consumer<LogFactsBuilder> lie) {
		LogFactsBuilder facts = new LogFactsBuilder();
		lie.accept(facts);
		Judgement judgement = check.apply(facts.build());
		return (judgement.verdict() + " " + judgement.kind()).trim();
	}

	private static String records(Consumer<LogFactsBuilder> lie) {
		return judge(EpochJudge::recordEpochs, lie);
	}

	private static String last(Consumer<LogFactsBuilder> lie) {
		return judge(EpochJudge::lastEpochEnd, lie);
	}

	private static String earlier(Consumer<LogFactsBuilder> lie) {
		return judge(EpochJudge::earlierEpochEnd, lie);
	}

	private static String future(Consumer<LogFactsBuilder> lie) {
		return judge(EpochJudge::futureEpochEnd, lie);
	}

	@Test
	void honestAnswersAreSound() {
		Consumer<LogFactsBuilder> honest = (facts) -> {
		};

		assertThat(new String[] { records(honest), last(honest), earlier(honest), future(honest) })
			.containsOnly("sound");
	}

	@Test
	void answersAboutTheSameRecordsTellWhatWasSeen() {
		assertThat(EpochJudge.recordEpochs(new LogFactsBuilder().build()).detail()).isEqualTo("epochs 0 to 2");
		LogFactsBuilder same = new LogFactsBuilder();
		same.last = found(END - 1, OLD);
		assertThat(EpochJudge.recordEpochs(same.build()).detail()).isEqualTo("epoch 0");
		assertThat(EpochJudge.earlierEpochEnd(same.build()).detail())
			.isEqualTo("the log holds records of one leader epoch only");
		same.first = found(START, -1);
		assertThat(EpochJudge.earlierEpochEnd(same.build()).detail()).isEqualTo("records carry no leader epochs");
		assertThat(EpochJudge.recordEpochs(same.build()).detail()).isEqualTo("the record at 5 carries no leader epoch");
		assertThat(EpochJudge.futureEpochEnd(new LogFactsBuilder().build()).detail())
			.isEqualTo("the end of a future epoch is undefined");
	}

	@Test
	void logsOfEpochZeroAreSound() {
		Consumer<LogFactsBuilder> zero = (facts) -> {
			facts.fromZero();
			facts.before = bounds(0, END, 0);
			facts.between = facts.before;
			facts.after = facts.before;
			facts.last = found(END - 1, 0);
			facts.lastAgain = facts.last;
			facts.lastEnd = end(0, END);
		};

		assertThat(records(zero)).isEqualTo("sound");
		assertThat(last(zero)).isEqualTo("sound");
		assertThat(future(zero)).isEqualTo("sound");
		assertThat(last(zero.andThen((facts) -> facts.lastEnd = end(0, 0)))).isEqualTo("failed under-reports");
		assertThat(records(zero.andThen((facts) -> facts.last = found(END - 1, 1)))).isEqualTo("failed above-leader");
	}

	@Test
	void recordsBeyondAnEndTellOfEpochZeroToo() {
		assertThat(earlier((facts) -> {
			facts.earlierEnd = end(OLD, TURN - 2);
			facts.at = found(TURN - 2, 0);
		})).isEqualTo("failed under-reports");
		assertThat(earlier((facts) -> facts.at = found(TURN, -1))).isEqualTo("sound");
		assertThat(earlier((facts) -> facts.earlierEnd = end(OLD, END - 1))).isEqualTo("sound");
	}

	@Test
	void epochsOfRecords() {
		assertThat(records((facts) -> facts.last = found(END - 1, -1))).isEqualTo("warning absent");
		assertThat(records((facts) -> facts.first = found(START, -1))).isEqualTo("warning absent");
		assertThat(records((facts) -> facts.first = found(START, NEW + 1))).isEqualTo("failed decreasing");
		assertThat(records((facts) -> facts.after = bounds(START, END, NEW - 1))).isEqualTo("failed above-leader");
		assertThat(records((facts) -> facts.after = bounds(START, END, -1))).isEqualTo("sound");
		assertThat(records((facts) -> facts.last = nothing())).isEqualTo("skipped");
		assertThat(future((facts) -> facts.last = nothing())).isEqualTo("skipped");
		assertThat(future((facts) -> facts.last = found(END - 1, -1))).isEqualTo("skipped");
	}

	@Test
	void epochsThatStayTheSameUnderAnotherLeader() {
		Consumer<LogFactsBuilder> moved = (facts) -> {
			facts.before = bounds(START, END, NEW + 1);
			facts.between = facts.before;
			facts.after = facts.before;
		};

		assertThat(records(moved.andThen((facts) -> facts.atEnd = found(END, NEW)))).isEqualTo("failed constant");
		assertThat(records(moved.andThen((facts) -> facts.atEnd = found(END, NEW + 1)))).isEqualTo("sound");
		assertThat(records(moved.andThen((facts) -> facts.atEnd = nothing()))).isEqualTo("sound");
		assertThat(records((facts) -> facts.atEnd = found(END, NEW))).isEqualTo("sound");
	}

	@Test
	void endOfTheLastEpoch() {
		assertThat(last((facts) -> facts.lastEnd = end(0, 0))).isEqualTo("failed under-reports");
		assertThat(last((facts) -> facts.lastEnd = end(NEW, END - 1))).isEqualTo("failed under-reports");
		assertThat(last((facts) -> facts.lastEnd = end(NEW, END + 1))).isEqualTo("failed over-reports");
		assertThat(last((facts) -> facts.lastEnd = undefined())).isEqualTo("failed undefined");
		assertThat(last((facts) -> facts.lastEnd = new Answer.Silent<>())).isEqualTo("failed no-answer");
		assertThat(last((facts) -> facts.lastEnd = new Answer.Failed<>("error"))).isEqualTo("failed error");
		assertThat(last((facts) -> facts.lastEnd = new Answer.NotOffered<>())).isEqualTo("warning not-offered");
		assertThat(last((facts) -> facts.lastEnd = new Answer.Denied<>("no"))).isEqualTo("skipped");
		assertThat(last((facts) -> facts.last = found(END - 1, -1))).isEqualTo("skipped");
		assertThat(last((facts) -> facts.last = nothing())).isEqualTo("skipped");
	}

	@Test
	void logMayGrowWhileItIsAskedAbout() {
		assertThat(last((facts) -> {
			facts.lastEnd = end(NEW, END + 7);
			facts.after = bounds(START, END + 9, NEW);
		})).isEqualTo("sound");
	}

	@Test
	void leaderMayMoveWhileItIsAskedAbout() {
		assertThat(last((facts) -> {
			facts.lastEnd = end(NEW, END + 1);
			facts.after = bounds(START, END, NEW + 1);
		})).isEqualTo("sound");
	}

	@Test
	void recordMayGoWhileItIsAskedAbout() {
		assertThat(last((facts) -> {
			facts.lastEnd = end(NEW, END - 1);
			facts.lastAgain = found(END - 1, NEW + 1);
		})).isEqualTo("skipped");
		assertThat(last((facts) -> {
			facts.lastEnd = undefined();
			facts.lastAgain = outOfRange();
		})).isEqualTo("skipped");
		assertThat(earlier((facts) -> {
			facts.earlierEnd = end(OLD, START);
			facts.after = bounds(START + 1, END, NEW);
		})).isEqualTo("skipped");
		assertThat(future((facts) -> {
			facts.futureEnd = end(NEW, 0);
			facts.lastAgain = outOfRange();
		})).isEqualTo("sound");
	}

	@Test
	void endOfAnEarlierEpoch() {
		assertThat(earlier((facts) -> facts.earlierEnd = end(OLD, START))).isEqualTo("failed under-reports");
		assertThat(earlier((facts) -> {
			facts.earlierEnd = end(OLD, TURN - 2);
			facts.at = found(TURN - 2, OLD);
		})).isEqualTo("failed under-reports");
		assertThat(earlier((facts) -> facts.earlierEnd = end(OLD, END))).isEqualTo("failed over-reports");
		assertThat(earlier((facts) -> {
			facts.earlierEnd = end(OLD, TURN + 2);
			facts.below = found(TURN + 1, NEW);
			facts.at = found(TURN + 2, NEW);
		})).isEqualTo("failed over-reports");
		assertThat(earlier((facts) -> facts.earlierEnd = undefined())).isEqualTo("failed undefined");
		assertThat(earlier((facts) -> facts.earlierEnd = new Answer.Silent<>())).isEqualTo("failed no-answer");
		assertThat(earlier((facts) -> facts.first = found(START, NEW))).isEqualTo("skipped");
		assertThat(earlier((facts) -> facts.first = found(START, -1))).isEqualTo("skipped");
	}

	@Test
	void holesOfCompactionAroundAnEndAreSound() {
		assertThat(earlier((facts) -> {
			facts.below = found(TURN + 3, NEW);
			facts.at = found(TURN + 3, NEW);
		})).isEqualTo("sound");
	}

	@Test
	void endOfAFutureEpoch() {
		assertThat(future((facts) -> facts.futureEnd = end(NEW, START))).isEqualTo("failed under-reports");
		assertThat(future((facts) -> facts.futureEnd = end(NEW, END - 1))).isEqualTo("failed under-reports");
		assertThat(future((facts) -> facts.futureEnd = end(NEW, END))).isEqualTo("sound");
		assertThat(future((facts) -> facts.futureEnd = new Answer.Silent<>())).isEqualTo("skipped");
	}

}
