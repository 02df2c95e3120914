/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.ruling;

import dev.holdfast.kafka.offsetguard.decision.Reason;
import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.MoveLimits;
import dev.holdfast.kafka.offsetguard.policy.OffsetPolicy;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Chooses the action for a cause: the configured one, or that of the application's own
 * policy.
 */
public final class ActionChooser {

	private final OffsetPolicy policy;

	private final @Nullable OwnPolicy own;

	public ActionChooser(OffsetPolicy policy, @Nullable OwnPolicy own) {
		this.policy = policy;
		this.own = own;
	}

	/** An application's own policy. */
	public interface OwnPolicy {

		/**
		 * Chooses an action.
		 * @param configured the action that the guard would take without it
		 * @return an action that is allowed for the cause, {@code null} if the policy has
		 * failed or named another
		 */
		@Nullable Action choose(TopicPartition partition, Cause cause, Action configured, Evidence evidence);

	}

	/**
	 * The action to take.
	 *
	 * @param action the action
	 * @param reason why the action is to hold, {@code null} if the policy or an operator
	 * has chosen it
	 */
	public record Choice(Action action, Reason.@Nullable Kind reason) {

		public static Choice of(Action action) {
			return new Choice(action, null);
		}

	}

	public Choice choose(TopicPartition partition, Cause cause, Evidence evidence) {
		Action configured = policy.action(partition.topic(), cause);
		if (own == null) {
			return Choice.of(configured);
		}
		Action chosen = own.choose(partition, cause, configured, evidence);
		return (chosen != null) ? Choice.of(chosen) : new Choice(Action.HOLD, Reason.Kind.NOT_ALLOWED);
	}

	/**
	 * How far a decision of the guard may move a position.
	 */
	MoveLimits limits(TopicPartition partition) {
		return policy.limits(partition.topic());
	}

	/**
	 * Whether the policy may choose an action on a topic for any cause.
	 */
	public boolean mayChoose(String topic, Action action) {
		return own != null || policy.mayUse(topic, action);
	}

}
