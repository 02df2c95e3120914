/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.offsetguard.internal.commit;

import java.util.Collection;
import java.util.ConcurrentModificationException;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

import dev.holdfast.kafka.offsetguard.internal.client.ClientPositions;
import dev.holdfast.kafka.offsetguard.internal.memory.Bookmark;
import dev.holdfast.kafka.offsetguard.internal.memory.CommitMemory;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionState;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionStates;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits that nobody has named the offsets of: the client's own under
 * {@code enable.auto.commit}, and those of all that was consumed.
 */
public final class ClientCommits {

	private static final Logger logger = LoggerFactory.getLogger(ClientCommits.class);

	private final Consumer<?, ?> client;

	private final boolean autoCommit;

	private final CommitMemory commits;

	private final PartitionStates states;

	private final ClientPositions clientPositions;

	private final CommitFilter filter;

	/** Clients may tell on the thread that sends their heartbeats. */
	private final Queue<Report> reported = new ConcurrentLinkedQueue<>();

	private record Report(Map<TopicPartition, OffsetAndMetadata> offsets, long order) {
	}

	public ClientCommits(Consumer<?, ?> client, boolean autoCommit, CommitMemory commits, PartitionStates states,
			ClientPositions clientPositions, CommitFilter filter) {
		this.client = client;
		this.autoCommit = autoCommit;
		this.commits = commits;
		this.states = states;
		this.clientPositions = clientPositions;
		this.filter = filter;
	}

	/**
	 * The client has committed, and tells its interceptors. What has bookmarks was
	 * committed by the guard, which has taken note of it. Thread-safe.
	 */
	public void committed(@Nullable Map<TopicPartition, OffsetAndMetadata> offsets) {
		if (offsets == null) {
			// The async client's, if all that was to be committed is held.
			return;
		}
		for (OffsetAndMetadata offset : offsets.values()) {
			if (!Bookmark.isOne(offset.metadata())) {
				reported.add(new Report(offsets, commits.order()));
				return;
			}
		}
	}

	/**
	 * Takes note of what was committed. What a client commits of a held partition is only
	 * where it waits; and a commit may have been on its way while its topic was found to
	 * be gone. Async clients tell of a commit long after its answer, when others may have
	 * committed of a partition that was given up.
	 */
	public void takeNote() {
		Report report = reported.poll();
		while (report != null) {
			Map<TopicPartition, OffsetAndMetadata> sound = new HashMap<>(report.offsets);
			sound.entrySet()
				.removeIf((each) -> isHeld(each.getKey()) || filter.isLate(each.getKey(), each.getValue().offset()));
			Map<TopicPartition, OffsetAndMetadata> givenUp = new HashMap<>(sound);
			givenUp.keySet().removeIf(states::contains);
			sound.keySet().removeAll(givenUp.keySet());
			commits.remember(sound, report.order);
			commits.remember(givenUp, 0);
			report = reported.poll();
		}
	}

	/**
	 * Partitions are about to be given up. A client that commits by itself does so right
	 * before that, or while it closes, and tells of it too late: the next assignment may
	 * have begun.
	 */
	public void leaving(Collection<TopicPartition> partitions) {
		try {
			takeNote();
			if (autoCommit) {
				rememberPositions(partitions);
			}
		}
		catch (KafkaException | IllegalStateException | ConcurrentModificationException ex) {
			// Nothing may keep a consumer from giving up what it has.
			logger.debug("Cannot remember positions: {}", ex.toString());
		}
	}

	private void rememberPositions(Collection<TopicPartition> partitions) {
		Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
		for (TopicPartition partition : partitions) {
			if (states.contains(partition) && !isHeld(partition)) {
				clientPositions.nowQuietly(partition)
					.ifPresent((position) -> positions.put(partition, new OffsetAndMetadata(position)));
			}
		}
		if (!positions.isEmpty()) {
			commits.remember(positions, commits.order(), false);
		}
	}

	private boolean isHeld(TopicPartition partition) {
		PartitionState state = states.find(partition);
		return state != null && state.isHeld();
	}

}
