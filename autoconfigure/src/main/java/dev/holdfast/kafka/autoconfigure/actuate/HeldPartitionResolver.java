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
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;

import dev.holdfast.kafka.autoconfigure.GuardedFactories;
import dev.holdfast.kafka.offsetguard.OffsetGuard;
import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.decision.Reason;
import dev.holdfast.kafka.offsetguard.decision.Resolution;
import dev.holdfast.kafka.offsetguard.decision.ResolutionResult;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Hands operators' orders over to consumers, and waits for the results.
 */
final class HeldPartitionResolver {

	/** The next poll may be some time off, and an inspection takes a few seconds. */
	private static final Duration PATIENCE = Duration.ofSeconds(10);

	private static final Duration OWNER_TIMEOUT = Duration.ofSeconds(3);

	private final GuardedFactories factories;

	private final Duration patience;

	HeldPartitionResolver(GuardedFactories factories) {
		this(factories, PATIENCE);
	}

	HeldPartitionResolver(GuardedFactories factories, Duration patience) {
		this.factories = factories;
		this.patience = patience;
	}

	/** What is put before a name that only the order itself gives. */
	static final String CLAIMED = "claimed: ";

	/**
	 * An order as the operator gave it.
	 *
	 * @param by the operator
	 * @param claimed whether only the order itself says who that is
	 */
	record Order(@Nullable String group, @Nullable String topic, @Nullable String partition, @Nullable String action,
			@Nullable String reason, @Nullable String offset, @Nullable String timestamp, @Nullable String dryRun,
			String by, boolean claimed) {

		/**
		 * The operator's name as it is recorded.
		 */
		String named() {
			return claimed ? CLAIMED + by : by;
		}

	}

	/**
	 * Carries out an order.
	 * @param onLateDecision hears of a decision that comes after the answer
	 * @return the answer
	 */
	ResolutionReport resolve(Order order, Consumer<DecisionReport> onLateDecision) {
		List<String> mistakes = new ArrayList<>();
		String group = OrderFields.name("group", order.group(), mistakes);
		String topic = OrderFields.name("topic", order.topic(), mistakes);
		int partition = OrderFields.partition(order.partition(), mistakes);
		String reason = OrderFields.required("reason", order.reason(), mistakes);
		String named = OrderFields.required("action", order.action(), mistakes);
		Action action = action(named);
		boolean isTrial = OrderFields.flag("dryRun", order.dryRun(), mistakes);
		Resolution resolution = OrderFields.resolution(order, (action != null) ? action : Action.HOLD, reason,
				mistakes);
		if (resolution == null) {
			return ResolutionReport.refused(400, String.join("; ", mistakes));
		}
		TopicPartition held = new TopicPartition(topic, partition);
		return (action != null) ? handOver(new HandedOver(group, held, resolution, isTrial), onLateDecision)
				: ResolutionReport.notAllowed("There is no action '%s'".formatted(named), allowed(group, held));
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

	/**
	 * An order that makes sense.
	 */
	private record HandedOver(String group, TopicPartition partition, Resolution resolution, boolean isTrial) {

		CompletableFuture<ResolutionResult> to(OffsetGuard guard) {
			String groupId = groupId(guard, group, partition);
			return isTrial ? guard.tryOut(groupId, partition, resolution)
					: guard.resolve(groupId, partition, resolution);
		}

	}

	private ResolutionReport handOver(HandedOver order, Consumer<DecisionReport> onLateDecision) {
		ResolutionResult result = new ResolutionResult.NotAssigned();
		for (Map.Entry<String, OffsetGuard> each : guards().entrySet()) {
			CompletableFuture<ResolutionResult> pending = order.to(each.getValue());
			if (!pending.isDone() || !(pending.join() instanceof ResolutionResult.NotAssigned)) {
				ResolutionResult own = await(each.getKey(), pending, onLateDecision);
				if (own instanceof ResolutionResult.Resolved resolved) {
					return ResolutionReport.resolved(DecisionReport.of(each.getKey(), resolved.decision()),
							committed(each.getValue(), resolved.decision()));
				}
				if (own instanceof ResolutionResult.TriedOut tried) {
					return ResolutionReport.triedOut(DecisionReport.of(each.getKey(), tried.decision()));
				}
				if (!(own instanceof ResolutionResult.NotHeld)) {
					return refused(order, own);
				}
				result = own;
			}
		}
		return refused(order, result);
	}

	/**
	 * Whether the group's last commit is where a decision leads, so that it outlasts the
	 * consumer. The guard commits it after the consumer's next poll.
	 * @return {@code null} if it leads nowhere
	 */
	private static @Nullable Boolean committed(OffsetGuard guard, Decision decision) {
		if (!decision.isMove()) {
			return null;
		}
		long target = (decision.outcome() instanceof Outcome.ReadFrom readFrom) ? readFrom.offset() : -1;
		return target >= 0 && guard.assignments()
			.stream()
			.filter((assignment) -> Objects.equals(assignment.groupId(), decision.groupId()))
			.flatMap((assignment) -> assignment.partitions().stream())
			.anyMatch((each) -> each.partition().equals(decision.partition()) && each.committedOffset() == target);
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

	private ResolutionReport refused(HandedOver order, @Nullable ResolutionResult result) {
		TopicPartition partition = order.partition();
		Action action = order.resolution().action();
		if (result == null) {
			return ResolutionReport
				.refused(503, ("The consumer of group '%s' that holds %s did not begin within %d ms: its "
						+ "listener is busy, other orders come first, or brokers do not answer. Nothing was done, try again")
					.formatted(order.group(), partition, patience.toMillis()));
		}
		if (result instanceof ResolutionResult.NotAllowed refused) {
			return ResolutionReport.notAllowed(
					"'%s' makes no sense for %s, which is held for '%s'".formatted(action, partition, refused.cause()),
					refused.allowed());
		}
		if (result instanceof ResolutionResult.OutsideLog outside) {
			return ResolutionReport.refused(400, "The log of %s goes from %d to %d, and '%s' leads outside"
				.formatted(partition, outside.bounds().logStartOffset(), outside.bounds().logEndOffset(), action));
		}
		if (result instanceof ResolutionResult.NotAssigned) {
			return ResolutionReport.refused(404, "No consumer of group '%s' in this process has %s. %s%s"
				.formatted(order.group(), partition, owner(order.group(), partition), stopped(order.group())));
		}
		if (result instanceof ResolutionResult.StillHeld stillHeld) {
			return ResolutionReport.refused(409, "%s is still held: %s".formatted(partition,
					obstacle(action, (stillHeld.reason() != null) ? stillHeld.reason().kind() : null)));
		}
		if (result instanceof ResolutionResult.Failed failed) {
			return ResolutionReport.refused(503, failed.reason());
		}
		return ResolutionReport.refused(409, notHeld(order.group(), partition));
	}

	private static String obstacle(Action action, Reason.@Nullable Kind kind) {
		if (kind == Reason.Kind.EPOCH_NOT_REACHED) {
			return "the client waits for a leader with the committed epoch, wherever the guard seeks it to";
		}
		return (kind == Reason.Kind.UNPROVEN)
				? "the log, looked at again, does not prove what '%s' needs".formatted(action)
				: "the evidence, gathered again, does not tell where '%s' leads".formatted(action);
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

	private String stopped(String group) {
		boolean isStopped = guards().values()
			.stream()
			.flatMap((guard) -> guard.stopped().stream())
			.anyMatch((each) -> GroupName.matches(group, each.groupId()));
		return isStopped ? ". A consumer of this group has stopped: see 'failed' of this endpoint" : "";
	}

	private String owner(String group, TopicPartition partition) {
		long end = System.nanoTime() + OWNER_TIMEOUT.toNanos();
		boolean isAsked = false;
		String problem = "no consumer of this process can ask";
		for (OffsetGuard guard : guards().values()) {
			Duration left = Duration.ofNanos(end - System.nanoTime());
			if (left.isNegative() || guard.assignments().isEmpty()) {
				continue;
			}
			try {
				Optional<String> owner = guard.owner(group, partition, left);
				if (owner.isPresent()) {
					return "It is assigned to " + owner.get();
				}
				isAsked = true;
			}
			catch (KafkaException ex) {
				problem = String.valueOf(ex.getMessage());
			}
		}
		return isAsked ? "No member of the group has it, as far as the brokers tell"
				: "Nobody could be asked who has it: " + problem;
	}

}
