/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.commit;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;

import dev.holdfast.kafka.offsetguard.internal.client.SomePartitions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the application wanted to commit while a position was in doubt. The guard commits
 * it once the position has turned out to be good, and forgets it as soon as it knows
 * anything newer about the partition. Belongs to the consumer's thread.
 */
public final class HeldBackCommits {

	private static final Logger logger = LoggerFactory.getLogger(HeldBackCommits.class);

	private final Consumer<?, ?> client;

	/** Commits for positions in doubt. */
	private final Map<TopicPartition, OffsetAndMetadata> waiting = new HashMap<>();

	/** Commits for positions that have turned out to be good. */
	private final Map<TopicPartition, OffsetAndMetadata> due = new HashMap<>();

	private final Map<TopicPartition, OffsetAndMetadata> sent = new HashMap<>();

	public HeldBackCommits(Consumer<?, ?> client) {
		this.client = client;
	}

	boolean isEmpty() {
		return waiting.isEmpty() && due.isEmpty() && sent.isEmpty();
	}

	void holdBack(TopicPartition partition, OffsetAndMetadata commit) {
		forget(partition);
		waiting.put(partition, commit);
	}

	/**
	 * Makes the commit of a partition due, if it is not above the good position.
	 */
	public void makeDue(TopicPartition partition, long position) {
		OffsetAndMetadata commit = waiting.remove(partition);
		if (commit != null && commit.offset() <= position) {
			due.put(partition, commit);
		}
	}

	/**
	 * Lets a due commit wait again, since its position is in doubt again.
	 */
	public void doubt(TopicPartition partition) {
		OffsetAndMetadata commit = due.remove(partition);
		if (commit != null) {
			waiting.put(partition, commit);
		}
	}

	/**
	 * Forgets a commit, since there is something newer: a later commit, another position,
	 * or another consumer that has the partition.
	 */
	public void forget(TopicPartition partition) {
		waiting.remove(partition);
		due.remove(partition);
		sent.remove(partition);
	}

	public void forget(Collection<TopicPartition> partitions) {
		if (!isEmpty()) {
			partitions.forEach(this::forget);
		}
	}

	public void retain(Collection<TopicPartition> assigned) {
		waiting.keySet().retainAll(assigned);
		due.keySet().retainAll(assigned);
		sent.keySet().retainAll(assigned);
	}

	/**
	 * Commits what is due. Must not be called with records in hand, nor in the middle of
	 * a decision: the client first calls the application back about earlier commits, and
	 * what the application throws passes through here.
	 */
	public void commitDue() {
		if (due.isEmpty()) {
			return;
		}
		Map<TopicPartition, OffsetAndMetadata> commits = Map.copyOf(due);
		client.commitAsync(commits, (offsets, failure) -> complete(commits, failure));
		commits.forEach((partition, commit) -> {
			if (due.remove(partition, commit)) {
				sent.put(partition, commit);
			}
		});
	}

	/**
	 * Commits what is due before the client gives partitions up.
	 */
	public void leaving() {
		try {
			commitDue();
		}
		catch (RuntimeException ex) {
			// Nothing may keep a consumer from giving up its partitions.
			logger.debug("Cannot commit what is due: {}", ex.toString());
		}
	}

	private void complete(Map<TopicPartition, OffsetAndMetadata> commits, @Nullable Exception failure) {
		if (failure != null) {
			logger.warn("Could not commit {}, which was left out while held: {}", SomePartitions.of(commits.keySet()),
					failure.toString());
		}
		commits.forEach((partition, commit) -> {
			boolean latest = sent.remove(partition, commit);
			if (latest && failure instanceof RetriableException) {
				due.put(partition, commit);
			}
		});
	}

}
