/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.autoconfigure.actuate;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

import dev.holdfast.kafka.autoconfigure.GuardedFactories;
import dev.holdfast.kafka.offsetguard.OffsetGuard;
import dev.holdfast.kafka.offsetguard.decision.Assignment;
import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.evidence.LogBounds;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.MoveLimits;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import dev.holdfast.kafka.offsetguard.policy.TopicRule;
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
	 * @param mode whether the guard carries decisions out
	 * @param policy the action for each cause
	 * @param limits how far a decision may move a position
	 * @param topics where the policy differs by topic
	 * @param group the consumer group
	 * @param clientId the client id
	 * @param versionCap the version cap
	 * @param brokers the brokers that it is connected to; none without the version cap's
	 * hook, which Holdfast installs only if a rule needs it
	 * @param partitions its assignment
	 */
	record Consumer(String factory, String mode, Map<String, String> policy, Limits limits, List<TopicPolicy> topics,
			@Nullable String group, String clientId, String versionCap, List<Broker> brokers,
			List<Partition> partitions) {

	}

	/**
	 * How far a decision may move a position.
	 *
	 * @param maxRewindRecords the most records that a decision may deliver again
	 * @param maxSkipRecords the most records that a decision may skip for good
	 */
	record Limits(@Nullable Long maxRewindRecords, @Nullable Long maxSkipRecords) {

		static Limits of(MoveLimits limits) {
			return new Limits(limits.maxRewindRecords(), limits.maxSkipRecords());
		}

	}

	/**
	 * What a policy does differently on some topics.
	 *
	 * @param name the topic's name
	 * @param pattern the pattern of topics' names
	 * @param policy the actions that differ
	 * @param limits the limits that differ
	 */
	record TopicPolicy(@Nullable String name, @Nullable String pattern, Map<String, String> policy, Limits limits) {

		static TopicPolicy of(TopicRule rule) {
			return new TopicPolicy(rule.name(), (rule.pattern() != null) ? rule.pattern().pattern() : null,
					actions(rule.actions()), Limits.of(rule.limits()));
		}

	}

	/**
	 * A broker.
	 *
	 * @param node the connection's id in the client
	 * @param connection what that id stands for
	 * @param release the Kafka release that offers what the broker offers
	 * @param speaks the version of each API that the client speaks
	 */
	record Broker(String node, String connection, String release, Map<String, Integer> speaks) {

		static Broker of(BrokerVersions versions) {
			Map<String, Integer> speaks = new TreeMap<>();
			versions.apis()
				.forEach((line) -> line.effective().ifPresent((version) -> speaks.put(line.api().toString(), version)));
			return new Broker(versions.node(), versions.connection(), versions.releaseGuess(), speaks);
		}

	}

	/**
	 * An assigned partition.
	 *
	 * @param topic the topic
	 * @param partition its number
	 * @param state starting, reading or held
	 * @param position where the consumer is
	 * @param lastCommit the group's last commit that this process has seen
	 * @param logStart the log start offset
	 * @param logEnd the log end offset
	 * @param lag how many records it has yet to read
	 * @param cause why it is held
	 * @param policy the policy's action about that
	 * @param obstacle what is in the way of that action
	 * @param since since when it is held for that cause
	 * @param heldSince since when it is held
	 * @param resolutions the actions that can resolve it
	 * @param costs what each of them costs
	 */
	record Partition(String topic, int partition, String state, @Nullable Long position, @Nullable Long lastCommit,
			@Nullable Long logStart, @Nullable Long logEnd, @Nullable Long lag, @Nullable String cause,
			@Nullable String policy, @Nullable ObstacleReport obstacle, @Nullable Instant since,
			@Nullable Instant heldSince, @Nullable List<String> resolutions, @Nullable Map<String, Cost> costs) {

		static Partition of(Assignment.Partition assigned) {
			Assignment.Held held = assigned.held();
			String topic = assigned.partition().topic();
			int number = assigned.partition().partition();
			String state = assigned.state().name().toLowerCase(Locale.ROOT);
			Long position = known(assigned.position());
			Long committed = known(assigned.committedOffset());
			if (held == null) {
				return new Partition(topic, number, state, position, committed, null, null, known(assigned.lag()), null,
						null, null, null, null, null, null);
			}
			Decision hold = held.decision();
			LogBounds bounds = held.evidence().boundsAfter();
			return new Partition(topic, number, state, position, committed,
					(bounds != null) ? bounds.logStartOffset() : null, (bounds != null) ? bounds.logEndOffset() : null,
					lag((position != null) ? position : committed, bounds), hold.cause().id(), hold.policyAction().id(),
					ObstacleReport.of(hold.reason()), hold.at(), held.since(),
					held.costs().stream().map((cost) -> cost.action().id()).toList(), costs(held.costs()));
		}

		/**
		 * The records of the log from a position on.
		 * @return {@code null} if that is not known, or the log does not reach the
		 * position
		 */
		private static @Nullable Long lag(@Nullable Long position, @Nullable LogBounds bounds) {
			if (position == null || bounds == null || position > bounds.logEndOffset()) {
				return null;
			}
			return bounds.logEndOffset() - Math.max(position, bounds.logStartOffset());
		}

		private static Map<String, Cost> costs(List<Assignment.Cost> costs) {
			Map<String, Cost> byAction = new LinkedHashMap<>();
			costs.forEach((cost) -> byAction.put(cost.action().id(), Cost.of(cost)));
			return byAction;
		}

		private static @Nullable Long known(long offset) {
			return (offset >= 0) ? offset : null;
		}

	}

	/**
	 * What a resolution costs.
	 *
	 * @param continueAt where the consumer reads on
	 * @param lost how many records it skips for good
	 * @param rewound how many records it gets again
	 */
	record Cost(@Nullable Long continueAt, @Nullable Long lost, @Nullable Long rewound) {

		static Cost of(Assignment.Cost cost) {
			Decision.Impact impact = cost.impact();
			return new Cost(cost.continueAt(), (impact != null) ? impact.lost() : null,
					(impact != null) ? impact.rewound() : null);
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

	private static Map<String, String> actions(Map<Cause, Action> actions) {
		Map<String, String> named = new LinkedHashMap<>();
		new TreeMap<>(actions).forEach((cause, action) -> named.put(cause.id(), action.id()));
		return named;
	}

	private static Consumer consumer(GuardedFactories.Factory factory, Assignment assignment) {
		OffsetGuardSettings settings = factory.settings();
		OffsetGuard guard = factory.guard();
		OffsetGuardSettings.Mode mode = (guard != null) ? guard.mode() : settings.mode();
		return new Consumer(factory.name(), mode.name().toLowerCase(Locale.ROOT), actions(settings.policy().actions()),
				Limits.of(settings.policy().limits()),
				settings.policy().topicRules().stream().map(TopicPolicy::of).toList(), assignment.groupId(),
				assignment.clientId(), factory.versionCap(),
				assignment.versions().brokers().stream().map(Broker::of).toList(),
				assignment.partitions().stream().map(Partition::of).toList());
	}

}
