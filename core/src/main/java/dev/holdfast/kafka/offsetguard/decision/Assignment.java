/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.decision;

import java.time.Instant;
import java.util.List;

import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.policy.Action;
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
	 * @param position the offset of the next record, as far as the guard has seen records
	 * and seeks; -1 if it knows none
	 * @param committedOffset the last commit of the group that this process has seen; -1
	 * if it has seen none
	 * @param lag how far the position was from the end of the log when the client last
	 * fetched; -1 if the client does not know it
	 * @param held what is known of it if it is held, else {@code null}
	 */
	public record Partition(TopicPartition partition, State state, long position, long committedOffset, long lag,
			@Nullable Held held) {

		/**
		 * The decision to hold it.
		 * @return {@code null} if it is not held
		 */
		public @Nullable Decision hold() {
			return (held != null) ? held.decision() : null;
		}

	}

	/**
	 * What is known of a held partition.
	 *
	 * @param decision the decision that holds it
	 * @param since since when the guard has held it, for this cause or others before
	 * @param evidence what the guard has found out last: it looks again from time to time
	 * @param costs what can resolve it, and what that comes to by the evidence
	 */
	public record Held(Decision decision, Instant since, Evidence evidence, List<Cost> costs) {

	}

	/**
	 * What an action comes to, if an operator resolves a held partition by it.
	 *
	 * @param action the action
	 * @param continueAt the offset of the next record; {@code null} if the guard has yet
	 * to ask for it, if the operator names it, or if there is none
	 * @param impact how many records the consumer skips or gets again; {@code null} where
	 * nobody can count them
	 */
	public record Cost(Action action, @Nullable Long continueAt, Decision.@Nullable Impact impact) {

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
