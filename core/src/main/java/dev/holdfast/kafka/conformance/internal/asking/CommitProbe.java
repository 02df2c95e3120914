/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.internal.asking;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import dev.holdfast.kafka.conformance.internal.evidence.Answer;
import dev.holdfast.kafka.conformance.internal.evidence.CommitFacts;
import dev.holdfast.kafka.offsetguard.internal.memory.Bookmark;
import dev.holdfast.kafka.offsetguard.internal.time.Deadline;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AlterConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.GroupIdNotFoundException;

/**
 * Commits as a group of its own, asks for the commit, and deletes the group.
 */
final class CommitProbe {

	private static final String NO_GROUP = GroupIdNotFoundException.class.getSimpleName();

	private final Admin admin;

	private final String group;

	private final Deadline deadline;

	private final Duration patience;

	/**
	 * Creates a probe.
	 * @param group a name that only this check uses; each round takes the same, so that
	 * the next one deletes what this one could not
	 */
	CommitProbe(Admin admin, String group, Deadline deadline, Duration patience) {
		this.admin = admin;
		this.group = group;
		this.deadline = deadline;
		this.patience = patience;
	}

	CommitFacts ask(TopicPartition partition, long offset, int leaderEpoch) {
		OffsetAndMetadata commit = new OffsetAndMetadata(offset,
				(leaderEpoch >= 0) ? Optional.of(leaderEpoch) : Optional.of(0), "x".repeat(Bookmark.MAX_LENGTH));
		Answer<Boolean> committed = new Answer.Silent<>();
		Answer<Optional<OffsetAndMetadata>> served;
		Optional<String> left;
		try {
			committed = commit(Map.of(partition, commit));
			served = Listing
				.await(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata(), deadline.left(patience))
				.map((offsets) -> Optional.ofNullable(offsets.get(partition)));
		}
		finally {
			// Also when the time is over.
			left = isGone(committed) ? Optional.empty() : Optional.of(group);
		}
		return new CommitFacts(commit, committed, served, left);
	}

	private Answer<Boolean> commit(Map<TopicPartition, OffsetAndMetadata> commit) {
		Duration left = deadline.left(patience);
		// The client gives up when the check does: it must not commit after the deletion.
		AlterConsumerGroupOffsetsOptions options = new AlterConsumerGroupOffsetsOptions()
			.timeoutMs((int) Math.max(1, left.toMillis()));
		return Listing.await(admin.alterConsumerGroupOffsets(group, commit, options).all(), left)
			.map((nothing) -> true);
	}

	/**
	 * Deletes the group.
	 * @return whether the coordinator confirms that there is none
	 */
	private boolean isGone(Answer<Boolean> committed) {
		if (committed instanceof Answer.Denied<?>) {
			return true;
		}
		Answer<Void> deleted = Listing.await(admin.deleteConsumerGroups(List.of(group)).all(), patience);
		return deleted instanceof Answer.Given<?> || (!(committed instanceof Answer.Silent<?>)
				&& deleted instanceof Answer.Failed<?> failed && failed.error().startsWith(NO_GROUP));
	}

}
