/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.policy;

import java.util.Arrays;
import java.util.Collections;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

import static dev.holdfast.kafka.offsetguard.policy.Action.AUTO_OFFSET_RESET;
import static dev.holdfast.kafka.offsetguard.policy.Action.DIVERGENCE;
import static dev.holdfast.kafka.offsetguard.policy.Action.EARLIEST;
import static dev.holdfast.kafka.offsetguard.policy.Action.FAIL;
import static dev.holdfast.kafka.offsetguard.policy.Action.HOLD;
import static dev.holdfast.kafka.offsetguard.policy.Action.KEEP;
import static dev.holdfast.kafka.offsetguard.policy.Action.LATEST;
import static dev.holdfast.kafka.offsetguard.policy.Action.LATEST_KNOWN;
import static dev.holdfast.kafka.offsetguard.policy.Action.OFFSET;
import static dev.holdfast.kafka.offsetguard.policy.Action.TIMESTAMP;

/**
 * Why a consumer would move, as far as the broker's own data supports it. Each cause has
 * a default {@link Action} and the set of actions that make sense for it.
 */
public enum Cause {

	/** No committed offset, and nothing shows that there ever was one. */
	NO_COMMITTED_OFFSET(AUTO_OFFSET_RESET, EARLIEST, LATEST, HOLD, FAIL),

	/**
	 * No committed offset for a partition that the topic did not have when the group
	 * committed last.
	 */
	NEW_PARTITION(EARLIEST, LATEST, HOLD, FAIL),

	/** No committed offset, although there was one. */
	COMMITTED_OFFSET_LOST(HOLD, EARLIEST, LATEST, TIMESTAMP, FAIL),

	/** The position is below the log start offset: retention has passed the consumer. */
	BELOW_LOG_START(EARLIEST, LATEST, HOLD, FAIL),

	/** The position is above the log end offset. */
	ABOVE_LOG_END(HOLD, DIVERGENCE, EARLIEST, LATEST, TIMESTAMP, FAIL),

	/** The leader claimed a truncation, and the log supports the claim. */
	LOG_TRUNCATED(DIVERGENCE, EARLIEST, LATEST, TIMESTAMP, HOLD, FAIL),

	/** The leader claimed a truncation, and the log refutes the claim. */
	FALSE_TRUNCATION(KEEP, HOLD, FAIL),

	/** The leader called the position out of range, and twice it was not. */
	SPURIOUS_OUT_OF_RANGE(KEEP, HOLD, FAIL),

	/**
	 * The committed leader epoch is above the leader's, and the offset is within the log:
	 * a client that goes by the epoch waits for ever.
	 */
	EPOCH_AHEAD(KEEP, HOLD, FAIL),

	/** Another topic has taken the name: the topic's id has changed. */
	TOPIC_RECREATED(EARLIEST, LATEST, HOLD, FAIL),

	/**
	 * The client speaks to another cluster than the one that its position came from.
	 * Where the new log holds the last record delivered, with the same offset, timestamp
	 * and sizes, the guard keeps the position whatever the policy says.
	 */
	CLUSTER_CHANGED(HOLD, KEEP, EARLIEST, LATEST, TIMESTAMP, FAIL),

	/**
	 * The coordinator serves a commit with a bookmark that is older than one that this
	 * process has made or seen.
	 */
	COMMITTED_OFFSET_REGRESSED(KEEP, LATEST_KNOWN, HOLD, FAIL),

	/** The guard could not get the evidence, or the evidence contradicts itself. */
	UNVERIFIABLE(HOLD, KEEP, DIVERGENCE, EARLIEST, FAIL);

	private final Action defaultAction;

	private final Set<Action> allowedActions;

	Cause(Action defaultAction, Action... others) {
		this.defaultAction = defaultAction;
		this.allowedActions = Collections.unmodifiableSet(EnumSet.of(defaultAction, others));
	}

	/**
	 * Whether the position belongs to another log than the one that is there now: their
	 * offsets have nothing to do with each other.
	 * @return {@code true} for a recreated topic, and for another cluster
	 */
	public boolean isOtherLog() {
		return this == TOPIC_RECREATED || this == CLUSTER_CHANGED;
	}

	/**
	 * Whether the partition has no position yet: the group has no commit for it.
	 * @return {@code true} for causes that decide where a partition starts
	 */
	public boolean isAboutFirstPosition() {
		return this == NO_COMMITTED_OFFSET || this == NEW_PARTITION || this == COMMITTED_OFFSET_LOST;
	}

	/**
	 * Whether brokers may soon give evidence that they have not given.
	 * @return {@code true} if the guard soon looks again at a partition that it holds for
	 * this
	 */
	public boolean isWorthAskingSoon() {
		return this == UNVERIFIABLE;
	}

	/**
	 * Finds a cause by its name.
	 * @param id the name as {@link #id()} has it, in any case
	 * @return empty if no cause has it
	 */
	public static Optional<Cause> of(String id) {
		return Arrays.stream(values()).filter((cause) -> cause.id().equalsIgnoreCase(id)).findFirst();
	}

	/**
	 * What the guard does about this cause unless a policy says otherwise.
	 * @return the default action
	 */
	public Action defaultAction() {
		return defaultAction;
	}

	/**
	 * What a policy may do about this cause.
	 * @return the allowed actions, the default among them
	 */
	public Set<Action> allowedActions() {
		return allowedActions;
	}

	/**
	 * Whether an operator may move the position to anywhere in the log. A policy cannot
	 * tell where a hole in the log ends, but an operator can.
	 * @return {@code false} if the position is good, or its only alternative is the
	 * latest known commit
	 */
	public boolean isAnyMoveOpen() {
		return allowedActions.contains(EARLIEST) || this == SPURIOUS_OUT_OF_RANGE;
	}

	/**
	 * What an operator may decide about a partition that the guard holds for this cause.
	 * @return the allowed actions, without {@link Action#HOLD}, and all moves where
	 * {@link #isAnyMoveOpen()}
	 */
	public Set<Action> resolutions() {
		EnumSet<Action> resolutions = EnumSet.copyOf(allowedActions);
		resolutions.remove(HOLD);
		if (isAnyMoveOpen()) {
			resolutions.addAll(EnumSet.of(EARLIEST, LATEST, TIMESTAMP, OFFSET));
		}
		return Collections.unmodifiableSet(resolutions);
	}

	/**
	 * The cause's name in properties, log lines and meters.
	 * @return the name in lower case with dashes
	 */
	public String id() {
		return name().toLowerCase(Locale.ROOT).replace('_', '-');
	}

	@Override
	public String toString() {
		return id();
	}

}
