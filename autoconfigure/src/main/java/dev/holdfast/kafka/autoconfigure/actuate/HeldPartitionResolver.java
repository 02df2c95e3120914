/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.autoconfigure.actuate;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

import dev.holdfast.kafka.autoconfigure.GuardedFactories;
import dev.holdfast.kafka.offsetguard.OffsetGuard;
import dev.holdfast.kafka.offsetguard.decision.Resolution;
import dev.holdfast.kafka.offsetguard.decision.ResolutionResult;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Hands operators' orders over to consumers, and waits for the results.
 */
final class HeldPartitionResolver {

	/** The next poll may be some time off, and an inspection takes a few seconds. */
	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final Duration OWNER_TIMEOUT = Duration.ofSeconds(3);

	/** A request to brokers about the group has to have room for its name. */
	private static final int MAX_NAME_LENGTH = 1024;

	private final GuardedFactories factories;

	private final Duration patience;

	HeldPartitionResolver(GuardedFactories factories) {
		this(factories, PATIENCE);
	}

	HeldPartitionResolver(GuardedFactories factories, Duration patience) {
		this.factories = factories;
		this.patience = patience;
	}

	/**
	 * An order as the operator gave it.
	 */
	record Order(@Nullable String group, @Nullable String topic, @Nullable String partition, @Nullable String action,
			@Nullable String reason, String by) {

	}

	/**
	 * Carries out an order.
	 * @param onLateDecision hears of a decision that comes after the answer
	 * @return the answer
	 */
	ResolutionReport resolve(Order order, Consumer<DecisionReport> onLateDecision) {
		List<String> mistakes = new ArrayList<>();
		String group = name("group", order.group(), mistakes);
		String topic = name("topic", order.topic(), mistakes);
		int partition = partition(order.partition(), mistakes);
		String reason = required("reason", order.reason(), mistakes);
		String named = required("action", order.action(), mistakes);
		Action action = action(named);
		Resolution resolution = null;
		if (mistakes.isEmpty()) {
			try {
				resolution = new Resolution((action != null) ? action : Action.HOLD, order.by(), reason);
			}
			catch (IllegalArgumentException ex) {
				mistakes.add(ex.getMessage());
			}
		}
		if (resolution == null) {
			return ResolutionReport.refused(400, String.join("; ", mistakes));
		}
		TopicPartition held = new TopicPartition(topic, partition);
		return (action != null) ? handOver(group, held, resolution, onLateDecision)
				: ResolutionReport.notAllowed("There is no action '%s'".formatted(named), allowed(group, held));
	}

	private static String required(String name, @Nullable String value, List<String> mistakes) {
		if (value == null || value.isBlank()) {
			mistakes.add("'%s' is missing".formatted(name));
			return "";
		}
		return value;
	}

	private static String name(String name, @Nullable String value, List<String> mistakes) {
		String text = required(name, value, mistakes);
		if (text.length() > MAX_NAME_LENGTH || text.chars().anyMatch(Character::isISOControl)) {
			mistakes.add("'%s' is no name of a %s".formatted(name, name));
		}
		return text;
	}

	private static int partition(@Nullable String value, List<String> mistakes) {
		String text = required("partition", value, mistakes);
		if (text.isEmpty()) {
			return -1;
		}
		try {
			int partition = Integer.parseInt(text);
			if (partition >= 0) {
				return partition;
			}
		}
		catch (NumberFormatException ex) {
			// Reported below.
		}
		mistakes.add("'partition' is no number of a partition");
		return -1;
	}

	private static @Nullable Action action(String id) {
		return Action.of(id).orElse(null);
	}

	/**
	 * The actions that can resolve the partition if it is held here; else those that can
	 * resolve any.
	 */
	private List<Action> allowed(String group, TopicPartition partition) {
		return guards().values()
			.stream()
			.flatMap((guard) -> guard.held().stream())
			.filter((hold) -> hold.partition().equals(partition) && GroupName.matches(group, hold.groupId()))
			.findFirst()
			.map((hold) -> List.copyOf(hold.cause().resolutions()))
			.orElseGet(() -> Arrays.stream(Cause.values())
				.flatMap((cause) -> cause.resolutions().stream())
				.distinct()
				.sorted()
				.toList());
	}

	private ResolutionReport handOver(String group, TopicPartition partition, Resolution resolution,
			Consumer<DecisionReport> onLateDecision) {
		ResolutionResult result = new ResolutionResult.NotAssigned();
		String factory = "";
		for (Map.Entry<String, OffsetGuard> each : guards().entrySet()) {
			CompletableFuture<ResolutionResult> pending = each.getValue()
				.resolve(groupId(each.getValue(), group, partition), partition, resolution);
			if (!pending.isDone() || !(pending.join() instanceof ResolutionResult.NotAssigned)) {
				factory = each.getKey();
				ResolutionResult own = await(factory, pending, onLateDecision);
				if (!(own instanceof ResolutionResult.NotHeld)) {
					return report(factory, group, partition, resolution, own);
				}
				result = own;
			}
		}
		return report(factory, group, partition, resolution, result);
	}

	/**
	 * The group id that a name means: {@code null} if consumers without a group have the
	 * partition.
	 */
	private static @Nullable String groupId(OffsetGuard guard, String group, TopicPartition partition) {
		boolean withoutGroup = guard.assignments()
			.stream()
			.anyMatch((assignment) -> assignment.groupId() == null && GroupName.matches(group, null)
					&& assignment.partitions().stream().anyMatch((each) -> each.partition().equals(partition)));
		return withoutGroup ? null : group;
	}

	private Map<String, OffsetGuard> guards() {
		Map<String, OffsetGuard> guards = new LinkedHashMap<>();
		for (GuardedFactories.Factory factory : factories.factories()) {
			OffsetGuard guard = factory.guard();
			if (guard != null) {
				guards.put(factory.name(), guard);
			}
		}
		return guards;
	}

	/**
	 * Waits until the consumer has carried the order out; takes it back if the consumer
	 * does not begin.
	 */
	private @Nullable ResolutionResult await(String factory, CompletableFuture<ResolutionResult> pending,
			Consumer<DecisionReport> onLateDecision) {
		try {
			try {
				return pending.get(patience.toNanos(), TimeUnit.NANOSECONDS);
			}
			catch (TimeoutException ex) {
				return pending.cancel(false) ? null : pending.get(patience.toNanos(), TimeUnit.NANOSECONDS);
			}
		}
		catch (TimeoutException ex) {
			pending.thenAccept((result) -> {
				if (result instanceof ResolutionResult.Resolved resolved) {
					onLateDecision.accept(DecisionReport.of(factory, resolved.decision()));
				}
			});
			return new ResolutionResult.Failed("It is being carried out, and takes long: look at the decisions later");
		}
		catch (InterruptedException ex) {
			pending.cancel(false);
			Thread.currentThread().interrupt();
			return new ResolutionResult.Failed("Interrupted");
		}
		catch (ExecutionException ex) {
			throw new IllegalStateException(ex.getCause());
		}
	}

	private ResolutionReport report(String factory, String group, TopicPartition partition, Resolution resolution,
			@Nullable ResolutionResult result) {
		if (result == null) {
			return ResolutionReport
				.refused(503, ("The consumer of group '%s' that holds %s did not begin within %d ms: its "
						+ "listener is busy, other orders come first, or brokers do not answer. Nothing was done, try again")
					.formatted(group, partition, patience.toMillis()));
		}
		if (result instanceof ResolutionResult.Resolved resolved) {
			return ResolutionReport.resolved(DecisionReport.of(factory, resolved.decision()));
		}
		if (result instanceof ResolutionResult.NotAllowed refused) {
			return ResolutionReport.notAllowed("'%s' makes no sense for %s, which is held for '%s'"
				.formatted(resolution.action(), partition, refused.cause()), refused.allowed());
		}
		if (result instanceof ResolutionResult.NotAssigned) {
			return ResolutionReport.refused(404, "No consumer of group '%s' in this process has %s. %s".formatted(group,
					partition, owner(group, partition)));
		}
		if (result instanceof ResolutionResult.StillHeld) {
			return ResolutionReport.refused(409,
					"%s is still held: the evidence, gathered again, does not tell where '%s' leads"
						.formatted(partition, resolution.action()));
		}
		if (result instanceof ResolutionResult.Failed failed) {
			return ResolutionReport.refused(503, failed.reason());
		}
		return ResolutionReport.refused(409, notHeld(group, partition));
	}

	private String notHeld(String group, TopicPartition partition) {
		return factories.decisions()
			.stream()
			.filter((made) -> made.decision().partition().equals(partition)
					&& GroupName.matches(group, made.decision().groupId()))
			.findFirst()
			.map((made) -> "%s is not held. The last decision: %s".formatted(partition, made.decision().summary()))
			.orElse("%s is not held".formatted(partition));
	}

	private String owner(String group, TopicPartition partition) {
		long end = System.nanoTime() + OWNER_TIMEOUT.toNanos();
		for (OffsetGuard guard : guards().values()) {
			Duration left = Duration.ofNanos(end - System.nanoTime());
			Optional<String> owner = left.isNegative() ? Optional.empty() : guard.owner(group, partition, left);
			if (owner.isPresent()) {
				return "It is assigned to " + owner.get();
			}
		}
		return "Nobody here knows who has it";
	}

}
