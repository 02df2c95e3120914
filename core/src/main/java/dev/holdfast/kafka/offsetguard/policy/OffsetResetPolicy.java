/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.policy;

import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * An application's own decision about each position in question, in place of the
 * configured policy.
 */
@FunctionalInterface
public interface OffsetResetPolicy {

	/**
	 * Chooses an action. Called on the consumer's thread, in the middle of a poll: it has
	 * to be quick, and must not use the consumer. A partition whose evidence is gathered
	 * again is asked about again.
	 * @param question what is known
	 * @return one of the cause's {@link Cause#allowedActions()}. Anything else, an
	 * exception included, holds the partition
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
