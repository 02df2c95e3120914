/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.incident;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.internal.enforcement.Decisions;
import dev.holdfast.kafka.offsetguard.internal.enforcement.Inquiry;
import dev.holdfast.kafka.offsetguard.internal.inspection.Suspect;
import dev.holdfast.kafka.offsetguard.internal.partition.Hold;
import dev.holdfast.kafka.offsetguard.internal.partition.Holds;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionStates;
import dev.holdfast.kafka.offsetguard.internal.start.StartingPositions;
import dev.holdfast.kafka.offsetguard.internal.time.EvidenceBudget;
import org.apache.kafka.common.TopicPartition;

/**
 * Looks again at partitions that are held.
 */
public final class HoldRechecks {

	/** So many looks are short. */
	private static final int HURRIED = 4;

	/** Of the time that is left. */
	private static final int HURRY = 4;

	private final PartitionStates states;

	private final Holds holds;

	private final Decisions decisions;

	private final StartingPositions startingPositions;

	private final Inquiry inquiry;

	private final LeaderEpochs leaderEpochs;

	private final EvidenceBudget budget;

	public HoldRechecks(PartitionStates states, Holds holds, Decisions decisions, StartingPositions startingPositions,
			Inquiry inquiry, LeaderEpochs leaderEpochs, EvidenceBudget budget) {
		this.states = states;
		this.holds = holds;
		this.decisions = decisions;
		this.startingPositions = startingPositions;
		this.inquiry = inquiry;
		this.leaderEpochs = leaderEpochs;
		this.budget = budget;
	}

	/**
	 * Looks again at partitions that are held. The first looks are short: the other
	 * partitions wait for them, perhaps in vain.
	 */
	public void recheck(Set<TopicPartition> held) {
		recheck(held, false);
	}

	/**
	 * Looks again at partitions that are held.
	 * @param takeTime whether to take all the time that there is
	 * @return whether brokers were asked
	 */
	public boolean recheck(Set<TopicPartition> held, boolean takeTime) {
		List<Suspect> suspects = new ArrayList<>();
		Set<TopicPartition> withoutPosition = new HashSet<>();
		boolean patient = takeTime;
		boolean asked = true;
		for (TopicPartition partition : held) {
			Hold hold = holds.find(partition);
			if (hold == null) {
				continue;
			}
			if (hold.isRetry() && !takeTime) {
				decisions.retry(hold);
				continue;
			}
			Evidence evidence = hold.decision().evidence();
			if (evidence.position() < 0) {
				holds.postponeRecheck(partition);
				withoutPosition.add(partition);
				continue;
			}
			patient |= hold.rechecks() >= HURRIED;
			suspects.add(Suspect.again(partition, evidence, states.get(partition)));
		}
		if (!withoutPosition.isEmpty()) {
			asked &= startingPositions.decide(withoutPosition);
		}
		Map<TopicPartition, Suspect> answered = leaderEpochs.addTo(suspects);
		suspects.stream()
			.map(Suspect::partition)
			.filter((each) -> !answered.containsKey(each))
			.forEach(holds::postponeRecheck);
		inquiry.examine(List.copyOf(answered.values()), patient ? budget.left() : budget.left().dividedBy(HURRY))
			.forEach(holds::postponeRecheck);
		return asked && answered.size() == suspects.size();
	}

}
