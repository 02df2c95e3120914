/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.page;

import java.time.Instant;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.evidence.LogBounds;
import dev.holdfast.kafka.offsetguard.evidence.Remembered;
import dev.holdfast.kafka.offsetguard.evidence.TruncationClaim;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A decision in plain words.
 */
@Timeout(10)
class WordsTests {

	@Test
	void keptPosition() {
		Decision decision = decision(Cause.FALSE_TRUNCATION, new Outcome.ReadFrom(200), new Decision.Impact(0, 0, 200));

		assertThat(Words.of(decision)).isEqualTo("Partition 3: The leader says that the log was truncated, and the log "
				+ "itself refutes that. It stays at 200. 200 records are protected.");
		assertThat(Words.evidence(decision)).contains(new View.Fact("Cause and action", "false-truncation, keep"),
				new View.Fact("Position", "offset 200"), new View.Fact("Log", "10 to 270"),
				new View.Fact("Claim of the leader", "epoch 4 ends at 0"));
	}

	@Test
	void movedPosition() {
		Decision decision = decision(Cause.BELOW_LOG_START, new Outcome.ReadFrom(230), new Decision.Impact(30, 0, 0));

		assertThat(Words.of(decision))
			.isEqualTo("Partition 3: The log does not have offset 200 any more. It reads on at "
					+ "230. 30 records are lost.");
	}

	@ParameterizedTest
	@EnumSource
	void eachCauseHasItsSentence(Cause cause) {
		assertThat(Words.of(decision(cause, new Outcome.Held(), Decision.Impact.NONE)))
			.matches("Partition 3: [A-Z].*[.] It is held: it delivers nothing until .*[.]");
	}

	private static Decision decision(Cause cause, Outcome outcome, Decision.Impact impact) {
		Evidence evidence = new Evidence(Evidence.Trigger.TRUNCATION, 200, 4, new TruncationClaim(0, 4),
				Evidence.Validation.CLAIMED, null, new LogBounds(10, 270), new LogBounds(10, 270), null, null, null, -1,
				-1, new Remembered(3, 200, -1, false, null, -1), null, 4);
		return new Decision(Instant.EPOCH, "orders", "orders-0", new TopicPartition("orders", 3), cause,
				cause.defaultAction(), cause.defaultAction(), null, outcome, impact, evidence, false, null);
	}

}
