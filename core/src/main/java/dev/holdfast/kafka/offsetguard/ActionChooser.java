/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Chooses the action for a cause: as configured, or as the application's own policy says.
 */
final class ActionChooser {

	private static final Logger logger = LoggerFactory.getLogger(ActionChooser.class);

	private final OffsetPolicy policy;

	private final @Nullable OffsetResetPolicy own;

	private final ClientConfiguration configuration;

	/** What somebody has decided about one partition just now. */
	private @Nullable Resolution ordered;

	private @Nullable TopicPartition orderedPartition;

	ActionChooser(OffsetPolicy policy, @Nullable OffsetResetPolicy own, ClientConfiguration configuration) {
		this.policy = policy;
		this.own = own;
		this.configuration = configuration;
	}

	/**
	 * What is to be done.
	 *
	 * @param action the action
	 * @param reason why it is to hold, if nobody has named that
	 */
	record Choice(Action action, Reason.@Nullable Kind reason) {

		static Choice of(Action action) {
			return new Choice(action, null);
		}

	}

	Choice choose(TopicPartition partition, Cause cause, Evidence evidence) {
		Action configured = policy.action(partition.topic(), cause);
		if (ordered != null && partition.equals(orderedPartition)) {
			return cause.allowedActions().contains(ordered.action()) ? Choice.of(ordered.action())
					: new Choice(Action.HOLD, Reason.Kind.NOT_ALLOWED);
		}
		if (own == null) {
			return Choice.of(configured);
		}
		try {
			Action chosen = own.decide(new OffsetResetPolicy.Question(configuration.groupId(), configuration.clientId(),
					partition, cause, configured, evidence));
			if (cause.allowedActions().contains(chosen)) {
				return Choice.of(chosen);
			}
			logger.warn("{} answers '{}' about cause '{}' of {}, and allowed are {}: it is held", own, chosen, cause,
					partition, cause.allowedActions());
		}
		catch (RuntimeException ex) {
			logger.warn("{} failed on cause '{}' of {}: it is held", own, cause, partition, ex);
		}
		return new Choice(Action.HOLD, Reason.Kind.NOT_ALLOWED);
	}

	/**
	 * What somebody has decided about a partition just now.
	 */
	@Nullable Resolution resolution(TopicPartition partition) {
		return partition.equals(orderedPartition) ? ordered : null;
	}

	/**
	 * Chooses the resolution's action for a partition until {@link #withdraw()}.
	 */
	void order(TopicPartition partition, Resolution resolution) {
		orderedPartition = partition;
		ordered = resolution;
	}

	void withdraw() {
		orderedPartition = null;
		ordered = null;
	}

	/**
	 * How far a decision may move a position; as far as it likes if somebody has just
	 * made it.
	 */
	MoveLimits limits(TopicPartition partition) {
		return partition.equals(orderedPartition) ? MoveLimits.unlimited() : policy.limits(partition.topic());
	}

	/**
	 * Whether an action may be chosen on a topic, whatever the cause.
	 */
	boolean mayChoose(String topic, Action action) {
		return own != null || (ordered != null && ordered.action() == action) || policy.mayUse(topic, action);
	}

}
