/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.autoconfigure.actuate;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

import dev.holdfast.kafka.autoconfigure.GuardedFactories;
import dev.holdfast.kafka.offsetguard.OffsetGuard;
import dev.holdfast.kafka.offsetguard.decision.Assignment;
import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.versioncap.BrokerVersions;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.OperationResponseBody;

/**
 * What the endpoint shows. Its JSON does not depend on the application's own settings for
 * JSON.
 *
 * @param consumers the guarded consumers of this process, by group and client id
 * @param failed the consumers that have stopped, and whose listeners have not run again
 * @param switched the consumer factories whose mode an operator has switched
 * @param decisions the last decisions, the newest first
 * @param unguarded the consumer factories that Holdfast could not guard although it
 * should
 */
record HoldfastReport(List<Consumer> consumers, List<FailedConsumer> failed, List<ModeSwitches.Switched> switched,
		List<DecisionReport> decisions, List<GuardedFactories.Unguarded> unguarded) implements OperationResponseBody {

	/**
	 * A guarded consumer.
	 *
	 * @param factory the consumer factory
	 * @param policy the mode, and where the policy differs from the default one
	 * @param group the consumer group
	 * @param clientId the client id
	 * @param versionCap the version cap
	 * @param brokers the brokers that it is connected to; none without the version cap's
	 * hook, which Holdfast installs only if a rule needs it
	 * @param partitions its assignment
	 */
	record Consumer(String factory, String policy, @Nullable String group, String clientId, String versionCap,
			List<Broker> brokers, List<Partition> partitions) {

	}

	/**
	 * A broker.
	 *
	 * @param node the connection's id in the client
	 * @param release the Kafka release that offers what the broker offers
	 * @param speaks the version of each API that the client speaks
	 */
	record Broker(String node, String release, Map<String, Integer> speaks) {

		static Broker of(BrokerVersions versions) {
			Map<String, Integer> speaks = new TreeMap<>();
			versions.apis()
				.forEach((line) -> line.effective().ifPresent((version) -> speaks.put(line.api().toString(), version)));
			return new Broker(versions.node(), versions.releaseGuess(), speaks);
		}

	}

	/**
	 * An assigned partition.
	 *
	 * @param topic the topic
	 * @param partition its number
	 * @param state starting, reading or held
	 * @param cause why it is held
	 * @param since when the guard decided to hold it
	 * @param resolutions the actions that can resolve it
	 */
	record Partition(String topic, int partition, String state, @Nullable String cause, @Nullable Instant since,
			@Nullable List<String> resolutions) {

		static Partition of(Assignment.Partition assigned) {
			Decision hold = assigned.hold();
			return new Partition(assigned.partition().topic(), assigned.partition().partition(),
					assigned.state().name().toLowerCase(Locale.ROOT), (hold != null) ? hold.cause().id() : null,
					(hold != null) ? hold.at() : null,
					(hold != null) ? hold.cause().resolutions().stream().map((action) -> action.id()).toList() : null);
		}

	}

	static HoldfastReport of(GuardedFactories factories, ModeSwitches modes) {
		return of(factories, modes, (group) -> true);
	}

	/**
	 * The report about one group. It still names all unguarded factories, which have no
	 * group.
	 */
	static HoldfastReport ofGroup(GuardedFactories factories, ModeSwitches modes, String group) {
		return of(factories, modes, (groupId) -> GroupName.matches(group, groupId));
	}

	boolean isEmpty() {
		return consumers.isEmpty() && failed.isEmpty() && decisions.isEmpty();
	}

	private static HoldfastReport of(GuardedFactories factories, ModeSwitches modes,
			Predicate<@Nullable String> group) {
		List<Consumer> consumers = new ArrayList<>();
		for (GuardedFactories.Factory factory : factories.factories()) {
			OffsetGuard guard = factory.guard();
			List<Assignment> assignments = (guard != null) ? guard.assignments() : List.of();
			assignments.stream()
				.filter((assignment) -> group.test(assignment.groupId()))
				.forEach((assignment) -> consumers.add(consumer(factory, assignment)));
		}
		consumers.sort(Comparator.comparing(Consumer::factory)
			.thenComparing(Consumer::group, Comparator.nullsLast(Comparator.naturalOrder()))
			.thenComparing(Consumer::clientId));
		List<DecisionReport> decisions = factories.decisions()
			.stream()
			.filter((made) -> group.test(made.decision().groupId()))
			.map(DecisionReport::of)
			.toList();
		List<FailedConsumer> failed = FailedConsumer.of(factories)
			.stream()
			.filter((consumer) -> group.test(consumer.group()))
			.toList();
		return new HoldfastReport(consumers, failed, modes.all(), decisions, factories.unguarded());
	}

	private static Consumer consumer(GuardedFactories.Factory factory, Assignment assignment) {
		return new Consumer(factory.name(), factory.policy(), assignment.groupId(), assignment.clientId(),
				factory.versionCap(), assignment.versions().brokers().stream().map(Broker::of).toList(),
				assignment.partitions().stream().map(Partition::of).toList());
	}

}
