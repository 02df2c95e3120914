/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.incident;

import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.holdfast.kafka.offsetguard.internal.admin.Reply;
import dev.holdfast.kafka.offsetguard.internal.inspection.Suspect;
import dev.holdfast.kafka.offsetguard.internal.lookup.TopicAnswer;
import dev.holdfast.kafka.offsetguard.internal.lookup.TopicLookup;
import dev.holdfast.kafka.offsetguard.internal.time.EvidenceBudget;
import org.apache.kafka.common.TopicPartition;

/**
 * Asks leaders for their epochs where it is in doubt whether a leader has reached the
 * epoch that a suspect names.
 */
public final class LeaderEpochs {

	private final TopicLookup lookup;

	private final EvidenceBudget budget;

	public LeaderEpochs(TopicLookup lookup, EvidenceBudget budget) {
		this.lookup = lookup;
		this.budget = budget;
	}

	/**
	 * The same suspects, with the leaders' epochs where there is doubt. Others cost no
	 * request.
	 * @param wait how long to wait for the answers
	 * @return the suspects by partition, without those about which a leader has not
	 * answered yet
	 */
	Map<TopicPartition, Suspect> addTo(List<Suspect> suspects, Duration wait) {
		Set<TopicPartition> doubtful = new HashSet<>();
		suspects.stream().filter(Suspect::isEpochInDoubt).forEach((each) -> doubtful.add(each.partition()));
		Map<TopicPartition, Suspect> answered = new LinkedHashMap<>();
		if (doubtful.isEmpty()) {
			suspects.forEach((each) -> answered.put(each.partition(), each));
			return answered;
		}
		try (EvidenceBudget.Spending spending = budget.spend()) {
			TopicAnswer epochs = lookup.ask(Set.of(), doubtful, wait);
			for (Suspect each : suspects) {
				boolean isDoubtful = doubtful.contains(each.partition());
				Reply<Integer> epoch = epochs.leaderEpoch(each.partition());
				if (!isDoubtful || !epoch.isPending()) {
					answered.put(each.partition(), isDoubtful ? each.under(epoch.orIfRefused(-1)) : each);
				}
			}
			if (!epochs.isPending()) {
				lookup.forgetQuestions();
			}
			return answered;
		}
	}

}
