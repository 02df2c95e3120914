/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.autoconfigure;

import dev.holdfast.kafka.offsetguard.decision.Decision;

/**
 * Published for each decision about a consumer's position, once the guard has applied it
 * to the consumer and before the client delivers any further record. So a framework with
 * state of its own can react.
 * <p>
 * Listeners run on the consumer's own thread. While one blocks, that consumer does not
 * poll, and it leaves its group after {@code max.poll.interval.ms}; no record is lost by
 * that. Holdfast logs what a listener throws and goes on. The listeners after it do not
 * get the event then, as always in Spring.
 *
 * @param factory the name of the consumer factory in the properties
 * @param decision the decision with its evidence; immutable
 */
public record OffsetDecisionEvent(String factory, Decision decision) {

}
