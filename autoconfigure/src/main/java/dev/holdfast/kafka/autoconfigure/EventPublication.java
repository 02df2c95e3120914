/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.autoconfigure;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.DecisionListener;
import dev.holdfast.kafka.offsetguard.decision.StoppedConsumer;
import org.springframework.context.ApplicationEventPublisher;

/**
 * Publishes what the guard of one consumer factory tells.
 */
final class EventPublication implements DecisionListener {

	private final String factory;

	private final ApplicationEventPublisher events;

	EventPublication(String factory, ApplicationEventPublisher events) {
		this.factory = factory;
		this.events = events;
	}

	@Override
	public void onDecision(Decision decision) {
		events.publishEvent(new OffsetDecisionEvent(factory, decision));
	}

	@Override
	public void onStopped(StoppedConsumer consumer) {
		events.publishEvent(new ConsumerStoppedEvent(factory, consumer));
	}

}
