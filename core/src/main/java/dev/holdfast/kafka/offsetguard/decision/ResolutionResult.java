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
	 * It was carried out.
	 *
	 * @param decision the decision, which names the resolution
	 */
	record Resolved(Decision decision) implements ResolutionResult {

	}

	/** No consumer of this guard has the partition for the group. */
	record NotAssigned() implements ResolutionResult {

	}

	/** The partition is not held, or not any more: somebody else may have been faster. */
	record NotHeld() implements ResolutionResult {

	}

	/**
	 * The action makes no sense for the cause.
	 *
	 * @param cause why the partition is held
	 * @param allowed the actions that do
	 */
	record NotAllowed(Cause cause, Set<Action> allowed) implements ResolutionResult {

	}

	/**
	 * The partition is still held: the evidence, gathered again, does not tell where the
	 * action leads.
	 *
	 * @param hold the decision to hold it
	 */
	record StillHeld(Decision hold) implements ResolutionResult {

	}

	/**
	 * The consumer could not carry it out.
	 *
	 * @param reason what kept it
	 */
	record Failed(String reason) implements ResolutionResult {

	}

}
