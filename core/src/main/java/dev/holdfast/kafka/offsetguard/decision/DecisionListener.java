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
 * Told of each decision of an {@link OffsetGuard}, once it is applied to the consumer and
 * before any further record is delivered. Called on the consumer's own thread, inside
 * {@code poll} or {@code position}: be quick. What a listener throws is logged and
 * changes nothing.
 * <p>
 * More methods, which nobody needs to implement, tell what surrounds decisions.
 */
@FunctionalInterface
public interface DecisionListener {

	/**
	 * Called after a decision was applied.
	 * @param decision the decision with its evidence
	 */
	void onDecision(Decision decision);

	/**
	 * Called when partitions were assigned, before it is decided where they start. Called
	 * on the consumer's own thread.
	 * @param groupId the consumer group, {@code null} for a consumer without one
	 * @param topics the names of their topics
	 * @param policy what to do about each cause on them
	 */
	default void onAssignment(@Nullable String groupId, Set<String> topics, OffsetPolicy policy) {
	}

	/**
	 * Called when evidence was gathered: what the application's poll has waited for.
	 * Called on the consumer's own thread.
	 * @param groupId the consumer group, {@code null} for a consumer without one
	 * @param duration how long it took
	 */
	default void onInspection(@Nullable String groupId, Duration duration) {
	}

	/**
	 * Called when the guard has forgotten a group, some time after the last of its
	 * consumers in this process was closed: nobody has to show anything of it any more.
	 * Called on the thread of any consumer of the same guard.
	 * @param groupId the consumer group
	 */
	default void onGroupForgotten(String groupId) {
	}

}
