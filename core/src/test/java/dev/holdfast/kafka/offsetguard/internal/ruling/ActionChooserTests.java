/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.ruling;

import java.util.List;
import java.util.Map;

import dev.holdfast.kafka.offsetguard.decision.Reason;
import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.evidence.Remembered;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.MoveLimits;
import dev.holdfast.kafka.offsetguard.policy.OffsetPolicy;
import dev.holdfast.kafka.offsetguard.policy.TopicRule;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The policy of a topic names the action, unless the application has its own.
 */
class ActionChooserTests {

	private static final Evidence EVIDENCE = Evidence.noCommittedOffset(Remembered.NOTHING, null);

	private static final OffsetPolicy POLICY = new OffsetPolicy(Map.of(), new MoveLimits(10L, 20L),
			List.of(new TopicRule("orders", null, Map.of(Cause.NEW_PARTITION, Action.LATEST), new MoveLimits(1L, 2L))));

	@ParameterizedTest
	@CsvSource({ "orders, LATEST", "payments, EARLIEST" })
	void configuredActionIsThatOfTheTopic(String topic, Action action) {
		assertThat(new ActionChooser(POLICY, null).choose(new TopicPartition(topic, 0), Cause.NEW_PARTITION, EVIDENCE))
			.isEqualTo(ActionChooser.Choice.of(action));
	}

	@Test
	void applicationsPolicyReplacesTheConfiguredAction() {
		ActionChooser chooser = new ActionChooser(POLICY, (partition, cause, configured, evidence) -> {
			assertThat(configured).isEqualTo(Action.LATEST);
			return Action.FAIL;
		});

		assertThat(chooser.choose(new TopicPartition("orders", 0), Cause.NEW_PARTITION, EVIDENCE))
			.isEqualTo(ActionChooser.Choice.of(Action.FAIL));
	}

	@Test
	void holdsWhereTheApplicationsPolicyHasFailed() {
		assertThat(new ActionChooser(POLICY, noAction()).choose(new TopicPartition("orders", 0), Cause.NEW_PARTITION,
				EVIDENCE))
			.isEqualTo(new ActionChooser.Choice(Action.HOLD, Reason.Kind.NOT_ALLOWED));
	}

	@ParameterizedTest
	@CsvSource({ "orders, 1, 2", "payments, 10, 20" })
	void limitsAreThoseOfTheTopic(String topic, long maxRewind, long maxSkip) {
		assertThat(new ActionChooser(POLICY, null).limits(new TopicPartition(topic, 0)))
			.isEqualTo(new MoveLimits(maxRewind, maxSkip));
	}

	/** What no action can need is not asked of the broker. */
	@ParameterizedTest
	@CsvSource({ "orders, LATEST, true", "payments, LATEST, false", "orders, TIMESTAMP, false" })
	void configuredPolicyChoosesOnlyWhatItNames(String topic, Action action, boolean may) {
		assertThat(new ActionChooser(POLICY, null).mayChoose(topic, action)).isEqualTo(may);
	}

	@ParameterizedTest
	@EnumSource(Action.class)
	void applicationsPolicyMayChooseAnyAction(Action action) {
		assertThat(new ActionChooser(POLICY, noAction()).mayChoose("payments", action)).isTrue();
	}

	private static ActionChooser.OwnPolicy noAction() {
		return (partition, cause, configured, evidence) -> null;
	}

}
