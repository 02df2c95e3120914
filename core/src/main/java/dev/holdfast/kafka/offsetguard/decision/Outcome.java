/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.decision;

import dev.holdfast.kafka.offsetguard.policy.Action;

/**
 * What a decision does to the consumer.
 */
public sealed interface Outcome {

	/**
	 * The consumer reads on from an offset, its position carries no leader epoch.
	 *
	 * @param offset the offset of the next record
	 */
	record ReadFrom(long offset) implements Outcome {
	}

	/**
	 * The consumer reads on from one end of the log, which the client looks up itself:
	 * the leader did not name it in time.
	 *
	 * @param end {@link Action#EARLIEST} or {@link Action#LATEST}
	 */
	record LookedUp(Action end) implements Outcome {
	}

	/** The partition is held. */
	record Held() implements Outcome {
	}

	/** The consumer fails from its next {@code poll} on. */
	record Failed() implements Outcome {
	}

	/**
	 * The client's own exception is thrown: the application set
	 * {@code auto.offset.reset=none} itself, and this is the question it was meant for.
	 */
	record Rethrown() implements Outcome {
	}

}
