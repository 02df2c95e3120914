/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.decision;

import java.util.Set;

import dev.holdfast.kafka.offsetguard.policy.Action;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;

/**
 * Thrown from {@code poll}, and again from every later poll, after a decision to
 * {@link Action#FAIL}. It is a {@link NoOffsetForPartitionException} because that is the
 * one exception on which spring-kafka's listener container stops cleanly.
 */
public final class OffsetDecisionException extends NoOffsetForPartitionException {

	private final transient Decision decision;

	/**
	 * Creates the exception.
	 * @param decision the decision that makes the consumer fail
	 */
	public OffsetDecisionException(Decision decision) {
		super(Set.of(decision.partition()));
		this.decision = decision;
	}

	/**
	 * The decision that made the consumer fail, with its evidence.
	 * @return the decision
	 */
	public Decision decision() {
		return decision;
	}

	@Override
	public String getMessage() {
		return "The offset guard stops this consumer, which a container reports as 'No offset and no reset policy': "
				+ decision.summary();
	}

}
