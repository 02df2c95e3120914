/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.decision;

import java.util.Set;

import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;

/**
 * What came of a {@link Resolution}.
 */
public sealed interface ResolutionResult {

	/**
	 * The guard has carried it out.
	 *
	 * @param decision the decision, which names the resolution
	 */
	record Resolved(Decision decision) implements ResolutionResult {

	}

	/** No consumer of this guard has the partition for the group. */
	record NotAssigned() implements ResolutionResult {

	}

	/**
	 * The guard does not hold the partition, or no longer: another resolution may have
	 * been faster.
	 */
	record NotHeld() implements ResolutionResult {

	}

	/**
	 * The action makes no sense for the cause.
	 *
	 * @param cause why the guard holds the partition
	 * @param allowed the actions that make sense
	 */
	record NotAllowed(Cause cause, Set<Action> allowed) implements ResolutionResult {

	}

	/**
	 * The guard still holds the partition: the evidence, gathered again, does not tell
	 * where the action leads.
	 *
	 * @param hold the decision to hold it
	 */
	record StillHeld(Decision hold) implements ResolutionResult {

	}

	/**
	 * The consumer could not carry it out.
	 *
	 * @param reason what kept the consumer from it
	 */
	record Failed(String reason) implements ResolutionResult {

	}

}
