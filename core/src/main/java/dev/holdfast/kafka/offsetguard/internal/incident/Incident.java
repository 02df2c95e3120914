/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.incident;

import java.time.Duration;
import java.util.ArrayList;
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
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import dev.holdfast.kafka.offsetguard.internal.time.Retry;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * From what the client reports to decisions: one batch for all partitions concerned.
 */
public final class Incident {

	/** Of the time that is left. */
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

	private final ClientPositions positions;

	private final boolean observing;

	private final GuardClock clock;

	private final Retry retry;

	private @Nullable Doubt doubt;

	/** Of whom something that matters was not answered the last time. */
	private final List<Suspect> unanswered = new ArrayList<>();

	public Incident(Consumer<?, ?> client, ClientReports reports, ClientPositions positions, PartitionStates states,
			Holds holds, StartingPositions startingPositions, Inquiry inquiry, TopicChecks topicChecks,
			LeaderEpochs leaderEpochs, ClusterChanges clusterChanges, EvidenceBudget budget, boolean observing,
			GuardClock clock) {
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
		this.observing = observing;
		this.clock = clock;
		this.retry = new Retry(clock);
	}

	public boolean isOpen() {
		return doubt != null || !unanswered.isEmpty() || !reports.isEmpty();
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
		unanswered.removeIf((each) -> partitions.contains(each.partition()));
		Doubt present = doubt;
		if (present != null) {
			reports.resume(partitions);
			if (present.forget(partitions)) {
				present.abandon();
				doubt = null;
			}
		}
	}

	public void forgetAll() {
		Doubt present = doubt;
		if (present != null) {
			present.abandon();
			doubt = null;
			reports.resume(present.suspects().stream().map(Suspect::partition).toList());
		}
		reports.resume(unanswered.stream().map(Suspect::partition).toList());
		unanswered.clear();
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
		// Asking a client may have partitions assigned anew, which makes them others.
		Map<TopicPartition, PartitionState> before = states.get(states.assigned(client));
		List<Suspect> suspects = new ArrayList<>(unanswered);
		suspects.removeIf((each) -> !before.containsKey(each.partition()));
		Set<TopicPartition> known = new HashSet<>();
		suspects.forEach((each) -> known.add(each.partition()));
		suspects(before.keySet(), isAllSaid).stream()
			.filter((each) -> !known.contains(each.partition()))
			.forEach(suspects::add);
		suspects.removeIf((each) -> !isStill(before, each.partition()));
		boolean isIdle = suspects.stream().allMatch(Incident::isBystander);
		TopicQuery query = isIdle ? null : topicChecks.ask(suspects);
		// Nobody may be woken up from here on.
		unanswered.clear();
		if (isIdle) {
			reports.clearPositions(Set.of());
		}
		else if (observing) {
			observe(before, suspects, query);
		}
		else {
			putInDoubt(suspects);
			doubt = new Doubt(before, suspects, query, leaderEpochs, inquiry, budget.whole(), clock);
		}
	}

	/**
	 * Whether a partition is looked into only because another one's leader has claimed
	 * something.
	 */
	private static boolean isBystander(Suspect suspect) {
		return suspect.trigger() == Evidence.Trigger.TRUNCATION && suspect.claim() == null;
	}

	/**
	 * The client keeps quiet about them, and validates nothing, until it is decided where
	 * they go on. Mere bystanders it still has to validate, unless the evidence is about
	 * them, too.
	 */
	private void putInDoubt(List<Suspect> suspects) {
		List<TopicPartition> inDoubt = new ArrayList<>();
		for (Suspect each : suspects) {
			if (!isBystander(each)) {
				inDoubt.add(each.partition());
				if (each.trigger() == Evidence.Trigger.TRUNCATION) {
					WhileAssigned.seek(client, each.partition(), new OffsetAndMetadata(each.position()));
				}
			}
		}
		reports.pause(inDoubt);
	}

	private void conclude(Doubt done) {
		Set<TopicPartition> untold = topicChecks.take(done.findings(), done.query(), Duration.ZERO);
		if (!untold.isEmpty() && !done.isOverdue()) {
			return;
		}
		doubt = null;
		decide(done.before(), done.suspects(), done.findings(), untold);
	}

	/**
	 * Kafka alone would not wait: neither does a client that is only observed.
	 */
	private void observe(Map<TopicPartition, PartitionState> before, List<Suspect> suspects,
			@Nullable TopicQuery query) {
		if (!suspects.isEmpty() && budget.isNearlySpent()) {
			return;
		}
		Duration share = budget.left().dividedBy(SHARE);
		Map<TopicPartition, Suspect> answered = leaderEpochs.addTo(suspects, share);
		List<Findings> findings = inquiry.inspect(List.copyOf(answered.values()), budget.left());
		decide(before, suspects, findings, topicChecks.take(findings, query, budget.left().dividedBy(SHARE)));
	}

	private void decide(Map<TopicPartition, PartitionState> before, List<Suspect> suspects, List<Findings> findings,
			Set<TopicPartition> untold) {
		if (clusterChanges.isNew()) {
			letGo(suspects, Set.of());
			return;
		}
		Set<TopicPartition> open = new HashSet<>(before.keySet());
		findings.forEach((each) -> open.remove(each.partition()));
		open.addAll(untold);
		open.addAll(Inquiry.open(findings));
		unanswered.addAll(suspects.stream().filter((each) -> open.contains(each.partition())).toList());
		retry.note(!unanswered.isEmpty());
		InvalidOffsetException own = reports.positionsReport();
		letGo(suspects, open);
		boolean rethrow = inquiry.judge(findings.stream()
			.filter((each) -> isStill(before, each.partition()) && !open.contains(each.partition()))
			.toList());
		if (rethrow && own != null) {
			throw own;
		}
	}

	private boolean isStill(Map<TopicPartition, PartitionState> before, TopicPartition partition) {
		PartitionState state = before.get(partition);
		return state != null && states.find(partition) == state;
	}

	/**
	 * The client may fetch from suspects again that are not open any more. What it has
	 * reported meanwhile is yet to be looked into.
	 */
	private void letGo(List<Suspect> suspects, Set<TopicPartition> open) {
		Set<TopicPartition> decided = new HashSet<>();
		suspects.stream()
			.filter((each) -> !isBystander(each) || !reports.positions().containsKey(each.partition()))
			.forEach((each) -> decided.add(each.partition()));
		decided.removeAll(open);
		Set<TopicPartition> left = new HashSet<>(reports.positions().keySet());
		left.removeAll(decided);
		reports.clearPositions(left);
		reports.resume(decided);
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
			// The async client may report partitions before it calls the listener.
			states.start(missing.stream().filter((partition) -> !states.isRevoked(partition)).toList());
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
		if (holds.contains(partition) || states.undecided().contains(partition)
				|| clusterChanges.isInDoubt(partition)) {
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
		else if (states.isStarting(partition)) {
			// A claim about wherever it was before: the guard has yet to say where it is.
			reports.forget(Set.of(partition));
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