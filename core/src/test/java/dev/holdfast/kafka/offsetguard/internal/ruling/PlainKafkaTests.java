/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.ruling;

import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.evidence.Remembered;
import dev.holdfast.kafka.offsetguard.evidence.TruncationClaim;
import dev.holdfast.kafka.offsetguard.internal.client.AutoOffsetReset;
import dev.holdfast.kafka.offsetguard.policy.Action;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

import dev.holdfast.kafka.offsetguard.evidence.Evidence.Trigger;
import dev.holdfast.kafka.offsetguard.evidence.Evidence.Validation;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A client with a reset strategy believes every divergent offset, one without throws; an
 * undefined answer is a full reset. Position 200.
 */
class PlainKafkaTests {

	@ParameterizedTest
	@CsvSource({ "earliest, 100, , 100", "latest, 100, , 100", "by_duration:PT1H, 100, , 100", "none, 100, , rethrown",
			"earliest, 0, , 0", "latest, , 100, 100", "latest, 50, 100, 50", "latest, -1, 100, latest",
			"earliest, -1, , earliest", "latest, -1, , latest", "by_duration:PT1H, -1, , auto-offset-reset",
			"none, -1, , rethrown", "latest, , , 200", "none, , , 200" })
	void truncationClaimed(String reset, @Nullable Long reported, @Nullable Long repeated, String outcome) {
		assertThat(PlainKafka.outcome(evidence(Trigger.TRUNCATION, reported, repeated), AutoOffsetReset.parse(reset)))
			.isEqualTo(outcome(outcome));
	}

	@ParameterizedTest
	@CsvSource({ "OUT_OF_RANGE, earliest, earliest", "OUT_OF_RANGE, latest, latest",
			"OUT_OF_RANGE, by_duration:PT1H, auto-offset-reset", "OUT_OF_RANGE, none, rethrown",
			"HELD_ABOVE_LOG_END, earliest, earliest", "HELD_ABOVE_LOG_END, latest, latest",
			"HELD_ABOVE_LOG_END, none, rethrown", "SOUGHT_OUT_OF_RANGE, latest, latest" })
	void outOfRange(Trigger trigger, String reset, String outcome) {
		assertThat(PlainKafka.outcome(evidence(trigger, 100L, 100L), AutoOffsetReset.parse(reset)))
			.isEqualTo(outcome(outcome));
	}

	@ParameterizedTest
	@EnumSource(names = { "NO_COMMITTED_OFFSET", "COMMITTED_EPOCH", "TOPIC_ID" })
	void noticesNothingElse(Trigger trigger) {
		assertThat(PlainKafka.outcome(evidence(trigger, 100L, 100L), AutoOffsetReset.parse("latest"))).isNull();
	}

	private static Evidence evidence(Trigger trigger, @Nullable Long reported, @Nullable Long repeated) {
		return new Evidence(trigger, 200, 0, claim(reported), Validation.CLAIMED, claim(repeated), null, null, null,
				null, null, -1, -1, Remembered.NOTHING, null, -1);
	}

	private static @Nullable TruncationClaim claim(@Nullable Long offset) {
		return (offset != null) ? new TruncationClaim(offset, 0) : null;
	}

	private static Outcome outcome(String text) {
		return switch (text) {
			case "earliest" -> new Outcome.LookedUp(Action.EARLIEST);
			case "latest" -> new Outcome.LookedUp(Action.LATEST);
			case "auto-offset-reset" -> new Outcome.LookedUp(Action.AUTO_OFFSET_RESET);
			case "rethrown" -> new Outcome.Rethrown();
			default -> new Outcome.ReadFrom(Long.parseLong(text));
		};
	}

}
