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
 * Commits whose offsets the client chooses: its own under {@code enable.auto.commit}, and
 * the application's of all that it has consumed.
 */
public final class ClientCommits {

	private static final Logger logger = LoggerFactory.getLogger(ClientCommits.class);

	private final Consumer<?, ?> client;

	private final boolean autoCommit;

	private final CommitMemory commits;

	private final PartitionStates states;

	private final ClientPositions clientPositions;

	private final CommitFilter filter;

	/** Filled, perhaps, by the thread that sends the client's heartbeats. */
	private final Queue<Report> reported = new ConcurrentLinkedQueue<>();

	/**
	 * What a client reports while the application waits for a commit is from before it:
	 * this is when, see {@link CommitMemory#order()}.
	 */
	private volatile long latestOrder = Long.MAX_VALUE;

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
	 * Takes a commit that the client reports to its interceptors. One with bookmarks has
	 * passed through the guard, which has taken note of it. Thread-safe.
	 */
	public void committed(@Nullable Map<TopicPartition, OffsetAndMetadata> offsets) {
		if (offsets == null) {
			// The async client passes null if the guard holds all that it would commit.
			return;
		}
		for (OffsetAndMetadata offset : offsets.values()) {
			if (!Bookmark.isOne(offset.metadata())) {
				reported.add(new Report(offsets, Math.min(commits.order(), latestOrder)));
				return;
			}
		}
	}

	/**
	 * The application commits, and waits. The client may have commits of its own on the
	 * way, which come before.
	 */
	void beginWaiting() {
		latestOrder = commits.order();
	}

	void endWaiting() {
		latestOrder = Long.MAX_VALUE;
	}

	/**
	 * Takes note of reported commits. It leaves out those of held partitions, which name
	 * only the place where they wait, and those that were on their way when the guard
	 * found their topic gone. An async client reports a commit long after its answer. By
	 * then other consumers may have committed for a partition that it has given up.
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
	 * Takes note of commits before the client gives partitions up. A client that commits
	 * by itself does so right then, or while it closes, and reports it too late: the next
	 * assignment may have begun.
	 */
	public void leaving(Collection<TopicPartition> partitions) {
		try {
			takeNote();
			if (autoCommit) {
				rememberPositions(partitions);
			}
		}
		catch (KafkaException | IllegalStateException | ConcurrentModificationException ex) {
			// Nothing may keep a consumer from giving up its partitions.
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
