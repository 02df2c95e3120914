/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.decision;

import java.util.List;

import dev.holdfast.kafka.versioncap.ClientVersions;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The partitions that are assigned to one guarded consumer.
 *
 * @param groupId the consumer group, {@code null} for a consumer without one
 * @param clientId the consumer's client id
 * @param partitions the partitions, by topic and number
 * @param versions the versions that the client speaks
 */
public record Assignment(@Nullable String groupId, String clientId, List<Partition> partitions,
		ClientVersions versions) {

	/**
	 * One partition of an assignment.
	 *
	 * @param partition the partition
	 * @param state what becomes of it
	 * @param hold the decision to hold it, {@code null} if it is not held
	 */
	public record Partition(TopicPartition partition, State state, @Nullable Decision hold) {

	}

	/**
	 * What becomes of a partition.
	 */
	public enum State {

		/** The guard has not decided yet where it starts. */
		STARTING,

		/** The consumer reads it, unless the application has paused it. */
		READING,

		/**
		 * The guard lets nothing be delivered from it until there is another decision.
		 */
		HELD

	}

}
