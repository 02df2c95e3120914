/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.start;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.evidence.Remembered;
import dev.holdfast.kafka.offsetguard.internal.lookup.LogQuery;
import dev.holdfast.kafka.offsetguard.internal.lookup.TopicLookup;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * What the logs of held partitions without a position look like, so that operators see
 * what each answer costs. The guard asks beside the poll, and knows it at the next look.
 * Belongs to the consumer's thread.
 */
public final class HeldLogs {

	private final TopicLookup lookup;

	private final boolean readCommitted;

	private @Nullable LogQuery last;

	private Set<TopicPartition> asked = Set.of();

	public HeldLogs(TopicLookup lookup, boolean readCommitted) {
		this.lookup = lookup;
		this.readCommitted = readCommitted;
	}

	/**
	 * The same evidence with what is known of the log.
	 */
	Evidence addTo(Evidence evidence, TopicPartition partition) {
		LogQuery known = last;
		return (known != null && known.isDone()) ? known.addTo(evidence, partition) : evidence;
	}

	void forget() {
		last = null;
		asked = Set.of();
	}

	/**
	 * Asks about the logs of held partitions, unless it waits for an answer about them.
	 */
	void ask(Map<TopicPartition, Remembered> held) {
		LogQuery present = last;
		boolean isWaiting = present != null && !present.isDone() && asked.containsAll(held.keySet());
		if (held.isEmpty() || isWaiting) {
			return;
		}
		Map<TopicPartition, Long> timestamps = new HashMap<>();
		held.forEach((partition, remembered) -> {
			if (remembered.timestamp() >= 0) {
				timestamps.put(partition, remembered.timestamp());
			}
		});
		asked = new HashSet<>(held.keySet());
		last = new LogQuery(lookup, asked, timestamps, readCommitted);
	}

}
