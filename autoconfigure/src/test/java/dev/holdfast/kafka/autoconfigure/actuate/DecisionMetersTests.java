/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure.actuate;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import dev.holdfast.kafka.autoconfigure.GuardedFactories;
import dev.holdfast.kafka.autoconfigure.MadeUpDecisions;
import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.OffsetPolicy;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Meters count, are there beforehand, and do not become more and more.
 */
@Timeout(60)
class DecisionMetersTests {

	private final SimpleMeterRegistry registry = new SimpleMeterRegistry();

	private final DecisionMeters meters = new DecisionMeters(registry, new NoFactories());

	@Test
	void areThereAtZeroFromTheAssignmentOn() {
		meters.onAssignment("group", Set.of("orders", "payments"), OffsetPolicy.defaults());

		assertThat(registry.find(DecisionMeters.DECISIONS).counters()).hasSize(2 * Cause.values().length)
			.allSatisfy((counter) -> assertThat(counter.count()).isZero());
		for (String name : List.of(DecisionMeters.LOST, DecisionMeters.REWOUND, DecisionMeters.PROTECTED)) {
			assertThat(registry.find(name).counters()).hasSize(2)
				.allSatisfy((counter) -> assertThat(counter.count()).isZero());
		}
		assertThat(registry.find(DecisionMeters.HELD).gauges()).hasSize(2)
			.allSatisfy((gauge) -> assertThat(gauge.value()).isZero());
		assertThat(registry.get(DecisionMeters.INSPECTION).tag("group", "group").timer().count()).isZero();
		assertThat(registry.getMeters()).allSatisfy((meter) -> {
			assertThat(meter.getId().getDescription()).isNotEmpty();
			assertThat(meter.getId().getBaseUnit()).isIn(null, "decisions", "seconds");
		});
	}

	@Test
	void countWhatDecisionsConcern() {
		meters.onAssignment("group", Set.of("orders"), OffsetPolicy.defaults());
		meters.onDecision(decision(0, new Decision.Impact(1, 20, 300)));
		meters.onDecision(decision(1, new Decision.Impact(1, 20, 300)));
		meters.onInspection("group", Duration.ofMillis(1500));

		assertThat(counter(DecisionMeters.DECISIONS, "cause", "below-log-start", "action", "earliest").count())
			.isEqualTo(2);
		assertThat(counter(DecisionMeters.LOST).count()).isEqualTo(2);
		assertThat(counter(DecisionMeters.REWOUND).count()).isEqualTo(40);
		assertThat(counter(DecisionMeters.PROTECTED).count()).isEqualTo(600);
		assertThat(registry.get(DecisionMeters.INSPECTION).timer().totalTime(TimeUnit.MILLISECONDS)).isEqualTo(1500);
	}

	@Test
	void tenThousandDecisionsMakeNoMoreOfThem() {
		meters.onAssignment("group", Set.of("orders"), OffsetPolicy.defaults());
		List<Meter> before = registry.getMeters();
		IntStream.range(0, 10_000).forEach((i) -> meters.onDecision(decision(i, new Decision.Impact(1, 0, 0))));

		assertThat(registry.getMeters()).containsExactlyInAnyOrderElementsOf(before);
		assertThat(counter(DecisionMeters.LOST).count()).isEqualTo(10_000);
		assertThat(before).flatExtracting((meter) -> meter.getId().getTags())
			.extracting(Tag::getKey)
			.containsOnly("group", "topic", "cause", "action");
	}

	/**
	 * Those of a group that comes back are new ones.
	 */
	@Test
	void goWithTheGroup() {
		meters.onAssignment("other", Set.of("orders"), OffsetPolicy.defaults());
		List<Meter> others = registry.getMeters();
		for (int i = 0; i < 2; i++) {
			meters.onAssignment("group", Set.of("orders"), OffsetPolicy.defaults());
			assertThat(registry.getMeters()).hasSize(2 * others.size());
			meters.onDecision(decision(0, new Decision.Impact(1, 20, 300)));
			meters.onGroupForgotten("group");
			assertThat(registry.getMeters()).containsExactlyInAnyOrderElementsOf(others);
		}
	}

	@Test
	void aConsumerWithoutAGroupIsCountedToo() {
		meters.onAssignment(null, Set.of("orders"), OffsetPolicy.defaults());
		assertThat(registry.get(DecisionMeters.LOST).tag("group", "none").counter().count()).isZero();
	}

	private Counter counter(String name, String... tags) {
		return registry.get(name).tags(tags).tags("group", "group", "topic", "orders").counter();
	}

	private static Decision decision(int partition, Decision.Impact impact) {
		return MadeUpDecisions.of(new TopicPartition("orders", partition), Cause.BELOW_LOG_START, Action.EARLIEST,
				impact);
	}

	private record NoFactories() implements GuardedFactories {

		@Override
		public List<Factory> factories() {
			return List.of();
		}

		@Override
		public List<Unguarded> unguarded() {
			return List.of();
		}

		@Override
		public List<Made> decisions() {
			return List.of();
		}

	}

}
