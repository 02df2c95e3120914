/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.ruling;

import java.time.Instant;
import java.util.List;

import dev.holdfast.kafka.offsetguard.decision.Assignment;
import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.decision.Reason;
import dev.holdfast.kafka.offsetguard.decision.Resolution;
import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.internal.client.ClientConfiguration;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.MoveLimits;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Turns evidence about a partition into a decision. Its callers hand in the time, and
 * what else it has to know of the partition.
 */
public final class DecisionMaker {

	private final ActionChooser chooser;

	private final ClientConfiguration configuration;

	public DecisionMaker(ActionChooser chooser, ClientConfiguration configuration) {
		this.chooser = chooser;
		this.configuration = configuration;
	}

	/**
	 * Evidence with its cause and the chosen action.
	 *
	 * @param partition the partition
	 * @param cause the cause
	 * @param choice the action to take
	 * @param evidence the evidence
	 * @param order what an operator has ordered, {@code null} if none has
	 */
	public record Opening(TopicPartition partition, Cause cause, ActionChooser.Choice choice, Evidence evidence,
			@Nullable Resolution order) {

		public Action action() {
			return choice.action();
		}

		/** Gives a ruling to hold the reason of the choice, if it has none of its own. */
		private Ruling explained(Ruling ruling) {
			boolean isHeld = ruling.outcome() instanceof Outcome.Held && ruling.reason() == null;
			if (!isHeld) {
				return ruling;
			}
			if (choice.reason() != null) {
				return Ruling.hold(ruling.policyAction(), choice.reason());
			}
			return (ruling.policyAction() != Action.HOLD) ? Ruling.hold(ruling.policyAction(), Reason.Kind.NO_TARGET)
					: ruling;
		}

	}

	/**
	 * Names the cause and chooses the action.
	 * @param held whether a decision holds the partition
	 * @param order what an operator has ordered, {@code null} if none has
	 */
	public Opening open(TopicPartition partition, Evidence evidence, boolean held, @Nullable Resolution order) {
		Cause cause = Classifier.classify(evidence);
		return new Opening(partition, cause, choose(partition, cause, evidence, held, order), evidence, order);
	}

	private ActionChooser.Choice choose(TopicPartition partition, Cause cause, Evidence evidence, boolean held,
			@Nullable Resolution order) {
		if (cause == Cause.BELOW_LOG_START && evidence.isSoughtBelowLogStart()) {
			return ActionChooser.Choice.of(Action.EARLIEST);
		}
		if (isReleased(cause, evidence, held)) {
			return ActionChooser.Choice.of(Action.KEEP);
		}
		if (order == null) {
			return chooser.choose(partition, cause, evidence);
		}
		return cause.resolutions().contains(order.action()) ? ActionChooser.Choice.of(order.action())
				: new ActionChooser.Choice(Action.HOLD, Reason.Kind.NOT_ALLOWED);
	}

	/**
	 * How far a decision may move a position. An operator's order has no limits.
	 */
	private MoveLimits limits(Opening opening) {
		return (opening.order() != null) ? MoveLimits.unlimited() : chooser.limits(opening.partition());
	}

	/**
	 * Whether the position is good, so that no policy is needed: the leader of a held
	 * partition no longer makes the claim, or has reached the committed epoch; or the new
	 * cluster holds the same records as the old one.
	 */
	private static boolean isReleased(Cause cause, Evidence evidence, boolean held) {
		return switch (cause) {
			case CLUSTER_CHANGED -> evidence.witness() != null && evidence.witness().standsInMirror();
			case FALSE_TRUNCATION -> held && evidence.validation() == Evidence.Validation.VALID;
			case EPOCH_AHEAD -> held && evidence.currentLeaderEpoch() >= evidence.leaderEpoch();
			case NO_COMMITTED_OFFSET, NEW_PARTITION, COMMITTED_OFFSET_LOST, COMMITTED_OFFSET_REGRESSED, BELOW_LOG_START,
					ABOVE_LOG_END, LOG_TRUNCATED, SPURIOUS_OUT_OF_RANGE, TOPIC_RECREATED, UNVERIFIABLE ->
				false;
		};
	}

	/**
	 * What the chosen action comes to.
	 * @param awaitedEpoch the committed epoch that the client waits for, -1 for none
	 */
	public Ruling rule(Opening opening, int awaitedEpoch) {
		Resolution order = opening.order();
		return possible(opening,
				(order != null && order.action() == opening.action())
						? Ruling.rule(opening.cause(), order, opening.evidence())
						: Ruling.rule(opening.cause(), opening.action(), limits(opening), opening.evidence()),
				awaitedEpoch);
	}

	/**
	 * What the chosen action comes to for a partition without a position.
	 * @param outcome where the action leads
	 * @param awaitedEpoch the committed epoch that the client waits for, -1 for none
	 */
	public Ruling ruleFirst(Opening opening, Outcome outcome, int awaitedEpoch) {
		return possible(opening, Ruling.limit(opening.cause(), new Ruling(opening.action(), outcome, null),
				limits(opening), opening.evidence()), awaitedEpoch);
	}

	/**
	 * A client that has read the committed epoch itself believes no leader with a lower
	 * one, wherever the guard seeks it to. A new client believes the leader once another
	 * commit has replaced that one.
	 * <p>
	 * Under {@code enable.auto.commit} the client commits any position that it has, so
	 * the guard cannot hold a partition without one. A client that waits for an epoch
	 * then waits where the policy has it start, as it would without the guard.
	 */
	private Ruling possible(Opening opening, Ruling ruling, int awaitedEpoch) {
		Evidence evidence = opening.evidence();
		boolean isHoldable = evidence.position() >= 0 || !configuration.autoCommit();
		if (isHoldable && isWaiting(opening.cause(), evidence, awaitedEpoch) && ruling.isMove()) {
			return Ruling.hold(ruling.policyAction(), Reason.Kind.EPOCH_NOT_REACHED);
		}
		boolean impossible = ruling.outcome() instanceof Outcome.Held && !isHoldable;
		return impossible ? Ruling.fail(ruling.policyAction(), Reason.Kind.CANNOT_HOLD) : opening.explained(ruling);
	}

	private static boolean isWaiting(Cause cause, Evidence evidence, int awaitedEpoch) {
		return cause != Cause.TOPIC_RECREATED && evidence.currentLeaderEpoch() < awaitedEpoch;
	}

	/**
	 * What can resolve a held partition, and what that comes to. Thread-safe.
	 * @param awaitedEpoch the committed epoch that the client waits for, -1 for none
	 */
	public List<Assignment.Cost> costs(Cause cause, Evidence evidence, int awaitedEpoch) {
		return Remedies.of(cause, evidence, configuration.autoOffsetReset(), isWaiting(cause, evidence, awaitedEpoch));
	}

	/**
	 * Makes a decision.
	 * @param observed whether the guard only reports it
	 * @param at the time
	 */
	public Decision decision(Opening opening, Ruling ruling, boolean observed, Instant at) {
		Decision.Impact impact = PlainKafka.impact(opening.evidence(), ruling.outcome(),
				configuration.autoOffsetReset());
		return new Decision(at, configuration.groupId(), configuration.clientId(), opening.partition(), opening.cause(),
				ruling.policyAction(), ruling.action(), ruling.reason(), ruling.outcome(), impact, opening.evidence(),
				observed, resolution(opening, ruling));
	}

	/**
	 * What an operator has ordered, if the ruling follows it. It does not where the
	 * reason to hold is gone.
	 */
	private static @Nullable Resolution resolution(Opening opening, Ruling ruling) {
		Resolution order = opening.order();
		return (order != null && order.action() == ruling.policyAction()) ? order : null;
	}

}
