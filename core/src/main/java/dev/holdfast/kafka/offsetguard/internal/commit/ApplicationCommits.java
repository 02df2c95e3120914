/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.commit;

import java.time.Duration;
import java.util.Collection;
import java.util.ConcurrentModificationException;
import java.util.Map;

import dev.holdfast.kafka.offsetguard.internal.partition.PartitionStates;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The application's commits, in all their forms. The guard leaves held partitions out of
 * them.
 */
public final class ApplicationCommits {

	private final Consumer<?, ?> client;

	private final PartitionStates states;

	private final PositionCommits commits;

	private final CommitFilter filter;

	private final ClientCommits clientCommits;

	private final FirstCommits firstCommits;

	private final MovedCommits movedCommits;

	public ApplicationCommits(Consumer<?, ?> client, PartitionStates states, PositionCommits commits,
			CommitFilter filter, ClientCommits clientCommits, FirstCommits firstCommits, MovedCommits movedCommits) {
		this.movedCommits = movedCommits;
		this.client = client;
		this.states = states;
		this.commits = commits;
		this.filter = filter;
		this.clientCommits = clientCommits;
		this.firstCommits = firstCommits;
	}

	public void commitSync(@Nullable Map<TopicPartition, OffsetAndMetadata> offsets, @Nullable Duration timeout) {
		// Earlier commits first: the guard must not take note of them after this one.
		clientCommits.takeNote();
		note(offsets);
		commits.used();
		if (offsets != null) {
			commits.usedByOffsets();
			commits.overtake(offsets.keySet());
			Map<TopicPartition, OffsetAndMetadata> committable = committable(offsets);
			clientCommits.beginWaiting();
			try {
				commits.commitSync(committable, timeout);
			}
			finally {
				clientCommits.endWaiting();
			}
			firstCommits.committing(committable.keySet());
		}
		else if (filter.isAnyInDoubt()) {
			commits.overtakeAll();
			firstCommits.committingAll();
			movedCommits.committingAll();
			commits.commitSync(filter.consumed(), timeout);
		}
		else {
			firstCommits.committingAll();
			movedCommits.committingAll();
			filter.committingAll();
			commits.overtakeAll();
			if (timeout != null) {
				client.commitSync(timeout);
			}
			else {
				client.commitSync();
			}
		}
	}

	public void commitAsync(@Nullable Map<TopicPartition, OffsetAndMetadata> offsets,
			@Nullable OffsetCommitCallback callback) {
		clientCommits.takeNote();
		note(offsets);
		commits.used();
		if (offsets != null) {
			commits.usedByOffsets();
			commits.commitAsync(offsets, this::committable, callback);
			firstCommits.committing(offsets.keySet());
		}
		else if (filter.isAnyInDoubt()) {
			commits.overtakeAll();
			firstCommits.committingAll();
			movedCommits.committingAll();
			commits.commitAsync(filter.consumed(), filter::committable, callback);
		}
		else {
			firstCommits.committingAll();
			movedCommits.committingAll();
			filter.committingAll();
			commits.overtakeAll();
			if (callback != null) {
				client.commitAsync((committed, failure) -> commits.call(callback, committed, failure));
			}
			else {
				client.commitAsync();
			}
		}
	}

	private Map<TopicPartition, OffsetAndMetadata> committable(Map<TopicPartition, OffsetAndMetadata> offsets) {
		Map<TopicPartition, OffsetAndMetadata> committable = filter.committable(offsets);
		movedCommits.committing(committable);
		return committable;
	}

	private void note(@Nullable Map<TopicPartition, OffsetAndMetadata> offsets) {
		if (offsets != null) {
			states.committedByApplication(offsets.keySet());
		}
		else {
			states.committedByApplication();
		}
	}

	/**
	 * Waits before the client gives partitions up, as long as brokers may refuse commits
	 * for their bookmarks: nobody could send them again afterwards.
	 */
	public void leaving(Duration atMost) {
		if (commits.isUnproven() && !atMost.isZero()) {
			try {
				commits.awaitCommits((atMost.compareTo(FirstCommits.LEAVING) < 0) ? atMost : FirstCommits.LEAVING);
			}
			catch (IllegalStateException | ConcurrentModificationException ex) {
				// Nothing may keep a consumer from giving up its partitions.
			}
		}
	}

	/**
	 * Ends the commits of partitions that were taken away.
	 */
	public void leave(Collection<TopicPartition> partitions) {
		commits.overtake(partitions);
	}

	/**
	 * What the application gets to read: commits without bookmarks.
	 */
	public Map<TopicPartition, OffsetAndMetadata> read(Map<TopicPartition, OffsetAndMetadata> committed) {
		if (committed.values().stream().anyMatch((each) -> each != null && each.leaderEpoch().isPresent())) {
			states.commitsRead();
		}
		return PositionCommits.withoutBookmarks(committed);
	}

}
