/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.incident;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.internal.enforcement.Decisions;
import dev.holdfast.kafka.offsetguard.internal.enforcement.Inquiry;
import dev.holdfast.kafka.offsetguard.internal.inspection.Findings;
import dev.holdfast.kafka.offsetguard.internal.inspection.Look;
import dev.holdfast.kafka.offsetguard.internal.inspection.Suspect;
import dev.holdfast.kafka.offsetguard.internal.partition.Hold;
import dev.holdfast.kafka.offsetguard.internal.partition.Holds;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionStates;
import dev.holdfast.kafka.offsetguard.internal.start.StartingPositions;
import dev.holdfast.kafka.offsetguard.internal.time.Deadline;
import dev.holdfast.kafka.offsetguard.internal.time.EvidenceBudget;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Looks again at held partitions.
 */
public final class HoldRechecks {

	private final PartitionStates states;

	private final Holds holds;

	private final Decisions decisions;

	private final StartingPositions startingPositions;

	private final Inquiry inquiry;

	private final LeaderEpochs leaderEpochs;

	private final EvidenceBudget budget;

	private final GuardClock clock;

	private final List<Recheck> running = new ArrayList<>();

	/**
	 * Until when to wait for leaders' epochs, {@code null} if the guard does not wait.
	 */
	private @Nullable Deadline epochsUntil;

	/**
	 * Held partitions whose evidence is on its way.
	 *
	 * @param decisions what the guard holds them for
	 * @param investigation the evidence
	 */
	private record Recheck(Map<TopicPartition, Decision> decisions, Inquiry.Investigation investigation) {
	}

	public HoldRechecks(PartitionStates states, Holds holds, Decisions decisions, StartingPositions startingPositions,
			Inquiry inquiry, LeaderEpochs leaderEpochs, EvidenceBudget budget, GuardClock clock) {
		this.states = states;
		this.holds = holds;
		this.decisions = decisions;
		this.startingPositions = startingPositions;
		this.inquiry = inquiry;
		this.leaderEpochs = leaderEpochs;
		this.budget = budget;
		this.clock = clock;
	}

	/**
	 * Begins to look again at held partitions, and does not wait: {@link #collect()}
	 * takes the evidence.
	 */
	public void begin(Set<TopicPartition> held) {
		Set<TopicPartition> idle = new HashSet<>(held);
		running.forEach((each) -> idle.removeAll(each.decisions.keySet()));
		// The guard carries out an operator's order about them.
		idle.removeIf((partition) -> states.get(partition).ordered() != null);
		List<Suspect> suspects = suspects(idle);
		Map<TopicPartition, Suspect> answered = leaderEpochs.addTo(suspects, Duration.ZERO);
		boolean isPatient = answered.size() == suspects.size() || !epochsUntil().isOver();
		if (answered.size() == suspects.size()) {
			epochsUntil = null;
		}
		Map<TopicPartition, Decision> decisions = new HashMap<>();
		for (Suspect each : suspects) {
			boolean isAnswered = answered.containsKey(each.partition());
			Hold hold = holds.find(each.partition());
			if (isAnswered && hold != null) {
				decisions.put(each.partition(), hold.decision());
			}
			if (isAnswered || !isPatient) {
				holds.postponeRecheck(each.partition());
			}
		}
		if (!isPatient) {
			epochsUntil = null;
		}
		if (!answered.isEmpty()) {
			running.add(new Recheck(decisions,
					inquiry.begin(List.copyOf(answered.values()), budget.whole(), Look.Occasion.RECHECK)));
		}
	}

	private Deadline epochsUntil() {
		Deadline present = epochsUntil;
		if (present == null) {
			present = Deadline.after(budget.whole(), clock);
			epochsUntil = present;
		}
		return present;
	}

	/**
	 * Whether evidence is on its way.
	 */
	public boolean isRunning() {
		return !running.isEmpty();
	}

	/**
	 * Decides about partitions whose evidence has come, if the guard still holds them by
	 * the same decision. An order of an operator has evidence of its own.
	 */
	public void collect() {
		if (running.isEmpty()) {
			return;
		}
		List<Recheck> done = running.stream().filter((each) -> each.investigation.isDone()).toList();
		running.removeAll(done);
		for (Recheck each : done) {
			List<Findings> findings = each.investigation.findings().stream().filter((found) -> {
				Hold hold = holds.find(found.partition());
				boolean isOrdered = states.get(found.partition()).ordered() != null;
				return hold != null && !isOrdered && hold.decision() == each.decisions.get(found.partition());
			}).toList();
			inquiry.judge(findings);
		}
	}

	/**
	 * Forgets all: the consumer has no partitions any more.
	 */
	public void forgetAll() {
		running.forEach((each) -> each.investigation.abandon());
		running.clear();
	}

	/**
	 * The suspects among held partitions: those that have a position. The guard only
	 * tries a good position again. It decides about partitions without a position as
	 * about newly assigned ones.
	 */
	private List<Suspect> suspects(Set<TopicPartition> held) {
		List<Suspect> suspects = new ArrayList<>();
		Set<TopicPartition> withoutPosition = new HashSet<>();
		for (TopicPartition partition : held) {
			Hold hold = holds.find(partition);
			if (hold == null) {
				continue;
			}
			Evidence evidence = hold.decision().evidence();
			if (hold.isRetry()) {
				decisions.retry(hold);
			}
			else if (evidence.position() < 0) {
				holds.postponeRecheck(partition);
				withoutPosition.add(partition);
			}
			else {
				suspects.add(Suspect.again(partition, evidence, states.get(partition)));
			}
		}
		if (!withoutPosition.isEmpty()) {
			startingPositions.decide(withoutPosition);
		}
		return suspects;
	}

}
