/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.autoconfigure;

import dev.holdfast.kafka.offsetguard.decision.Decision;

/**
 * Published for each decision about a consumer's position, once it is applied to the
 * consumer and before any further record is delivered, so that a framework with state of
 * its own can react.
 * <p>
 * Listeners are called on the consumer's own thread: while one blocks, that consumer does
 * not poll, and leaves its group after {@code max.poll.interval.ms}; nothing is lost by
 * it. What one throws is logged and changes nothing, but keeps the event from those
 * listeners that come after it, as always in Spring.
 *
 * @param factory the name of the consumer factory in the properties
 * @param decision the decision with its evidence; immutable
 */
public record OffsetDecisionEvent(String factory, Decision decision) {

}
