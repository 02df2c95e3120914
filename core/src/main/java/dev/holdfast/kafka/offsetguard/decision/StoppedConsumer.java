/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.decision;

import java.time.Instant;

import org.jspecify.annotations.Nullable;

/**
 * A consumer whose {@code poll} throws for good: a listener container stops then, and
 * consumes nothing until the application or the operator starts it again.
 *
 * @param groupId the consumer group, {@code null} for a consumer without one
 * @param clientId the consumer's client id
 * @param state what has stopped it
 * @param since when its {@code poll} threw for the first time
 * @param decision the decision to fail, {@code null} if the guard refused a broker
 * @param problem what the exception says, without line breaks
 */
public record StoppedConsumer(@Nullable String groupId, String clientId, State state, Instant since,
		@Nullable Decision decision, String problem) {

	/**
	 * What has stopped a consumer.
	 */
	public enum State {

		/** A decision to fail. */
		FAILED,

		/** A broker offers less than {@code min-versions} require. */
		REFUSED

	}

}
