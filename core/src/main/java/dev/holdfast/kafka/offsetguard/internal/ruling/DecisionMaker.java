/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.ruling;

import java.time.Instant;

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
 * From evidence about a partition to what is to be done about it. What else it has to
 * know of the partition is handed in, and so is the time.
 */
public final class DecisionMaker {

	private final ActionChooser chooser;

	private final ClientConfiguration configuration;

	public DecisionMaker(ActionChooser chooser, ClientConfiguration configuration) {
		this.chooser = chooser;
		this.configuration = configuration;
	}

	/**
	 * Evidence with its cause and what is to be done about it.
	 *
	 * @param partition the partition
	 * @param cause the cause
	 * @param choice the action to take
	 * @param evidence the evidence
	 * @param order what an operator has ordered, {@code null} if nobody has
	 */
	public record Opening(TopicPartition partition, Cause cause, ActionChooser.Choice choice, Evidence evidence,
			@Nullable Resolution order) {

		public Action action() {
			return choice.action();
		}

		/** A ruling to hold has the reason of the choice, if it has none of its own. */
		private Ruling explained(Ruling ruling) {
			boolean isHeld = ruling.outcome() instanceof Outcome.Held && ruling.reason() == null;
			if (!isHeld) {
				return ruling;
			}
			if (choice.reason() != null) {
				return Ruling.hold(ruling.named(), choice.reason());
			}
			return (ruling.named() != Action.HOLD) ? Ruling.hold(ruling.named(), Reason.Kind.NO_TARGET) : ruling;
		}

	}

	/**
	 * Names the cause and chooses the action.
	 * @param held whether the partition is held by a decision
	 * @param order what an operator has ordered, {@code null} if nobody has
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
		return cause.allowedActions().contains(order.action()) ? ActionChooser.Choice.of(order.action())
				: new ActionChooser.Choice(Action.HOLD, Reason.Kind.NOT_ALLOWED);
	}

	/**
	 * How far a decision may move a position: as far as an operator likes.
	 */
	private MoveLimits limits(Opening opening) {
		return (opening.order() != null) ? MoveLimits.unlimited() : chooser.limits(opening.partition());
	}

	/**
	 * Whether there is nothing to be decided: a partition is held for what is not so any
	 * more, as its leader does not make the claim, or has reached the committed epoch; or
	 * the position is as good on the new cluster as it was on the old one.
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
		return possible(opening, Ruling.rule(opening.cause(), opening.action(), limits(opening), opening.evidence()),
				awaitedEpoch);
	}

	/**
	 * What the chosen action comes to for a partition without a position.
	 * @param outcome where it leads
	 * @param awaitedEpoch the committed epoch that the client waits for, -1 for none
	 */
	public Ruling ruleFirst(Opening opening, Outcome outcome, int awaitedEpoch) {
		return possible(opening, Ruling.limit(opening.cause(), new Ruling(opening.action(), outcome, null),
				limits(opening), opening.evidence()), awaitedEpoch);
	}

	/**
	 * A client that has read the committed epoch itself believes no leader with a lower
	 * one, wherever it is sought to. A new client will, once the commit is replaced.
	 * <p>
	 * The client commits whatever position it has under {@code enable.auto.commit}: a
	 * partition that has none cannot be held then.
	 */
	private Ruling possible(Opening opening, Ruling ruling, int awaitedEpoch) {
		Evidence evidence = opening.evidence();
		boolean isWaiting = opening.cause() != Cause.TOPIC_RECREATED && evidence.currentLeaderEpoch() < awaitedEpoch;
		if (isWaiting && ruling.isMove()) {
			return Ruling.hold(ruling.named(), Reason.Kind.EPOCH_NOT_REACHED);
		}
		boolean impossible = ruling.outcome() instanceof Outcome.Held && evidence.position() < 0
				&& configuration.autoCommit();
		return impossible ? Ruling.fail(ruling.named(), Reason.Kind.CANNOT_HOLD) : opening.explained(ruling);
	}

	/**
	 * A decision, to be carried out and told.
	 * @param observed whether it is only told
	 * @param at when it is made
	 */
	public Decision decision(Opening opening, Ruling ruling, boolean observed, Instant at) {
		Decision.Impact impact = PlainKafka.impact(opening.evidence(), ruling.outcome(),
				configuration.autoOffsetReset());
		return new Decision(at, configuration.groupId(), configuration.clientId(), opening.partition(), opening.cause(),
				ruling.named(), ruling.action(), ruling.reason(), ruling.outcome(), impact, opening.evidence(),
				observed, resolution(opening, ruling));
	}

	/**
	 * What an operator has ordered, if that is what is done: the reason to hold may be
	 * gone.
	 */
	private static @Nullable Resolution resolution(Opening opening, Ruling ruling) {
		Resolution order = opening.order();
		return (order != null && order.action() == ruling.named()) ? order : null;
	}

}
