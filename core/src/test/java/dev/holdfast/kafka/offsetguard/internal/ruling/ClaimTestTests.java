/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.ruling;

import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.evidence.LogBounds;
import dev.holdfast.kafka.offsetguard.evidence.RecordIdentity;
import dev.holdfast.kafka.offsetguard.evidence.Remembered;
import dev.holdfast.kafka.offsetguard.evidence.TruncationClaim;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import dev.holdfast.kafka.offsetguard.evidence.Evidence.Trigger;
import dev.holdfast.kafka.offsetguard.evidence.Evidence.Validation;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Without an answer there is no verdict. The log holds 0-300, records of epoch 0 below
 * the claim and of epoch 2 from there on.
 */
class ClaimTestTests {

	@ParameterizedTest(name = "{4}")
	@CsvSource(textBlock = """
			100, 0,  true,  SUPPORTED, the log is as the claim says
			,    0,  true,  UNDECIDED, there is no claim
			-1,  0,  true,  UNDECIDED, the claim names no offset
			100, 0,  false, UNDECIDED, nobody has read the bounds
			100, -1, true,  UNDECIDED, nobody knows which epoch was asked about
			""")
	void needsAClaimTheBoundsAndTheEpoch(@Nullable Long claimed, int epoch, boolean bounds, ClaimTest.Verdict verdict,
			String why) {
		LogBounds log = bounds ? new LogBounds(0, 300) : null;
		Evidence evidence = new Evidence(Trigger.TRUNCATION, 200, epoch, null, Validation.CLAIMED,
				(claimed != null) ? new TruncationClaim(claimed, epoch) : null, log, log, record(99, 0), record(100, 2),
				null, -1, -1, Remembered.NOTHING, null, -1);

		assertThat(ClaimTest.verdict(evidence)).as(why).isEqualTo(verdict);
	}

	private static RecordIdentity record(long offset, int epoch) {
		return new RecordIdentity(offset, epoch, 1_000, 3, 4);
	}

}
