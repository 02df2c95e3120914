/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.start;

import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.decision.Resolution;
import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.evidence.Remembered;
import dev.holdfast.kafka.offsetguard.internal.client.CurrentMode;
import dev.holdfast.kafka.offsetguard.internal.enforcement.Decisions;
import dev.holdfast.kafka.offsetguard.internal.enforcement.ResetOffsets;
import dev.holdfast.kafka.offsetguard.internal.lookup.Topics;
import dev.holdfast.kafka.offsetguard.internal.memory.CommitMemory;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionStates;
import dev.holdfast.kafka.offsetguard.internal.ruling.DecisionMaker;
import dev.holdfast.kafka.offsetguard.policy.Action;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides where partitions start whose group has no committed offset for them.
 */
public final class FirstPositions {

	private static final Logger logger = LoggerFactory.getLogger(FirstPositions.class);

	private final PartitionStates states;

	private final Decisions decisions;

	private final CommitMemory commits;

	private final Topics topics;

	private final ResetOffsets resetOffsets;

	private final HeldLogs heldLogs;

	private final CurrentMode mode;

	private final Set<TopicPartition> leftToClient = new HashSet<>();

	public FirstPositions(PartitionStates states, Decisions decisions, CommitMemory commits, Topics topics,
			ResetOffsets resetOffsets, HeldLogs heldLogs, CurrentMode mode) {
		this.states = states;
		this.decisions = decisions;
		this.commits = commits;
		this.topics = topics;
		this.resetOffsets = resetOffsets;
		this.heldLogs = heldLogs;
		this.mode = mode;
	}

	boolean isLeftToClient(TopicPartition partition) {
		return leftToClient.contains(partition);
	}

	/**
	 * Forgets what it has asked leaders, and what held logs looked like: the assignment
	 * is another one.
	 */
	void forgetQuestions() {
		resetOffsets.forgetQuestions();
		heldLogs.forget();
	}

	/**
	 * Takes note of where partitions would start right now, if they have no commit.
	 */
	void noteEnds(Set<TopicPartition> assigned, Duration timeout, Duration again) {
		resetOffsets.noteEnds(assigned, timeout, again);
	}

	/**
	 * Decides and applies.
	 * @param missing the partitions without a commit
	 * @param others the group's commits of other partitions
	 * @return the offset of each partition that starts at one now
	 */
	Map<TopicPartition, Long> start(Set<TopicPartition> missing, Map<TopicPartition, OffsetAndMetadata> others) {
		Map<TopicPartition, DecisionMaker.Opening> openings = new HashMap<>();
		Map<Action, Set<TopicPartition>> byAction = new EnumMap<>(Action.class);
		Map<TopicPartition, Long> timestamps = new HashMap<>();
		commits.rememberedWithoutCommit(missing, others).forEach((partition, remembered) -> {
			DecisionMaker.Opening opening = decisions.open(partition,
					heldLogs.addTo(Evidence.noCommittedOffset(remembered, topics.id(partition.topic())), partition));
			openings.put(partition, opening);
			byAction.computeIfAbsent(opening.action(), (key) -> new HashSet<>()).add(partition);
			if (opening.action() == Action.TIMESTAMP && remembered.timestamp() >= 0) {
				timestamps.put(partition, remembered.timestamp());
			}
		});
		Map<TopicPartition, Outcome> plain = mode.isObserving() ? resetOffsets.reset(missing) : Map.of();
		Map<TopicPartition, Long> started = new HashMap<>();
		Map<TopicPartition, Remembered> held = new HashMap<>();
		Map<TopicPartition, Outcome> outcomes = outcomes(byAction, timestamps);
		outcomes.putAll(ordered(openings));
		if (mode.isObserving()) {
			// A client without a guard waits for its leader, too.
			outcomes.keySet().retainAll(plain.keySet());
		}
		outcomes.forEach((partition, outcome) -> {
			DecisionMaker.Opening opening = Objects.requireNonNull(openings.get(partition));
			Outcome applied = decisions.decideFirst(opening, outcome, plain.get(partition));
			note(partition, applied);
			if (applied instanceof Outcome.Held) {
				held.put(partition, opening.evidence().remembered());
			}
			if (applied instanceof Outcome.ReadFrom readFrom) {
				started.put(partition, readFrom.offset());
			}
		});
		heldLogs.ask(held);
		return started;
	}

	/**
	 * Where operators have told by themselves.
	 */
	private static Map<TopicPartition, Outcome> ordered(Map<TopicPartition, DecisionMaker.Opening> openings) {
		Map<TopicPartition, Outcome> outcomes = new HashMap<>();
		openings.forEach((partition, opening) -> {
			Resolution order = opening.order();
			Long offset = (order != null && order.action() == opening.action()) ? order.offset() : null;
			if (offset != null) {
				outcomes.put(partition, new Outcome.ReadFrom(offset));
			}
		});
		return outcomes;
	}

	/**
	 * Asks for everything before the guard applies anything. Leaves partitions without an
	 * answer for the next poll, and the others do not wait for them.
	 */
	private Map<TopicPartition, Outcome> outcomes(Map<Action, Set<TopicPartition>> byAction,
			Map<TopicPartition, Long> timestamps) {
		Map<TopicPartition, Outcome> outcomes = new HashMap<>();
		byAction.forEach((action, partitions) -> {
			try {
				outcomes.putAll(resetOffsets.outcomes(action, partitions, timestamps));
			}
			catch (RetriableException ex) {
				// The async client also tells of connections that it has lost on the way.
				logger.debug("No answer yet about where '{}' leads for {}", action, partitions, ex);
			}
		});
		return outcomes;
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
