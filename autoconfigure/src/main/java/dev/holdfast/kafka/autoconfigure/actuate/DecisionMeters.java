/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.autoconfigure.actuate;

import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import dev.holdfast.kafka.autoconfigure.GuardedFactories;
import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.DecisionListener;
import dev.holdfast.kafka.offsetguard.decision.StoppedConsumer;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.OffsetPolicy;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import org.jspecify.annotations.Nullable;

/**
 * Counts decisions and the records they concern. There is no tag for partitions, so the
 * number of series grows only with groups and topics, times causes and the actions taken.
 * <p>
 * Names that have the unit in the middle come without a base unit: Prometheus would put
 * it at the end once more.
 */
final class DecisionMeters implements DecisionListener {

	static final String DECISIONS = "holdfast.kafka.decisions";

	static final String LOST = "holdfast.kafka.records.lost";

	static final String REWOUND = "holdfast.kafka.records.rewound";

	static final String PROTECTED = "holdfast.kafka.records.protected";

	static final String HELD = "holdfast.kafka.partitions.held";

	static final String FAILED = "holdfast.kafka.consumers.failed";

	static final String INSPECTION = "holdfast.kafka.inspection";

	private final MeterRegistry registry;

	private final GuardedFactories factories;

	/** Micrometer warns of a gauge that is registered again. */
	private final Set<Tags> gauges = ConcurrentHashMap.newKeySet();

	DecisionMeters(MeterRegistry registry, GuardedFactories factories) {
		this.registry = registry;
		this.factories = factories;
	}

	@Override
	public void onDecision(Decision decision) {
		String topic = decision.partition().topic();
		decisions(decision.groupId(), topic, decision.cause(), decision.action()).increment();
		if (decision.observed()) {
			// A decision that the guard did not carry out has lost and spared nothing.
			return;
		}
		lost(decision.groupId(), topic).increment(decision.impact().lost());
		rewound(decision.groupId(), topic).increment(decision.impact().rewound());
		spared(decision.groupId(), topic).increment(decision.impact().spared());
	}

	/**
	 * Creates the series, since alert rules need them at 0 before anything happens.
	 */
	@Override
	public void onAssignment(@Nullable String groupId, Set<String> topics, OffsetPolicy policy) {
		for (String topic : topics) {
			for (Cause cause : Cause.values()) {
				decisions(groupId, topic, cause, policy.action(topic, cause));
			}
			lost(groupId, topic);
			rewound(groupId, topic);
			spared(groupId, topic);
			if (gauges.add(tags(groupId, topic))) {
				Gauge.builder(HELD, () -> held(groupId, topic))
					.description("Partitions from which nothing is delivered until a decision is made")
					.tags(tags(groupId, topic))
					.register(registry);
			}
		}
		inspection(groupId);
		failed(groupId);
	}

	@Override
	public void onStopped(StoppedConsumer consumer) {
		failed(consumer.groupId());
	}

	@Override
	public void onInspection(@Nullable String groupId, Duration duration) {
		inspection(groupId).record(duration);
	}

	/**
	 * Removes the group's series, since applications may make groups without end. A
	 * factory with another guard may still have consumers of the group.
	 */
	@Override
	public void onGroupForgotten(String groupId) {
		boolean used = factories.factories()
			.stream()
			.map(GuardedFactories.Factory::guard)
			.filter(Objects::nonNull)
			.flatMap((guard) -> guard.assignments().stream())
			.anyMatch((assignment) -> groupId.equals(assignment.groupId()));
		if (!used) {
			String name = GroupName.of(groupId);
			gauges.removeIf((tags) -> tags.stream().anyMatch((tag) -> tag.equals(Tag.of("group", name))));
			for (String meter : List.of(DECISIONS, LOST, REWOUND, PROTECTED, HELD, FAILED, INSPECTION)) {
				registry.find(meter).tag("group", name).meters().forEach(registry::remove);
			}
		}
	}

	private Counter decisions(@Nullable String groupId, String topic, Cause cause, Action action) {
		return Counter.builder(DECISIONS)
			.description("Decisions about consumers' positions")
			.baseUnit("decisions")
			.tags(tags(groupId, topic).and("cause", cause.id(), "action", action.id()))
			.register(registry);
	}

	private Counter lost(@Nullable String groupId, String topic) {
		return records(LOST, "Records that a decision skipped for good", groupId, topic);
	}

	private Counter rewound(@Nullable String groupId, String topic) {
		return records(REWOUND, "Records that a decision had delivered again", groupId, topic);
	}

	private Counter spared(@Nullable String groupId, String topic) {
		return records(PROTECTED,
				"Records that Kafka alone would have skipped or delivered again, and a decision did not", groupId,
				topic);
	}

	private Counter records(String name, String description, @Nullable String groupId, String topic) {
		return Counter.builder(name).description(description).tags(tags(groupId, topic)).register(registry);
	}

	private Timer inspection(@Nullable String groupId) {
		return Timer.builder(INSPECTION)
			.description("How long an inspection of partitions' logs took")
			.tags("group", GroupName.of(groupId))
			.register(registry);
	}

	private void failed(@Nullable String groupId) {
		Tags tags = Tags.of("group", GroupName.of(groupId));
		if (gauges.add(tags)) {
			Gauge.builder(FAILED, () -> stopped(groupId))
				.description("Consumers that have stopped and whose listeners have not run again")
				.tags(tags)
				.register(registry);
		}
	}

	private double stopped(@Nullable String groupId) {
		return factories.factories()
			.stream()
			.map(GuardedFactories.Factory::guard)
			.filter(Objects::nonNull)
			.flatMap((guard) -> guard.stopped().stream())
			.filter((consumer) -> Objects.equals(consumer.groupId(), groupId))
			.count();
	}

	private double held(@Nullable String groupId, String topic) {
		return factories.factories()
			.stream()
			.map(GuardedFactories.Factory::guard)
			.filter(Objects::nonNull)
			.flatMap((guard) -> guard.held().stream())
			.filter((hold) -> hold.partition().topic().equals(topic) && Objects.equals(hold.groupId(), groupId))
			.count();
	}

	private static Tags tags(@Nullable String groupId, String topic) {
		return Tags.of("group", GroupName.of(groupId), "topic", topic);
	}

}
