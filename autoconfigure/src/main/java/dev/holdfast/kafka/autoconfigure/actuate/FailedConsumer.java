/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.autoconfigure.actuate;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

import dev.holdfast.kafka.autoconfigure.GuardedFactories;
import dev.holdfast.kafka.offsetguard.OffsetGuard;
import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.StoppedConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A consumer that has stopped, and that no later one of its group has replaced yet.
 *
 * @param factory the consumer factory
 * @param group the consumer group
 * @param clientId the client id
 * @param state failed or refused
 * @param topic the topic that the decision to fail is about
 * @param partition the number of the partition that it is about
 * @param cause the decision's cause
 * @param since when the consumer has stopped
 * @param problem what the exception says
 * @param next where to read what to do
 */
record FailedConsumer(String factory, @Nullable String group, String clientId, String state, @Nullable String topic,
		@Nullable Integer partition, @Nullable String cause, Instant since, String problem, String next) {

	static List<FailedConsumer> of(GuardedFactories factories) {
		return factories.factories().stream().flatMap((factory) -> {
			OffsetGuard guard = factory.guard();
			List<StoppedConsumer> stopped = (guard != null) ? guard.stopped() : List.of();
			return stopped.stream().map((consumer) -> of(factory.name(), consumer));
		}).sorted(Comparator.comparing(FailedConsumer::since)).toList();
	}

	private static FailedConsumer of(String factory, StoppedConsumer stopped) {
		Decision decision = stopped.decision();
		return new FailedConsumer(factory, stopped.groupId(), stopped.clientId(),
				stopped.state().name().toLowerCase(Locale.ROOT),
				(decision != null) ? decision.partition().topic() : null,
				(decision != null) ? decision.partition().partition() : null,
				(decision != null) ? decision.cause().id() : null, stopped.since(), stopped.problem(),
				"docs/runbook.md#a-consumer-has-stopped");
	}

}
