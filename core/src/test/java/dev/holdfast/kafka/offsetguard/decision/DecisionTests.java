/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.decision;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;

import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.evidence.Remembered;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.MoveLimits;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

class DecisionTests {

	private static final Path RUNBOOK = Path.of(System.getProperty("basedir", ""), "..", "docs", "runbook.md");

	private static final Resolution BY_OPERATOR = new Resolution(Action.EARLIEST, "alice", "INC-1");

	@Test
	void lineOfAHoldEndsWithTheNextStep() throws IOException {
		Decision decision = decision(Cause.ABOVE_LOG_END, new Outcome.Held(), 500, null, false, null);

		assertThat(decision.summary()).isEqualTo("group=g client=c topic=orders partition=0 cause=above-log-end "
				+ "action=hold position=500 lost=0 rewound=0 protected=0 "
				+ "resolutions=divergence,earliest,latest,timestamp,offset,fail next=docs/runbook.md#2-why");
		assertThat(Files.readAllLines(RUNBOOK)).contains("## 2. Why");
	}

	/**
	 * Whoever names a group or a client cannot make up a line of the log, or a pair of
	 * it.
	 */
	@ParameterizedTest
	@CsvSource(delimiter = '|', quoteCharacter = '\'', textBlock = """
			orders-1             | orders-1
			größe/é              | größe/é
			back\\slash          | back\\slash
			a cause=keep         | "a cause=keep"
			a"b\\c               | "a\\"b\\\\c"
			a<LF>WARN forged     | "a\\u000aWARN forged"
			a<ESC>[2K<CR>b       | "a\\u001b[2K\\u000db"
			a<NEL>b<LS>c         | "a\\u0085b\\u2028c"
			""")
	void namesStayInTheirPlace(String name, String expected) {
		String spoken = name.replace("<LF>", "\n")
			.replace("<CR>", "\r")
			.replace("<ESC>", "\u001b")
			.replace("<NEL>", "\u0085")
			.replace("<LS>", "\u2028");
		Decision decision = decision(Cause.ABOVE_LOG_END, new Outcome.Held(), 500, null, false, null);

		String line = new Decision(decision.at(), spoken, spoken, decision.partition(), decision.cause(),
				decision.policyAction(), decision.action(), null, decision.outcome(), decision.impact(),
				decision.evidence(), false, null)
			.summary();

		assertThat(line).startsWith("group=%s client=%s topic=orders ".formatted(expected, expected));
	}

	@ParameterizedTest
	@EnumSource(Cause.class)
	void everyHoldCanBeResolvedInSomeWay(Cause cause) {
		assertThat(decision(cause, new Outcome.Held(), 500, null, false, null).summary())
			.containsPattern(" resolutions=[a-z,-]{1,100} next=docs/runbook.md#2-why$");
	}

	@Test
	void nothingIsToDoAboutAHoldThatIsOnlyObserved() {
		assertThat(decision(Cause.ABOVE_LOG_END, new Outcome.Held(), 500, null, true, null).summary())
			.endsWith(" observed=true");
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', nullValues = "-", textBlock = """
			41  | -   | 5 | limit=max-skip-records:5 would-lose=41
			41  | 100 | 5 | limit=max-skip-records:5 would-lose=41
			-41 | 0   | 5 | limit=max-rewind-records:0 would-rewind=41
			0   | 100 | 5 | limit=max-rewind-records:100,max-skip-records:5
			0   | -   | 5 | limit=max-skip-records:5
			""")
	void lineOfALimitSaysWhichAndHowFar(long records, @Nullable Long maxRewind, @Nullable Long maxSkip,
			String expected) {
		Decision decision = decision(Cause.BELOW_LOG_START, new Outcome.Held(), 500,
				Reason.limit(records, new MoveLimits(maxRewind, maxSkip)), false, null);

		assertThat(decision.summary()).contains(" action=hold policy=earliest " + expected + " position=500 ");
	}

	@ParameterizedTest
	@CsvSource({ "-1, 0, true", "500, 20, true", "500, 500, false" })
	void moveOfAnOperatorIsNotableWhereverItStarts(long position, long offset, boolean notable) {
		Decision decision = decision(Cause.COMMITTED_OFFSET_LOST, new Outcome.ReadFrom(offset), position, null, false,
				BY_OPERATOR);

		assertThat(decision.isNotable()).isEqualTo(notable);
	}

	@Test
	void moveOfAnOperatorToAnEndThatTheClientLooksUpIsNotable() {
		assertThat(decision(Cause.COMMITTED_OFFSET_LOST, new Outcome.LookedUp(Action.EARLIEST), -1, null, false,
				BY_OPERATOR)
			.isNotable()).isTrue();
	}

	@Test
	void firstPositionByPolicyIsNotNotable() {
		assertThat(decision(Cause.NO_COMMITTED_OFFSET, new Outcome.ReadFrom(0), -1, null, false, null).isNotable())
			.isFalse();
	}

	private static Decision decision(Cause cause, Outcome outcome, long position, @Nullable Reason reason,
			boolean observed, @Nullable Resolution resolution) {
		Action action = (outcome instanceof Outcome.Held) ? Action.HOLD : Action.EARLIEST;
		return new Decision(Instant.EPOCH, "g", "c", new TopicPartition("orders", 0), cause,
				(reason != null) ? Action.EARLIEST : action, action, reason, outcome, Decision.Impact.NONE,
				new Evidence(Evidence.Trigger.OUT_OF_RANGE, position, -1, null, Evidence.Validation.NOT_ASKED, null,
						null, null, null, null, null, -1, -1, Remembered.NOTHING, null, -1),
				observed, resolution);
	}

}
