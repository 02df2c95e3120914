/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.Map;

import dev.holdfast.kafka.offsetguard.decision.Reason;
import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.evidence.Remembered;
import dev.holdfast.kafka.offsetguard.internal.client.AutoOffsetReset;
import dev.holdfast.kafka.offsetguard.internal.client.ClientConfiguration;
import dev.holdfast.kafka.offsetguard.internal.enforcement.ApplicationPolicy;
import dev.holdfast.kafka.offsetguard.internal.ruling.ActionChooser;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.OffsetPolicy;
import dev.holdfast.kafka.offsetguard.policy.OffsetResetPolicy;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application's own policy decides, within what is allowed.
 */
class OwnPolicyTests {

	private static final TopicPartition PARTITION = new TopicPartition("orders", 3);

	private static final Evidence EVIDENCE = Evidence.noCommittedOffset(Remembered.NOTHING, null);

	private static final ClientConfiguration CLIENT = new ClientConfiguration(Map.of(), "group", "client",
			AutoOffsetReset.parse("earliest"), false, false, false, Duration.ofMinutes(5));

	@Test
	void decidesInPlaceOfTheConfiguredPolicy() {
		OffsetResetPolicy own = (question) -> {
			assertThat(question).isEqualTo(new OffsetResetPolicy.Question("group", "client", PARTITION,
					Cause.NEW_PARTITION, Action.EARLIEST, EVIDENCE));
			return Action.LATEST;
		};
		assertThat(choose(own)).isEqualTo(ActionChooser.Choice.of(Action.LATEST));
		assertThat(choose(null)).isEqualTo(ActionChooser.Choice.of(Action.EARLIEST));
	}

	@Test
	void whatIsNotAllowedHolds() {
		ActionChooser.Choice hold = new ActionChooser.Choice(Action.HOLD, Reason.Kind.NOT_ALLOWED);
		assertThat(choose((question) -> Action.DIVERGENCE)).isEqualTo(hold);
		assertThat(choose((question) -> null)).isEqualTo(hold);
		assertThat(choose((question) -> {
			throw new IllegalStateException("The application's own");
		})).isEqualTo(hold);
	}

	private static ActionChooser.Choice choose(OffsetResetPolicy own) {
		return new ActionChooser(OffsetPolicy.defaults(), ApplicationPolicy.of(own, CLIENT)).choose(PARTITION,
				Cause.NEW_PARTITION, EVIDENCE);
	}

}
