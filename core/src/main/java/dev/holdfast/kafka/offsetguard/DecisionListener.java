/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

/**
 * Told of each decision of an {@link OffsetGuard}, once it is applied to the consumer and
 * before any further record is delivered. Called on the consumer's own thread, inside
 * {@code poll} or {@code position}: be quick. What a listener throws is logged and
 * changes nothing.
 */
@FunctionalInterface
public interface DecisionListener {

	/**
	 * Called after a decision was applied.
	 * @param decision the decision with its evidence
	 */
	void onDecision(Decision decision);

}
