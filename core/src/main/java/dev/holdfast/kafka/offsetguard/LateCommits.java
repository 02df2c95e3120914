/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.util.OptionalLong;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;

/**
 * Tells commits of records in a log that is gone, which come late, from those in the log
 * that is there now.
 */
final class LateCommits {

	private final Consumer<?, ?> client;

	private final PartitionStates states;

	private final Incident incident;

	LateCommits(Consumer<?, ?> client, PartitionStates states, Incident incident) {
		this.client = client;
		this.states = states;
		this.incident = incident;
	}

	/**
	 * Whether a commit is late. The client is ahead of the last record that it has
	 * delivered where markers or aborted records follow.
	 */
	boolean isLate(TopicPartition partition, long offset) {
		PartitionState state = states.find(partition);
		return state != null && state.isStale(offset) && position(partition).orElse(-1) < offset;
	}

	/**
	 * The client's position. What it reports instead is the next poll's business, and may
	 * be about other partitions.
	 */
	OptionalLong position(TopicPartition partition) {
		try {
			return Positions.now(client, partition);
		}
		catch (InvalidOffsetException ex) {
			incident.report(ex);
			return OptionalLong.empty();
		}
		catch (WakeupException ex) {
			// Meant for a call of the client's that blocks.
			client.wakeup();
			return OptionalLong.empty();
		}
	}

}
