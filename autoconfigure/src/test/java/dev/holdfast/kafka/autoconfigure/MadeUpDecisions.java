/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.time.Instant;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.evidence.Remembered;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import org.apache.kafka.common.TopicPartition;

/**
 * Decisions that no guard has made.
 */
public final class MadeUpDecisions {

	private MadeUpDecisions() {
	}

	public static Decision of(TopicPartition partition, Cause cause, Action action, Decision.Impact impact) {
		return new Decision(Instant.EPOCH, "group", "client", partition, cause, action, action, null,
				new Outcome.ReadFrom(7), impact,
				new Evidence(Evidence.Trigger.OUT_OF_RANGE, 500, -1, null, Evidence.Validation.NOT_ASKED, null, null,
						null, null, null, null, -1, -1, Remembered.NOTHING, null, -1),
				false, null);
	}

}
