/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.policy;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

import dev.holdfast.kafka.offsetguard.decision.OffsetDecisionException;

/**
 * What the offset guard does about a position. The names are those of the properties, see
 * {@link #id()}.
 */
public enum Action {

	/** Stay at the position, and take the leader epoch out of it. */
	KEEP,

	/** Go to the divergent offset, which the log itself supports. */
	DIVERGENCE,

	/** Go to the log start offset. */
	EARLIEST,

	/**
	 * Go to the log end offset, or to the last stable offset under
	 * {@code isolation.level=read_committed}.
	 */
	LATEST,

	/**
	 * Go to the first record at or after the timestamp of the last record delivered.
	 * Where there is none, go to the log end offset that the guard has read before.
	 */
	TIMESTAMP,

	/**
	 * Go to the group's latest commit that this process knows, if the log still holds the
	 * last record delivered before it.
	 */
	LATEST_KNOWN,

	/** Go to the offset that an operator names. No policy can. */
	OFFSET,

	/** Do what the consumer's own {@code auto.offset.reset} says. */
	AUTO_OFFSET_RESET,

	/** Deliver nothing from this partition, and commit nothing for it. */
	HOLD,

	/**
	 * Throw an {@link OffsetDecisionException} from {@code poll}, and again from every
	 * later poll.
	 */
	FAIL;

	/**
	 * The action's name in properties, log lines and meters.
	 * @return the name in lower case with dashes
	 */
	public String id() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	/**
	 * Finds an action by its name.
	 * @param id the name as {@link #id()} has it, in any case
	 * @return empty if no action has it
	 */
	public static Optional<Action> of(String id) {
		return Arrays.stream(values()).filter((action) -> action.id().equalsIgnoreCase(id)).findFirst();
	}

	@Override
	public String toString() {
		return id();
	}

}
