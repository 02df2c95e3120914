/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.decision;

import java.util.Set;

import dev.holdfast.kafka.offsetguard.evidence.LogBounds;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import org.jspecify.annotations.Nullable;

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
	 * The guard would carry it out, and has done nothing.
	 *
	 * @param decision what the guard would decide
	 */
	record TriedOut(Decision decision) implements ResolutionResult {

	}

	/**
	 * The log does not have the offset to which an operator wants to go. The guard has
	 * done nothing.
	 *
	 * @param bounds the bounds of the log
	 */
	record OutsideLog(LogBounds bounds) implements ResolutionResult {

	}

	/**
	 * The guard still holds the partition: the evidence, gathered again, does not tell
	 * where the action leads.
	 *
	 * @param hold the decision to hold it
	 * @param reason what is in the way of the action, {@code null} if that is not known
	 */
	record StillHeld(Decision hold, @Nullable Reason reason) implements ResolutionResult {

	}

	/**
	 * The consumer could not carry it out.
	 *
	 * @param reason what kept the consumer from it
	 */
	record Failed(String reason) implements ResolutionResult {

	}

}
