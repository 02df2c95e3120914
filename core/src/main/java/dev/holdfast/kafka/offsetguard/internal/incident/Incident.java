/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.incident;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Queue;
import java.util.Set;

import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.internal.client.ClientPositions;
import dev.holdfast.kafka.offsetguard.internal.client.ClientReports;
import dev.holdfast.kafka.offsetguard.internal.client.CurrentMode;
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
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import dev.holdfast.kafka.offsetguard.internal.time.Retry;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * Leads from the client's reports to decisions, in one batch for all partitions
 * concerned.
 */
public final class Incident {

	/** A question gets the time that is left, divided by this. */
	private static final int SHARE = 4;

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

	private final ReportedSuspects reported;

	private final ClientPositions positions;

	private final CurrentMode mode;

	private final GuardClock clock;

	private final Retry retry;

	private @Nullable Doubt doubt;

	private @Nullable Conclusion conclusion;

	/** Suspects about which brokers left a question open the last time. */
	private final List<Suspect> unanswered = new ArrayList<>();

	public Incident(Consumer<?, ?> client, ClientReports reports, ClientPositions positions, PartitionStates states,
			Holds holds, StartingPositions startingPositions, Inquiry inquiry, TopicChecks topicChecks,
			LeaderEpochs leaderEpochs, ClusterChanges clusterChanges, EvidenceBudget budget, CurrentMode mode,
			GuardClock clock) {
		this.client = client;
		this.reports = reports;
		this.reported = new ReportedSuspects(client, reports, positions, states, holds, clusterChanges);
		this.positions = positions;
		this.states = states;
		this.holds = holds;
		this.startingPositions = startingPositions;
		this.inquiry = inquiry;
		this.topicChecks = topicChecks;
		this.leaderEpochs = leaderEpochs;
		this.clusterChanges = clusterChanges;
		this.budget = budget;
		this.mode = mode;
		this.clock = clock;
		this.retry = new Retry(clock);
	}

	public boolean isOpen() {
		return doubt != null || !unanswered.isEmpty() || !reports.isEmpty();
	}

	/**
	 * Whether the client has reported every position that it could report. False after a
	 * report of partitions without a position: the client may have got positions by now,
	 * about which it reports late.
	 */
	public boolean isAboutAllPositions() {
		Set<TopicPartition> reported = reports.positions().keySet();
		return reports.withoutOffset().isEmpty() && states.assigned(client)
			.stream()
			.allMatch((partition) -> reported.contains(partition) || holds.contains(partition));
	}

	/**
	 * The position that a report is about.
	 * @return the position; empty if the client has reported nothing about the
	 * partition's
	 */
	public OptionalLong reportedPosition(TopicPartition partition) {
		ClientReports.Report report = reports.positions().get(partition);
		return (report != null) ? OptionalLong.of(report.position()) : OptionalLong.empty();
	}

	/**
	 * Forgets reports about partitions that the consumer no longer has, or that the
	 * application has sought.
	 */
	public void forget(Collection<TopicPartition> partitions) {
		reports.forget(partitions);
		unanswered.removeIf((each) -> partitions.contains(each.partition()));
		// Those about which brokers left a question open are paused, too.
		reports.resume(partitions);
		Doubt present = doubt;
		if (present != null && present.forget(partitions)) {
			present.abandon();
			doubt = null;
			conclusion = null;
		}
	}

	public void forgetAll() {
		Doubt present = doubt;
		if (present != null) {
			present.abandon();
			doubt = null;
			conclusion = null;
			reports.resume(present.suspects().stream().map(Suspect::partition).toList());
		}
		reports.resume(unanswered.stream().map(Suspect::partition).toList());
		unanswered.clear();
		reports.clear();
	}

	/**
	 * Gathers evidence about all that the client has reported, decides and applies, as
	 * far as this call can.
	 * @param isAllSaid whether {@link #isAboutAllPositions()}, and the guard has asked
	 * the client nothing since
	 * @throws org.apache.kafka.clients.consumer.InvalidOffsetException the client's own,
	 * where the application's {@code auto.offset.reset=none} is the answer
	 * @throws WakeupException if the consumer was woken up: what the guard has not
	 * decided stays in doubt
	 */
	public void resolve(boolean isAllSaid) {
		if (clusterChanges.isNew()) {
			// The reports are about the last cluster's logs.
			forgetAll();
			return;
		}
		resolveWithoutOffset();
		if (doubt == null && retry.isDue()) {
			begin(isAllSaid);
		}
		Doubt present = doubt;
		if (present != null && present.isEvidenceThere()) {
			conclude(present);
		}
	}

	/**
	 * Whether evidence is on its way.
	 */
	public boolean isWaiting() {
		return doubt != null;
	}

	private void begin(boolean isAllSaid) {
		// A question to the client may bring a rebalance, after which partitions have
		// other states.
		Map<TopicPartition, PartitionState> before = states.get(states.assigned(client));
		Map<TopicPartition, Suspect> found = new LinkedHashMap<>();
		for (Suspect each : unanswered) {
			if (before.containsKey(each.partition()) && !isValidated(each)) {
				found.put(each.partition(), each);
			}
		}
		reported.suspects(before.keySet(), isAllSaid)
			.forEach((each) -> found.merge(each.partition(), each, Incident::moreTelling));
		List<Suspect> suspects = new ArrayList<>(found.values());
		suspects.removeIf((each) -> !isStill(before, each.partition()));
		boolean isIdle = suspects.isEmpty();
		TopicQuery query = isIdle ? null : topicChecks.ask(suspects);
		// A wakeup from here on would lose the suspects that were unanswered.
		unanswered.clear();
		if (isIdle) {
			reports.clearPositions(Set.of());
		}
		else if (mode.isObserving()) {
			observe(before, suspects, query);
		}
		else {
			putInDoubt(suspects);
			doubt = new Doubt(before, suspects, query, leaderEpochs, inquiry, budget.whole(), clock);
		}
	}

	/**
	 * Whether the client has found out by itself that a bystander's position is valid.
	 */
	private boolean isValidated(Suspect suspect) {
		return suspect.isBystander() && positions.now(suspect.partition()).isPresent();
	}

	/**
	 * The client may have reported a claim about a mere bystander since.
	 */
	private static Suspect moreTelling(Suspect before, Suspect reported) {
		return before.isBystander() ? reported : before;
	}

	/**
	 * Lets the client neither fetch from suspects nor validate them until the guard has
	 * decided where they go on. The client still has to validate mere bystanders.
	 */
	private void putInDoubt(List<Suspect> suspects) {
		List<TopicPartition> inDoubt = new ArrayList<>();
		for (Suspect each : suspects) {
			if (!each.isBystander()) {
				inDoubt.add(each.partition());
				if (each.trigger() == Evidence.Trigger.TRUNCATION) {
					WhileAssigned.seek(client, each.partition(), new OffsetAndMetadata(each.position()));
				}
			}
		}
		reports.pause(inDoubt);
	}

	/**
	 * Whether the evidence is there, and the guard decides about more at each poll.
	 */
	public boolean isConcluding() {
		return conclusion != null;
	}

	private void conclude(Doubt done) {
		Conclusion present = conclusion;
		if (present == null) {
			Set<TopicPartition> untold = topicChecks.take(done.findings(), done.query(), Duration.ZERO);
			if (!untold.isEmpty() && !done.isOverdue()) {
				return;
			}
			present = conclusion(done.before(), done.suspects(), done.findings(), untold);
			conclusion = present;
		}
		try (EvidenceBudget.Spending spending = budget.spend()) {
			do {
				decide(present, done.before());
			}
			while (!present.isOver() && !budget.left().isZero());
		}
		if (present.isOver()) {
			conclusion = null;
			doubt = null;
			present.throwOwn();
		}
	}

	/**
	 * Decides within this call: a client that is only observed does not wait, as Kafka
	 * alone would not.
	 */
	private void observe(Map<TopicPartition, PartitionState> before, List<Suspect> suspects,
			@Nullable TopicQuery query) {
		if (!suspects.isEmpty() && budget.isNearlySpent()) {
			return;
		}
		Duration share = budget.left().dividedBy(SHARE);
		Map<TopicPartition, Suspect> answered = leaderEpochs.addTo(suspects, share);
		List<Findings> findings = inquiry.inspect(List.copyOf(answered.values()), budget.left());
		Conclusion all = conclusion(before, suspects, findings,
				topicChecks.take(findings, query, budget.left().dividedBy(SHARE)));
		while (!all.isOver()) {
			decide(all, before);
		}
		all.throwOwn();
	}

	/**
	 * Sorts out the suspects about which the guard cannot decide yet.
	 */
	private Conclusion conclusion(Map<TopicPartition, PartitionState> before, List<Suspect> suspects,
			List<Findings> findings, Set<TopicPartition> untold) {
		if (clusterChanges.isNew()) {
			letGo(suspects, Set.of());
			return new Conclusion(List.of(), null);
		}
		Set<TopicPartition> open = new HashSet<>(before.keySet());
		findings.forEach((each) -> open.remove(each.partition()));
		open.addAll(untold);
		open.addAll(Inquiry.open(findings));
		// The doubt may be about a position that the consumer has left since.
		unanswered.addAll(suspects.stream()
			.filter((each) -> open.contains(each.partition()) && isStill(before, each.partition()))
			.toList());
		retry.note(!unanswered.isEmpty());
		List<Findings> complete = findings.stream().filter((each) -> !open.contains(each.partition())).toList();
		Conclusion conclusion = new Conclusion(complete, reports.positionsReport());
		complete.forEach((each) -> open.add(each.partition()));
		letGo(suspects, open);
		return conclusion;
	}

	private void decide(Conclusion conclusion, Map<TopicPartition, PartitionState> before) {
		List<Findings> few = conclusion.next();
		letGo(few.stream().map((each) -> each.suspect).toList(), Set.of());
		Queue<Findings> left = new ArrayDeque<>(few);
		left.removeIf((each) -> !isStill(before, each.partition()) || hasReadOn(each.suspect));
		try {
			if (inquiry.judge(left)) {
				conclusion.ownIsAnswer();
			}
			askAgain(left);
		}
		finally {
			// What is left stays in doubt if a decision throws.
			conclusion.putBack(left);
			reports.pause(left.stream().map(Findings::partition).toList());
		}
	}

	/**
	 * Takes note that leaders have not told in time where decisions lead.
	 */
	private void askAgain(Queue<Findings> untold) {
		if (!untold.isEmpty()) {
			unanswered.addAll(untold.stream().map((each) -> each.suspect).toList());
			reports.pause(untold.stream().map(Findings::partition).toList());
			retry.note(true);
			untold.clear();
		}
	}

	/**
	 * Whether the client has validated a bystander's position by itself, and has read on:
	 * what the guard knows is about a position that it has left.
	 */
	private boolean hasReadOn(Suspect suspect) {
		PartitionState state = states.find(suspect.partition());
		return suspect.isBystander() && state != null && state.position() != suspect.position();
	}

	private boolean isStill(Map<TopicPartition, PartitionState> before, TopicPartition partition) {
		PartitionState state = before.get(partition);
		return state != null && states.find(partition) == state;
	}

	/**
	 * Lets the client fetch again from suspects that are not open any more. The guard has
	 * yet to look into bystanders that the client has reported meanwhile.
	 */
	private void letGo(List<Suspect> suspects, Set<TopicPartition> open) {
		Set<TopicPartition> decided = new HashSet<>();
		suspects.stream()
			.filter((each) -> !each.isBystander() || !reports.isReported(each.partition()))
			.map(Suspect::partition)
			.filter((each) -> !open.contains(each))
			.forEach(decided::add);
		reports.settle(decided);
	}

	private void resolveWithoutOffset() {
		if (reports.withoutOffset().isEmpty()) {
			return;
		}
		Set<TopicPartition> missing = new HashSet<>(reports.withoutOffset());
		NoOffsetForPartitionException own = reports.noOffset();
		reports.clearWithoutOffset();
		// A late report is about a partition that has a position by now, or that the
		// application has sought to an offset that the client has yet to look up.
		missing.retainAll(states.assigned(client));
		missing.removeIf((partition) -> states.get(partition).isPositioned() || positions.now(partition).isPresent());
		if (!missing.isEmpty()) {
			// The async client may report partitions before it calls the listener.
			states.start(missing.stream().filter((partition) -> !states.isRevoked(partition)).toList());
			startingPositions.decide(missing);
		}
		if (own != null && missing.stream().anyMatch(startingPositions::isLeftToClient)) {
			throw own;
		}
	}

}
