/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.policy;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;

import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

class OffsetPolicyTests {

	@ParameterizedTest
	@CsvSource({ "NO_COMMITTED_OFFSET, AUTO_OFFSET_RESET", "BELOW_LOG_START, EARLIEST", "ABOVE_LOG_END, HOLD",
			"LOG_TRUNCATED, DIVERGENCE", "FALSE_TRUNCATION, KEEP", "SPURIOUS_OUT_OF_RANGE, KEEP",
			"UNVERIFIABLE, HOLD" })
	void defaults(Cause cause, Action action) {
		assertThat(OffsetPolicy.defaults().action("orders", cause)).isEqualTo(action);
	}

	@ParameterizedTest
	@EnumSource(Cause.class)
	void everyCauseAllowsHoldAndFail(Cause cause) {
		assertThat(cause.allowedActions()).contains(Action.HOLD, Action.FAIL, cause.defaultAction());
	}

	@Test
	void refusesWhatMakesNoSense() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new OffsetPolicy(Map.of(Cause.FALSE_TRUNCATION, Action.EARLIEST), MoveLimits.unlimited(),
					List.of()))
			.withMessage("Action 'earliest' makes no sense for cause 'false-truncation'; allowed are keep, hold, fail");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new TopicRule("orders", null, Map.of(Cause.FALSE_TRUNCATION, Action.EARLIEST),
					MoveLimits.unlimited()))
			.withMessage("Action 'earliest' makes no sense for cause 'false-truncation'; allowed are keep, hold, fail");
	}

	@Test
	void exactNameWinsOverPatternsAndTheFirstPatternOverLaterOnes() {
		OffsetPolicy policy = new OffsetPolicy(Map.of(Cause.BELOW_LOG_START, Action.FAIL), MoveLimits.unlimited(),
				List.of(pattern("orders.*", Action.LATEST), pattern(".*", Action.EARLIEST), new TopicRule("orders-eu",
						null, Map.of(Cause.BELOW_LOG_START, Action.HOLD), MoveLimits.unlimited())));

		assertThat(policy.action("orders-eu", Cause.BELOW_LOG_START)).isEqualTo(Action.HOLD);
		assertThat(policy.action("orders-us", Cause.BELOW_LOG_START)).isEqualTo(Action.LATEST);
		assertThat(policy.action("payments", Cause.BELOW_LOG_START)).isEqualTo(Action.EARLIEST);
	}

	@Test
	void whatTheRuleIsSilentAboutComesFromThePolicyItself() {
		OffsetPolicy policy = new OffsetPolicy(Map.of(Cause.UNVERIFIABLE, Action.KEEP), MoveLimits.unlimited(),
				List.of(pattern("orders", Action.LATEST)));

		assertThat(policy.action("orders", Cause.UNVERIFIABLE)).isEqualTo(Action.KEEP);
		assertThat(policy.action("orders-2", Cause.BELOW_LOG_START)).isEqualTo(Action.EARLIEST);
	}

	@Test
	void limitsOfARuleReplaceThePolicysOneByOne() {
		OffsetPolicy policy = new OffsetPolicy(Map.of(), new MoveLimits(10L, 20L),
				List.of(new TopicRule("orders", null, Map.of(), new MoveLimits(null, 5L))));

		assertThat(policy.limits("orders")).isEqualTo(new MoveLimits(10L, 5L));
		assertThat(policy.limits("other")).isEqualTo(new MoveLimits(10L, 20L));
		assertThatIllegalArgumentException().isThrownBy(() -> new MoveLimits(-1L, null))
			.withMessage("maxRewindRecords cannot be negative but is -1");
		assertThatIllegalArgumentException().isThrownBy(() -> new MoveLimits(null, -2L))
			.withMessage("maxSkipRecords cannot be negative but is -2");
	}

	@Test
	void rulesAreKeptOnceAndInTheOrderInWhichTheyWin() {
		TopicRule first = pattern("a.*", Action.LATEST);
		TopicRule second = pattern("b.*", Action.LATEST);
		TopicRule named = new TopicRule("ab", null, Map.of(), MoveLimits.unlimited());

		assertThat(new OffsetPolicy(Map.of(), MoveLimits.unlimited(), List.of(first, named, second)).topicRules())
			.containsExactly(named, first, second);
	}

	/** What no action can need is not asked of the broker. */
	@Test
	void knowsWhichActionsATopicMayUse() {
		OffsetPolicy policy = new OffsetPolicy(Map.of(), MoveLimits.unlimited(),
				List.of(pattern("orders", Action.LATEST)));

		assertThat(policy.mayUse("orders", Action.LATEST)).isTrue();
		assertThat(policy.mayUse("payments", Action.LATEST)).isFalse();
		assertThat(policy.mayUse("payments", Action.AUTO_OFFSET_RESET)).isTrue();
		assertThat(policy.mayUse("payments", Action.HOLD)).isTrue();
		assertThat(policy.mayUse("orders", Action.TIMESTAMP)).isFalse();
	}

	/** The contract, cause by cause: the first action is the default. */
	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			no-committed-offset        | auto-offset-reset earliest latest hold fail
			new-partition              | earliest latest hold fail
			committed-offset-lost      | hold earliest latest timestamp fail
			below-log-start            | earliest latest hold fail
			above-log-end              | hold divergence earliest latest timestamp fail
			log-truncated              | divergence earliest latest timestamp hold fail
			false-truncation           | keep hold fail
			spurious-out-of-range      | keep hold fail
			epoch-ahead                | keep hold fail
			topic-recreated            | earliest latest hold fail
			cluster-changed            | hold keep earliest latest timestamp fail
			committed-offset-regressed | keep latest-known hold fail
			unverifiable               | hold keep divergence earliest fail
			""")
	void allowsWhatTheContractAllows(String id, String actions) {
		Cause cause = Cause.valueOf(id.toUpperCase(Locale.ROOT).replace('-', '_'));

		assertThat(cause).hasToString(id);
		assertThat(cause.allowedActions()).extracting(Action::id).containsExactlyInAnyOrder(actions.split(" "));
		assertThat(OffsetPolicy.defaults().action("orders", cause).id()).isEqualTo(actions.split(" ")[0]);
		for (Action action : Action.values()) {
			ThrowingCallable policy = () -> new OffsetPolicy(Map.of(cause, action), MoveLimits.unlimited(), List.of());
			if (cause.allowedActions().contains(action)) {
				assertThatCode(policy).doesNotThrowAnyException();
			}
			else {
				assertThatIllegalArgumentException().isThrownBy(policy).withMessageContaining(id);
			}
		}
	}

	@Test
	void ruleNeedsNameOrPattern() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new TopicRule(null, null, Map.of(), MoveLimits.unlimited()))
			.withMessage("A topic rule needs either a name or a pattern");
		assertThatIllegalArgumentException()
			.isThrownBy(() -> new TopicRule("a", Pattern.compile("a"), Map.of(), MoveLimits.unlimited()))
			.withMessage("A topic rule needs either a name or a pattern");
	}

	private static TopicRule pattern(String pattern, Action belowLogStart) {
		return new TopicRule(null, Pattern.compile(pattern), Map.of(Cause.BELOW_LOG_START, belowLogStart),
				MoveLimits.unlimited());
	}

}
