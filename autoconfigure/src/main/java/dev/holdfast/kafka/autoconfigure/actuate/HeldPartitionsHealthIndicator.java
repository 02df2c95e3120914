/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.autoconfigure.actuate;

import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.function.Supplier;

import dev.holdfast.kafka.autoconfigure.GuardedFactories;
import dev.holdfast.kafka.offsetguard.OffsetGuard;
import dev.holdfast.kafka.offsetguard.decision.Assignment;
import dev.holdfast.kafka.offsetguard.decision.Decision;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.health.contributor.AbstractHealthIndicator;
import org.springframework.boot.health.contributor.Health;
import org.springframework.boot.health.contributor.Status;

/**
 * Tells which partitions are held, and which consumers have failed. A restart never
 * releases a partition, so this does not belong into a liveness probe.
 */
final class HeldPartitionsHealthIndicator extends AbstractHealthIndicator {

	private final GuardedFactories factories;

	private final Supplier<@Nullable ModeSwitches> modes;

	private final Status heldStatus;

	private final Status failedStatus;

	HeldPartitionsHealthIndicator(GuardedFactories factories, Supplier<@Nullable ModeSwitches> modes, Status heldStatus,
			Status failedStatus) {
		super("Held partitions cannot be told");
		this.factories = factories;
		this.modes = modes;
		this.heldStatus = heldStatus;
		this.failedStatus = failedStatus;
	}

	/**
	 * A held partition.
	 *
	 * @param factory the consumer factory
	 * @param group the consumer group
	 * @param topic the topic
	 * @param partition the partition's number
	 * @param cause why it is held
	 * @param since since when it is held for that cause
	 * @param heldSince since when it is held
	 */
	record Held(String factory, @Nullable String group, String topic, int partition, String cause, Instant since,
			Instant heldSince) {

		static Held of(String factory, Assignment.Held held) {
			Decision decision = held.decision();
			return new Held(factory, decision.groupId(), decision.partition().topic(), decision.partition().partition(),
					decision.cause().id(), decision.at(), held.since());
		}

	}

	@Override
	protected void doHealthCheck(Health.Builder builder) {
		List<Held> held = factories.factories().stream().flatMap((factory) -> {
			OffsetGuard guard = factory.guard();
			List<Assignment> assignments = (guard != null) ? guard.assignments() : List.of();
			return assignments.stream()
				.flatMap((assignment) -> assignment.partitions().stream())
				.map(Assignment.Partition::held)
				.filter(Objects::nonNull)
				.map((hold) -> Held.of(factory.name(), hold));
		}).sorted(Comparator.comparing(Held::heldSince)).toList();
		List<FailedConsumer> failed = FailedConsumer.of(factories);
		Status status = held.isEmpty() ? Status.UP : heldStatus;
		builder.status(failed.isEmpty() ? status : failedStatus).withDetail("held", held).withDetail("failed", failed);
		ModeSwitches present = modes.get();
		if (present != null && !present.all().isEmpty()) {
			builder.withDetail("switched", present.all());
		}
	}

}
