/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The application's commits, in all their forms: held partitions are left out of them.
 */
final class ApplicationCommits {

	private static final Logger logger = LoggerFactory.getLogger(ApplicationCommits.class);

	private final Consumer<?, ?> client;

	private final PartitionStates states;

	private final Holds holds;

	private final HeldBackCommits heldBack;

	private final PositionCommits commits;

	private final LateCommits lateCommits;

	private final ClientCommits clientCommits;

	private final FirstCommits firstCommits;

	ApplicationCommits(Consumer<?, ?> client, PartitionStates states, Holds holds, HeldBackCommits heldBack,
			PositionCommits commits, LateCommits lateCommits, ClientCommits clientCommits, FirstCommits firstCommits) {
		this.client = client;
		this.states = states;
		this.holds = holds;
		this.heldBack = heldBack;
		this.commits = commits;
		this.lateCommits = lateCommits;
		this.clientCommits = clientCommits;
		this.firstCommits = firstCommits;
	}

	void commitSync(@Nullable Map<TopicPartition, OffsetAndMetadata> offsets, @Nullable Duration timeout) {
		// What was committed before must not be taken note of after this.
		clientCommits.takeNote();
		note(offsets);
		commits.used();
		if (offsets != null) {
			commits.overtake(offsets.keySet());
			Map<TopicPartition, OffsetAndMetadata> committable = committable(offsets);
			commits.commitSync(committable, timeout);
			firstCommits.committing(committable.keySet());
		}
		else if (isAnyInDoubt()) {
			commits.overtakeAll();
			firstCommits.committingAll();
			commits.commitSync(consumed(), timeout);
		}
		else {
			firstCommits.committingAll();
			heldBack.retain(Set.of());
			commits.overtakeAll();
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
		clientCommits.takeNote();
		note(offsets);
		commits.used();
		if (offsets != null) {
			commits.commitAsync(offsets, this::committable, callback);
			firstCommits.committing(offsets.keySet());
		}
		else if (isAnyInDoubt()) {
			commits.overtakeAll();
			firstCommits.committingAll();
			commits.commitAsync(consumed(), this::committable, callback);
		}
		else {
			firstCommits.committingAll();
			heldBack.retain(Set.of());
			commits.overtakeAll();
			if (callback != null) {
				client.commitAsync((committed, failure) -> commits.call(callback, committed, failure));
			}
			else {
				client.commitAsync();
			}
		}
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
	 * The partitions were taken away.
	 */
	void leave(Collection<TopicPartition> partitions) {
		commits.overtake(partitions);
	}

	/**
	 * What the application finds committed: without bookmarks.
	 */
	Map<TopicPartition, OffsetAndMetadata> read(Map<TopicPartition, OffsetAndMetadata> committed) {
		if (committed.values().stream().anyMatch((each) -> each != null && each.leaderEpoch().isPresent())) {
			states.commitsRead();
		}
		return PositionCommits.withoutBookmarks(committed);
	}

	private boolean isAnyInDoubt() {
		return !holds.isEmpty() || !states.undecided().isEmpty();
	}

	private Map<TopicPartition, OffsetAndMetadata> committable(Map<TopicPartition, OffsetAndMetadata> offsets) {
		return holds.committable(withoutStandIns(current(offsets)));
	}

	private Map<TopicPartition, OffsetAndMetadata> withoutStandIns(Map<TopicPartition, OffsetAndMetadata> offsets) {
		if (states.undecided().isEmpty()) {
			return offsets;
		}
		Map<TopicPartition, OffsetAndMetadata> own = new HashMap<>(offsets);
		own.entrySet()
			.removeIf((each) -> each.getValue() != null
					&& states.undecided().takeCommit(each.getKey(), each.getValue().offset()));
		return own;
	}

	/**
	 * Leaves out what comes late, of records in a log that is gone: in the one that is
	 * there now it would skip what nobody has read.
	 */
	private Map<TopicPartition, OffsetAndMetadata> current(Map<TopicPartition, OffsetAndMetadata> offsets) {
		Map<TopicPartition, OffsetAndMetadata> current = offsets;
		for (Map.Entry<TopicPartition, OffsetAndMetadata> each : offsets.entrySet()) {
			if (each.getValue() != null && lateCommits.isLate(each.getKey(), each.getValue().offset())) {
				logger.warn("{} of {} is not committed: it was in a log that is gone", each.getValue().offset(),
						each.getKey());
				current = (current != offsets) ? current : new HashMap<>(offsets);
				current.remove(each.getKey());
			}
		}
		return current;
	}

	/**
	 * What the client would commit if it was asked to commit all it has consumed,
	 * positions in doubt aside.
	 */
	private Map<TopicPartition, OffsetAndMetadata> consumed() {
		Map<TopicPartition, OffsetAndMetadata> consumed = new HashMap<>();
		for (TopicPartition partition : client.assignment()) {
			if (states.undecided().contains(partition)) {
				states.undecided().takeCommit(partition);
				continue;
			}
			if (holds.isPositionInDoubt(partition)) {
				holds.holdBackPosition(partition);
				continue;
			}
			heldBack.forget(partition);
			lateCommits.position(partition)
				.ifPresent((position) -> consumed.put(partition, new OffsetAndMetadata(position)));
		}
		return consumed;
	}

}
