/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.internal.asking;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

import dev.holdfast.kafka.conformance.internal.evidence.Answer;
import dev.holdfast.kafka.conformance.internal.evidence.CommitFacts;
import dev.holdfast.kafka.offsetguard.internal.memory.Bookmark;
import dev.holdfast.kafka.offsetguard.internal.time.Deadline;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Commits as a group of its own, asks for the commit, and deletes the group.
 */
final class CommitProbe {

	private final Admin admin;

	private final Deadline deadline;

	private final Duration patience;

	CommitProbe(Admin admin, Deadline deadline, Duration patience) {
		this.admin = admin;
		this.deadline = deadline;
		this.patience = patience;
	}

	CommitFacts ask(TopicPartition partition, long offset, int leaderEpoch) {
		String group = "holdfast-conformance-" + UUID.randomUUID();
		OffsetAndMetadata commit = new OffsetAndMetadata(offset,
				(leaderEpoch >= 0) ? Optional.of(leaderEpoch) : Optional.of(0), "x".repeat(Bookmark.MAX_LENGTH));
		try {
			Answer<Boolean> committed = Listing
				.await(admin.alterConsumerGroupOffsets(group, Map.of(partition, commit)).all(), deadline.left(patience))
				.map((nothing) -> true);
			Answer<Optional<OffsetAndMetadata>> served = Listing
				.await(admin.listConsumerGroupOffsets(group).partitionsToOffsetAndMetadata(), deadline.left(patience))
				.map((offsets) -> Optional.ofNullable(offsets.get(partition)));
			return new CommitFacts(commit, committed, served);
		}
		finally {
			// Also when the time is over: nothing is left behind.
			Listing.await(admin.deleteConsumerGroups(List.of(group)).all(), patience);
		}
	}

}
