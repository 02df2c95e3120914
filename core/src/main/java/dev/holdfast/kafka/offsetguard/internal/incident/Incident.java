/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.incident;

import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.internal.client.ClientPositions;
import dev.holdfast.kafka.offsetguard.internal.client.ClientReports;
import dev.holdfast.kafka.offsetguard.internal.client.WhileAssigned;
import dev.holdfast.kafka.offsetguard.internal.enforcement.Inquiry;
import dev.holdfast.kafka.offsetguard.internal.inspection.Findings;
import dev.holdfast.kafka.offsetguard.internal.inspection.Suspect;
import dev.holdfast.kafka.offsetguard.internal.lookup.TopicQuery;
import dev.holdfast.kafka.offsetguard.internal.partition.Holds;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionState;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionStates;
import dev.holdfast.kafka.offsetguard.internal.start.StartingPositions;
import dev.holdfast.kafka.offsetguard.internal.time.EvidenceBudget;
import dev.holdfast.kafka.offsetguard.internal.time.Retry;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;

/**
 * From what the client reports to decisions: one batch for all partitions concerned.
 */
public final class Incident {

	private final Consumer<?, ?> client;

	private final PartitionStates states;

	private final Holds holds;

	private final StartingPositions startingPositions;

	private final Inquiry inquiry;

	private final TopicChecks topicChecks;

	private final LeaderEpochs leaderEpochs;

	private final EvidenceBudget budget;

	private final ClusterChanges clusterChanges;

	private final ClientReports reports;

	private final ClientPositions positions;

	private final Retry retry = new Retry();

	public Incident(Consumer<?, ?> client, ClientReports reports, ClientPositions positions, PartitionStates states,
			Holds holds, StartingPositions startingPositions, Inquiry inquiry, TopicChecks topicChecks,
			LeaderEpochs leaderEpochs, ClusterChanges clusterChanges, EvidenceBudget budget) {
		this.client = client;
		this.reports = reports;
		this.positions = positions;
		this.states = states;
		this.holds = holds;
		this.startingPositions = startingPositions;
		this.inquiry = inquiry;
		this.topicChecks = topicChecks;
		this.leaderEpochs = leaderEpochs;
		this.clusterChanges = clusterChanges;
		this.budget = budget;
	}

	public boolean isOpen() {
		return !reports.isEmpty();
	}

	/**
	 * Whether the client has reported every position that it could report. Where it has
	 * no position it may have got one by now: what it says then comes late.
	 */
	public boolean isAboutAllPositions() {
		Set<TopicPartition> reported = reports.positions().keySet();
		return reports.withoutOffset().isEmpty() && states.assigned(client)
			.stream()
			.allMatch((partition) -> reported.contains(partition) || holds.contains(partition));
	}

	/**
	 * The position that a report is about.
	 * @return the position; empty if nothing is reported about the partition's
	 */
	public OptionalLong reportedPosition(TopicPartition partition) {
		ClientReports.Report report = reports.positions().get(partition);
		return (report != null) ? OptionalLong.of(report.position()) : OptionalLong.empty();
	}

	/**
	 * What was reported about partitions does not matter any more: they were taken away,
	 * or the application has sought.
	 */
	public void forget(Collection<TopicPartition> partitions) {
		reports.forget(partitions);
	}

	public void forgetAll() {
		reports.clear();
	}

	/**
	 * Gathers evidence about all that was reported, decides and applies.
	 * @param isAllSaid whether {@link #isAboutAllPositions()}, and the client was asked
	 * nothing since
	 * @throws NoOffsetForPartitionException the client's own, where the application's
	 * {@code auto.offset.reset=none} is the answer
	 * @throws WakeupException if the consumer was woken up: nothing was decided, and the
	 * reports stand
	 */
	public void resolve(boolean isAllSaid) {
		if (clusterChanges.isNew()) {
			// Reports about the last cluster's logs.
			forgetAll();
			return;
		}
		if (!retry.isDue()) {
			return;
		}
		// Asking a client may have partitions assigned anew, which makes them others.
		Map<TopicPartition, PartitionState> before = states.get(states.assigned(client));
		List<Suspect> suspects = suspects(before.keySet(), isAllSaid);
		if (!suspects.isEmpty() && budget.isNearlySpent()) {
			return;
		}
		TopicQuery query = topicChecks.ask(suspects);
		Map<TopicPartition, Suspect> answered = leaderEpochs.addTo(suspects);
		List<Findings> findings = inquiry.inspect(List.copyOf(answered.values()), budget.left());
		Set<TopicPartition> untold = topicChecks.take(findings, query);
		suspects.forEach((each) -> {
			if (!answered.containsKey(each.partition())) {
				untold.add(each.partition());
			}
		});
		if (clusterChanges.isNew()) {
			return;
		}
		untold.addAll(Inquiry.open(findings));
		InvalidOffsetException own = reports.positionsReport();
		reports.clearPositions(untold);
		retry.note(!untold.isEmpty());
		boolean rethrow = inquiry.judge(findings.stream()
			.filter((each) -> states.find(each.partition()) == before.get(each.partition()))
			.filter((each) -> !untold.contains(each.partition()))
			.toList());
		resolveWithoutOffset();
		if (rethrow && own != null) {
			throw own;
		}
	}

	private void resolveWithoutOffset() {
		Set<TopicPartition> missing = new HashSet<>(reports.withoutOffset());
		NoOffsetForPartitionException own = reports.noOffset();
		reports.clearWithoutOffset();
		// A report that comes late is about a partition that was positioned by now, be it
		// by a seek whose offset the client has yet to look up.
		missing.retainAll(states.assigned(client));
		missing.removeIf((partition) -> states.get(partition).isPositioned() || positions.now(partition).isPresent());
		if (!missing.isEmpty()) {
			startingPositions.decide(missing);
		}
		if (own != null && missing.stream().anyMatch(startingPositions::isLeftToClient)) {
			throw own;
		}
	}

	private List<Suspect> suspects(Set<TopicPartition> assigned, boolean isAllSaid) {
		Map<TopicPartition, Suspect> suspects = new LinkedHashMap<>();
		Set<TopicPartition> looked = new HashSet<>();
		boolean more = true;
		// Asking for positions may bring further reports to light.
		for (int round = 0; more && round < 3; round++) {
			for (Map.Entry<TopicPartition, ClientReports.Report> entry : reports.positions().entrySet()) {
				if (looked.add(entry.getKey()) && assigned.contains(entry.getKey())) {
					addSuspect(suspects, entry.getKey(), entry.getValue(), isAllSaid);
				}
			}
			if (suspects.values().stream().anyMatch((suspect) -> suspect.trigger() == Evidence.Trigger.TRUNCATION)) {
				addWaiting(suspects, assigned);
			}
			more = !looked.containsAll(reports.positions().keySet());
		}
		return List.copyOf(suspects.values());
	}

	private void addSuspect(Map<TopicPartition, Suspect> suspects, TopicPartition partition,
			ClientReports.Report report, boolean isAllSaid) {
		if (holds.contains(partition) || states.undecided().contains(partition)) {
			return;
		}
		PartitionState state = states.get(partition);
		state.leaderFound();
		if (report.trigger() == Evidence.Trigger.OUT_OF_RANGE) {
			OptionalLong position = positions.now(partition);
			if (position.isPresent() && position.getAsLong() == report.position()) {
				Evidence.Trigger trigger = state.isSoughtByApplication() ? Evidence.Trigger.SOUGHT_OUT_OF_RANGE
						: Evidence.Trigger.OUT_OF_RANGE;
				suspects.put(partition, Suspect.reported(partition, trigger, report.position(), state, null));
			}
		}
		else if (!dropLate(partition, state, report) && !hasPosition(partition, state, report, isAllSaid)) {
			suspects.put(partition,
					Suspect.reported(partition, report.trigger(), report.position(), state, report.claim()));
		}
	}

	/**
	 * Drops a claim about a position from before the partition was sought, or before it
	 * was assigned: the client validates the one that it has now, and reports anew. If it
	 * is not from before, as only markers were read since, the client is behind them, and
	 * would not make sure before {@code request.timeout.ms}: it is sought there again.
	 * @return whether it was one
	 */
	private boolean dropLate(TopicPartition partition, PartitionState state, ClientReports.Report report) {
		boolean isLate = (states.isSought(partition) && state.position() < 0) || state.doubts(report.position());
		if (isLate) {
			reports.forget(Set.of(partition));
			OffsetAndMetadata sought = state.sought();
			if (sought != null && positions.now(partition).isEmpty()) {
				WhileAssigned.seek(client, partition, sought);
			}
		}
		return isLate;
	}

	/**
	 * Whether the client has validated its position by now, or was sought to it. One that
	 * was polled just now, and said that it is truncated, has not; and a client without a
	 * position looks at its whole assignment each time before it says so.
	 */
	private boolean hasPosition(TopicPartition partition, PartitionState state, ClientReports.Report report,
			boolean isAllSaid) {
		boolean isSaid = isAllSaid && state.position() == report.position() && !states.isSought(partition);
		return !isSaid && positions.now(partition).isPresent();
	}

	/**
	 * When several brokers claim truncations at once the client reports one of them and
	 * discards the rest; their partitions wait for {@code request.timeout.ms}.
	 */
	private void addWaiting(Map<TopicPartition, Suspect> suspects, Set<TopicPartition> assigned) {
		for (TopicPartition partition : assigned) {
			if (suspects.containsKey(partition) || holds.contains(partition)) {
				continue;
			}
			PartitionState state = states.get(partition);
			if (state.position() >= 0 && positions.now(partition).isEmpty()) {
				suspects.put(partition,
						Suspect.reported(partition, Evidence.Trigger.TRUNCATION, state.position(), state, null));
			}
		}
	}

}