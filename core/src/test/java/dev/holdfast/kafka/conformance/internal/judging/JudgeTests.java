/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.internal.judging;

import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import dev.holdfast.kafka.conformance.internal.evidence.Answer;
import dev.holdfast.kafka.conformance.internal.evidence.RoundFacts;
import dev.holdfast.kafka.conformance.report.Advice;
import dev.holdfast.kafka.conformance.report.Check;
import dev.holdfast.kafka.conformance.report.Finding;
import dev.holdfast.kafka.conformance.report.Verdict;
import dev.holdfast.kafka.versioncap.rules.GroupProtocol;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static dev.holdfast.kafka.conformance.internal.judging.LogFactsBuilder.NEW;
import static dev.holdfast.kafka.conformance.internal.judging.LogFactsBuilder.end;
import static dev.holdfast.kafka.conformance.internal.judging.LogFactsBuilder.found;
import static dev.holdfast.kafka.conformance.internal.judging.LogFactsBuilder.undefined;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * From two rounds of answers to one finding a check.
 */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class JudgeTests {

	private static RoundFacts round(Consumer<LogFactsBuilder> lie) {
		LogFactsBuilder facts = new LogFactsBuilder();
		lie.accept(facts);
		return new RoundFacts(List.of(), List.of(), List.of(facts.build()), List.of());
	}

	private static Finding judge(Check check, List<RoundFacts> rounds) {
		return new Judge(GroupProtocol.CLASSIC, false).judge(rounds)
			.stream()
			.filter((finding) -> finding.check() == check)
			.findFirst()
			.orElseThrow();
	}

	private static RoundFacts honest() {
		return round((facts) -> {
		});
	}

	private static RoundFacts lying() {
		return round((facts) -> facts.lastEnd = end(0, 0));
	}

	@Test
	void faultOfBothRoundsCounts() {
		Finding finding = judge(Check.LAST_EPOCH_END, List.of(lying(), lying()));

		assertThat(finding.verdict()).isEqualTo(Verdict.FAILED);
		assertThat(finding.kind()).isEqualTo("under-reports");
		assertThat(finding.detail())
			.isEqualTo("topic-0: the end of epoch 3 is said to be 0, but the record at 39 has that epoch");
		assertThat(finding.hint()).isNotEmpty();
		assertThat(finding.advice()).extracting(Advice::property)
			.containsExactly("holdfast.kafka.version-cap.max-versions.OffsetForLeaderEpoch");
	}

	@Test
	void faultOfOneRoundDoesNot() {
		for (List<RoundFacts> rounds : List.of(List.of(honest(), lying()), List.of(lying(), honest()))) {
			Finding finding = judge(Check.LAST_EPOCH_END, rounds);

			assertThat(finding.verdict()).isEqualTo(Verdict.UNDECIDED);
			assertThat(finding.kind()).isEmpty();
			assertThat(finding.advice()).isEmpty();
		}
	}

	@Test
	void differentFaultsAreNotTheSame() {
		RoundFacts other = round((facts) -> facts.lastEnd = undefined());

		assertThat(judge(Check.LAST_EPOCH_END, List.of(lying(), other)).verdict()).isEqualTo(Verdict.UNDECIDED);
	}

	@Test
	void partitionOfOneRoundOnlyIsUndecided() {
		RoundFacts none = new RoundFacts(List.of(), List.of(), List.of(), List.of());

		assertThat(judge(Check.LAST_EPOCH_END, List.of(lying(), none)).verdict()).isEqualTo(Verdict.UNDECIDED);
		assertThat(judge(Check.LAST_EPOCH_END, List.of(honest(), none)).verdict()).isEqualTo(Verdict.SOUND);
	}

	@Test
	void soundInOneRoundIsEnough() {
		RoundFacts silent = round((facts) -> facts.futureEnd = new Answer.Silent<>());

		assertThat(judge(Check.FUTURE_EPOCH_END, List.of(honest(), silent)).verdict()).isEqualTo(Verdict.SOUND);
		assertThat(judge(Check.FUTURE_EPOCH_END, List.of(silent, silent)).verdict()).isEqualTo(Verdict.SKIPPED);
	}

	@Test
	void checksThatNeedAFailedOneAreSkipped() {
		RoundFacts silent = round((facts) -> facts.first = new Answer.Silent<>());

		assertThat(judge(Check.READS, List.of(silent, silent)).verdict()).isEqualTo(Verdict.FAILED);
		assertThat(judge(Check.LAST_EPOCH_END, List.of(silent, silent)).detail()).isEqualTo("needs reads");
		assertThat(judge(Check.LOG_END, List.of(silent, silent)).verdict()).isEqualTo(Verdict.SOUND);
	}

	@Test
	void epochsThatAreWrongAreAskedForNevertheless() {
		RoundFacts wrong = round((facts) -> {
			facts.first = found(LogFactsBuilder.START, NEW + 1);
			facts.lastEnd = end(0, 0);
		});

		assertThat(judge(Check.RECORD_EPOCHS, List.of(wrong, wrong)).kind()).isEqualTo("decreasing");
		assertThat(judge(Check.LAST_EPOCH_END, List.of(wrong, wrong)).kind()).isEqualTo("under-reports");
	}

	@Test
	void commitsAreSkippedUnlessAskedFor() {
		assertThat(judge(Check.COMMIT_EPOCH, List.of(honest(), honest())).detail())
			.isEqualTo("it would write: not asked for");
	}

	@ParameterizedTest
	@EnumSource(Check.class)
	void eachFailureHasAHint(Check check) {
		Judgement failed = Judgement.failed("kind", "detail");

		assertThat(Hints.of(check, failed)).isNotEmpty().endsWith(".");
		assertThat(Findings.of(check, new Agreement(Map.of("subject", failed), "")).verdict())
			.isEqualTo(Verdict.FAILED);
	}

	@ParameterizedTest
	@EnumSource(Check.class)
	void checksNeedEarlierOnesOnly(Check check) {
		assertThat(check.needs()).allSatisfy((needed) -> assertThat(needed).isLessThan(check));
	}

}
