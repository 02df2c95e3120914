/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.decision;

import java.time.Duration;
import java.util.Set;

import dev.holdfast.kafka.offsetguard.OffsetGuard;
import dev.holdfast.kafka.offsetguard.policy.OffsetPolicy;
import org.jspecify.annotations.Nullable;

/**
 * Hears of each decision of an {@link OffsetGuard}, once the guard has applied it to the
 * consumer and before the client delivers any further record. The guard calls it on the
 * consumer's own thread, inside {@code poll} or {@code position}: be quick. The guard
 * logs what a listener throws and goes on.
 * <p>
 * The other methods are optional. They tell what surrounds decisions.
 */
@FunctionalInterface
public interface DecisionListener {

	/**
	 * Called after the guard has applied a decision.
	 * @param decision the decision with its evidence
	 */
	void onDecision(Decision decision);

	/**
	 * Called when partitions were assigned, before the guard decides where they start.
	 * Called on the consumer's own thread.
	 * @param groupId the consumer group, {@code null} for a consumer without one
	 * @param topics the names of their topics
	 * @param policy what to do about each cause on them
	 */
	default void onAssignment(@Nullable String groupId, Set<String> topics, OffsetPolicy policy) {
	}

	/**
	 * Called when the guard has gathered evidence, within a poll or beside it. Called on
	 * the consumer's own thread.
	 * @param groupId the consumer group, {@code null} for a consumer without one
	 * @param duration how long it took
	 */
	default void onInspection(@Nullable String groupId, Duration duration) {
	}

	/**
	 * Called once when a consumer's {@code poll} throws for good, after the decision if
	 * it is one to fail. Called on the consumer's own thread.
	 * @param consumer the consumer, and what has stopped it
	 */
	default void onStopped(StoppedConsumer consumer) {
	}

	/**
	 * Called when the guard has forgotten a group, some time after the application has
	 * closed the last of its consumers in this process: a listener need not show anything
	 * of it any more. Called on the thread of any consumer of the same guard.
	 * @param groupId the consumer group
	 */
	default void onGroupForgotten(String groupId) {
	}

}
