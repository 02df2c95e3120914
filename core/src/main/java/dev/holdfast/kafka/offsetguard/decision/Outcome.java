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
	 * The consumer reads on from an offset. Its position carries no leader epoch.
	 *
	 * @param offset the offset of the next record
	 */
	record ReadFrom(long offset) implements Outcome {
	}

	/**
	 * The consumer reads on from one end of the log. The client looks that up itself,
	 * since the leader did not name it in time.
	 *
	 * @param end {@link Action#EARLIEST} or {@link Action#LATEST}
	 */
	record LookedUp(Action end) implements Outcome {
	}

	/** The guard holds the partition. */
	record Held() implements Outcome {
	}

	/** The consumer's {@code poll} throws an exception, and so does every later one. */
	record Failed() implements Outcome {
	}

	/**
	 * The guard lets the client's own exception through: the application has set
	 * {@code auto.offset.reset=none} itself, to get just this exception.
	 */
	record Rethrown() implements Outcome {
	}

}
