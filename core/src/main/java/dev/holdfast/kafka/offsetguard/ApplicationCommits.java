/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The application's commits, in all their forms: held partitions are left out of them.
 */
final class ApplicationCommits {

	private final Consumer<?, ?> client;

	private final Holds holds;

	private final HeldBackCommits heldBack;

	private final PositionCommits commits;

	private final Incident incident;

	ApplicationCommits(Consumer<?, ?> client, Holds holds, HeldBackCommits heldBack, PositionCommits commits,
			Incident incident) {
		this.client = client;
		this.holds = holds;
		this.heldBack = heldBack;
		this.commits = commits;
		this.incident = incident;
	}

	void commitSync(@Nullable Map<TopicPartition, OffsetAndMetadata> offsets, @Nullable Duration timeout) {
		if (offsets != null) {
			commits.commitSync(holds.committable(offsets), timeout);
		}
		else if (!holds.isEmpty()) {
			commits.commitSync(consumed(), timeout);
		}
		else {
			heldBack.retain(Set.of());
			if (timeout != null) {
				client.commitSync(timeout);
			}
			else {
				client.commitSync();
			}
		}
	}

	void commitAsync(@Nullable Map<TopicPartition, OffsetAndMetadata> offsets,
			@Nullable OffsetCommitCallback callback) {
		if (offsets != null) {
			commits.commitAsync(holds.committable(offsets), callback);
		}
		else if (!holds.isEmpty()) {
			commits.commitAsync(consumed(), callback);
		}
		else {
			heldBack.retain(Set.of());
			if (callback != null) {
				client.commitAsync(callback);
			}
			else {
				client.commitAsync();
			}
		}
	}

	/**
	 * What the client would commit if it was asked to commit all it has consumed,
	 * positions in doubt aside.
	 */
	private Map<TopicPartition, OffsetAndMetadata> consumed() {
		Map<TopicPartition, OffsetAndMetadata> consumed = new HashMap<>();
		for (TopicPartition partition : client.assignment()) {
			if (holds.isPositionInDoubt(partition)) {
				holds.holdBackPosition(partition);
				continue;
			}
			heldBack.forget(partition);
			try {
				Positions.now(client, partition)
					.ifPresent((position) -> consumed.put(partition, new OffsetAndMetadata(position)));
			}
			catch (InvalidOffsetException ex) {
				// Not the committer's business: the next poll deals with it.
				incident.report(ex);
			}
		}
		return consumed;
	}

}
