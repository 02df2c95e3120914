/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.incident;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.holdfast.kafka.offsetguard.internal.enforcement.Inquiry;
import dev.holdfast.kafka.offsetguard.internal.inspection.Findings;
import dev.holdfast.kafka.offsetguard.internal.inspection.Suspect;
import dev.holdfast.kafka.offsetguard.internal.lookup.TopicQuery;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionState;
import dev.holdfast.kafka.offsetguard.internal.time.Deadline;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Partitions that the client has reported. The guard gathers the evidence about them
 * beside the poll, while the client reads the others. Belongs to the consumer's thread.
 */
final class Doubt {

	/**
	 * Without partitions that the consumer no longer has, or that the application has
	 * sought.
	 */
	private final Map<TopicPartition, PartitionState> before;

	private final List<Suspect> suspects;

	private final @Nullable TopicQuery query;

	private final LeaderEpochs leaderEpochs;

	private final Inquiry inquiry;

	private final Duration timeout;

	private final Deadline deadline;

	private Inquiry.@Nullable Investigation investigation;

	private @Nullable List<Findings> findings;

	Doubt(Map<TopicPartition, PartitionState> before, List<Suspect> suspects, @Nullable TopicQuery query,
			LeaderEpochs leaderEpochs, Inquiry inquiry, Duration timeout, GuardClock clock) {
		this.before = before;
		this.suspects = suspects;
		this.query = query;
		this.leaderEpochs = leaderEpochs;
		this.inquiry = inquiry;
		this.timeout = timeout;
		this.deadline = Deadline.after(timeout, clock);
	}

	Map<TopicPartition, PartitionState> before() {
		return before;
	}

	List<Suspect> suspects() {
		return suspects;
	}

	@Nullable TopicQuery query() {
		return query;
	}

	/**
	 * Forgets partitions that the consumer no longer has, or that the application has
	 * sought.
	 * @return whether no suspect is left
	 */
	boolean forget(Collection<TopicPartition> partitions) {
		before.keySet().removeAll(Set.copyOf(partitions));
		return suspects.stream().noneMatch((each) -> before.containsKey(each.partition()));
	}

	/**
	 * Whether the evidence is there. Asks for what it has not asked for yet.
	 */
	boolean isEvidenceThere() {
		Inquiry.Investigation present = investigation;
		if (present == null) {
			Map<TopicPartition, Suspect> answered = leaderEpochs.addTo(suspects, Duration.ZERO);
			if (answered.size() < suspects.size() && !isOverdue()) {
				return false;
			}
			present = inquiry.begin(List.copyOf(answered.values()), timeout);
			investigation = present;
		}
		return present.isDone();
	}

	boolean isOverdue() {
		return deadline.isOver();
	}

	List<Findings> findings() {
		List<Findings> taken = findings;
		if (taken == null) {
			taken = (investigation != null) ? investigation.findings() : List.of();
			findings = taken;
		}
		return taken;
	}

	void abandon() {
		if (investigation != null) {
			investigation.abandon();
		}
	}

}
