/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.policy;

import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Decides about each position in question, in place of the configured policy. The
 * application implements it.
 */
@FunctionalInterface
public interface OffsetResetPolicy {

	/**
	 * Chooses an action. The guard calls it on the consumer's thread, in the middle of a
	 * poll: it has to be quick, and must not use the consumer. The guard asks again each
	 * time it has gathered the evidence about a partition again.
	 * @param question what is known
	 * @return one of the cause's {@link Cause#allowedActions()}. On any other action, and
	 * on an exception, the guard holds the partition
	 */
	Action decide(Question question);

	/**
	 * A position in question.
	 *
	 * @param groupId the consumer group, {@code null} for a consumer without one
	 * @param clientId the consumer's client id
	 * @param partition the partition
	 * @param cause why its position is in question
	 * @param policyAction the action that is configured
	 * @param evidence all that is known
	 */
	record Question(@Nullable String groupId, String clientId, TopicPartition partition, Cause cause,
			Action policyAction, Evidence evidence) {
	}

}
