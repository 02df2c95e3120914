/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.autoconfigure;

import dev.holdfast.kafka.offsetguard.decision.StoppedConsumer;

/**
 * Published once when a consumer's {@code poll} throws for good, since a decision is to
 * fail or a broker offers less than {@code min-versions} require. A listener container
 * stops then. Listeners run on the consumer's own thread.
 *
 * @param factory the name of the consumer factory in the properties
 * @param consumer the consumer, and what has stopped it; immutable
 */
public record ConsumerStoppedEvent(String factory, StoppedConsumer consumer) {

}
