/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Decides where partitions start whose group has no committed offset for them.
 */
final class FirstPositions {

	private final PartitionStates states;

	private final Decisions decisions;

	private final GroupCommits commits;

	private final Topics topics;

	private final ResetOffsets resetOffsets;

	private final boolean observing;

	private final Set<TopicPartition> leftToClient = new HashSet<>();

	FirstPositions(PartitionStates states, Decisions decisions, GroupCommits commits, Topics topics,
			ResetOffsets resetOffsets, boolean observing) {
		this.states = states;
		this.decisions = decisions;
		this.commits = commits;
		this.topics = topics;
		this.resetOffsets = resetOffsets;
		this.observing = observing;
	}

	boolean isLeftToClient(TopicPartition partition) {
		return leftToClient.contains(partition);
	}

	/**
	 * Decides and applies.
	 * @param missing the partitions without a commit
	 * @param others the group's commits of other partitions
	 * @return where partitions start now, by number
	 */
	Map<TopicPartition, Long> start(Set<TopicPartition> missing, Map<TopicPartition, OffsetAndMetadata> others) {
		Map<TopicPartition, Decisions.Opening> openings = new HashMap<>();
		Map<Action, Set<TopicPartition>> byAction = new EnumMap<>(Action.class);
		Map<TopicPartition, Long> timestamps = new HashMap<>();
		commits.rememberedWithoutCommit(missing, others).forEach((partition, remembered) -> {
			Decisions.Opening opening = decisions.open(partition,
					Evidence.noCommittedOffset(remembered, topics.id(partition.topic())));
			openings.put(partition, opening);
			byAction.computeIfAbsent(opening.action(), (key) -> new HashSet<>()).add(partition);
			if (opening.action() == Action.TIMESTAMP && remembered.timestamp() >= 0) {
				timestamps.put(partition, remembered.timestamp());
			}
		});
		Map<TopicPartition, Outcome> plain = observing ? resetOffsets.reset(missing) : Map.of();
		Map<TopicPartition, Long> started = new HashMap<>();
		byAction.forEach((action, partitions) -> resetOffsets.outcomes(action, partitions, timestamps)
			.forEach((partition, outcome) -> {
				Outcome applied = decisions.decideFirst(Objects.requireNonNull(openings.get(partition)), outcome,
						plain.get(partition));
				note(partition, applied);
				if (applied instanceof Outcome.ReadFrom readFrom) {
					started.put(partition, readFrom.offset());
				}
			}));
		return started;
	}

	private void note(TopicPartition partition, Outcome applied) {
		states.started(partition);
		states.get(partition).topicId(topics.id(partition.topic()));
		if (applied instanceof Outcome.Rethrown) {
			leftToClient.add(partition);
		}
		else {
			leftToClient.remove(partition);
		}
	}

}
