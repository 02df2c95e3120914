/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From what the client reports to decisions: one batch for all partitions concerned.
 */
final class Incident {

	private static final Logger logger = LoggerFactory.getLogger(Incident.class);

	private static final int HURRIED_RECHECKS = 4;

	private static final int HURRY = 4;

	private final Consumer<?, ?> client;

	private final PartitionStates states;

	private final Holds holds;

	private final Decisions decisions;

	private final StartingPositions startingPositions;

	private final Inquiry inquiry;

	private final Topics topics;

	private final TopicLookup lookup;

	private final EvidenceBudget budget;

	private final ClusterId clusterId;

	private final ClusterChanges clusterChanges;

	private final ClientReports reports;

	private final ClientPositions positions;

	private final Retry retry = new Retry();

	/** Not answered yet. */
	private @Nullable TopicQuery topicQuery;

	Incident(Consumer<?, ?> client, ClientReports reports, ClientPositions positions, PartitionStates states,
			Holds holds, Decisions decisions, StartingPositions startingPositions, Inquiry inquiry, Topics topics,
			TopicLookup lookup, ClusterId clusterId, ClusterChanges clusterChanges, EvidenceBudget budget) {
		this.client = client;
		this.reports = reports;
		this.positions = positions;
		this.states = states;
		this.holds = holds;
		this.decisions = decisions;
		this.startingPositions = startingPositions;
		this.inquiry = inquiry;
		this.topics = topics;
		this.lookup = lookup;
		this.clusterId = clusterId;
		this.clusterChanges = clusterChanges;
		this.budget = budget;
	}

	boolean isOpen() {
		return !reports.isEmpty();
	}

	/**
	 * Whether the client has reported every position that it could report. Where it has
	 * no position it may have got one by now: what it says then comes late.
	 */
	boolean isAboutAllPositions() {
		Set<TopicPartition> reported = reports.positions().keySet();
		return reports.withoutOffset().isEmpty() && assigned().stream()
			.allMatch((partition) -> reported.contains(partition) || holds.contains(partition));
	}

	/**
	 * The position that a report is about.
	 * @return the position; empty if nothing is reported about the partition's
	 */
	OptionalLong reportedPosition(TopicPartition partition) {
		ClientReports.Report report = reports.positions().get(partition);
		return (report != null) ? OptionalLong.of(report.position()) : OptionalLong.empty();
	}

	/**
	 * What was reported about partitions does not matter any more: they were taken away,
	 * or the application has sought.
	 */
	void forget(Collection<TopicPartition> partitions) {
		reports.forget(partitions);
	}

	void forgetAll() {
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
	void resolve(boolean isAllSaid) {
		if (clusterChanges.isNew()) {
			// Reports about the last cluster's logs.
			forgetAll();
			return;
		}
		if (!retry.isDue()) {
			return;
		}
		// Asking a client may have partitions assigned anew, which makes them others.
		Map<TopicPartition, PartitionState> before = states.get(assigned());
		List<Suspect> suspects = suspects(before.keySet(), isAllSaid);
		if (!suspects.isEmpty() && budget.isNearlySpent()) {
			return;
		}
		TopicQuery query = askAboutTopics(suspects);
		Map<TopicPartition, Suspect> answered = withLeaderEpochs(suspects);
		List<Findings> findings = inquiry.inspect(List.copyOf(answered.values()), budget.left());
		Set<TopicPartition> untold = takeTopics(findings, query);
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

	/**
	 * A position can also be wrong because the log is another one. That is asked while
	 * the rest is inspected, and costs no time of its own.
	 */
	private @Nullable TopicQuery askAboutTopics(List<Suspect> suspects) {
		Set<String> names = new HashSet<>();
		suspects.forEach((suspect) -> names.add(suspect.partition().topic()));
		names.removeIf((topic) -> topics.id(topic) == null);
		TopicQuery present = topicQuery;
		if (present == null || !present.isAbout(names, Set.of()) || present.isDone()) {
			present = names.isEmpty() ? null : lookup.start(names, Set.of());
			topicQuery = present;
		}
		return present;
	}

	/**
	 * Adds to findings what brokers say about their topics.
	 * @return those about whose topics brokers have not answered yet
	 */
	private Set<TopicPartition> takeTopics(List<Findings> findings, @Nullable TopicQuery query) {
		Set<TopicPartition> untold = new HashSet<>();
		if (query == null) {
			return untold;
		}
		List<TopicPartition> partitions = findings.stream().map(Findings::partition).toList();
		TopicAnswer answer = confirmed(lookup.answer(query, budget.left().dividedBy(HURRY)), partitions);
		for (Findings each : findings) {
			String topic = each.partition().topic();
			if (answer.topics().containsKey(topic) && answer.topic(topic).isPending()) {
				untold.add(each.partition());
			}
			each.remembered = remembered(each.partition());
			each.topicId = answer.id(topic);
		}
		return untold;
	}

	private TopicAnswer confirmed(TopicAnswer answer, Collection<TopicPartition> partitions) {
		Map<TopicPartition, Uuid> before = new HashMap<>();
		for (TopicPartition partition : partitions) {
			Uuid topicId = remembered(partition).topicId();
			if (topicId != null) {
				before.put(partition, topicId);
			}
		}
		try (EvidenceBudget.Spending spending = budget.spend()) {
			if (topics.isAnyReplaced(answer, before) && clusterId.isAsked() && clusterId.known() == null
					&& clusterId.ask(answer.topics().keySet(), budget.left().dividedBy(HURRY)).isPending()) {
				return TopicAnswer.of(answer.topics().keySet(), Set.of(), new Reply.NotYet<>());
			}
			return topics.confirmed(answer, before, clusterId.known(), budget.left().dividedBy(HURRY));
		}
	}

	private Remembered remembered(TopicPartition partition) {
		Uuid decided = states.get(partition).topicId();
		return new Remembered(partition.partition(), -1, -1, false,
				(decided != null) ? decided : topics.id(partition.topic()), -1);
	}

	/**
	 * Compares topic ids now and then, and decides about partitions whose topic is
	 * another one by now.
	 */
	void checkTopics() {
		TopicAnswer first = topics.check(client.assignment());
		if (first.topics().isEmpty()) {
			return;
		}
		TopicAnswer answer = confirmed(first, client.assignment());
		if (answer.isPending()) {
			topics.checkSoon();
		}
		List<Suspect> suspects = new ArrayList<>();
		Set<TopicPartition> assigned = assigned();
		for (TopicPartition partition : assigned) {
			Uuid now = answer.id(partition.topic());
			Remembered before = remembered(partition);
			if (now != null && before.topicId() != null && !now.equals(before.topicId())) {
				PartitionState state = states.get(partition);
				long position = holds.isWithoutPosition(partition) ? 0
						: positions.now(partition).orElse(Math.max(0, state.position()));
				suspects.add(suspect(partition, Evidence.Trigger.TOPIC_ID, position, state, null).on(before, now));
			}
		}
		boolean isDecided = inquiry.examine(suspects, budget.left()).isEmpty();
		if (!isDecided) {
			topics.checkSoon();
			return;
		}
		topics.learn(answer);
		startingPositions.coverGrown(answer);
	}

	/**
	 * Looks again at partitions that are held. The first looks are short: the other
	 * partitions wait for them, perhaps in vain.
	 */
	void recheck(Set<TopicPartition> held) {
		recheck(held, false);
	}

	/**
	 * Looks again at partitions that are held.
	 * @param takeTime whether to take all the time that there is
	 * @return whether brokers were asked
	 */
	boolean recheck(Set<TopicPartition> held, boolean takeTime) {
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
			patient |= hold.rechecks() >= HURRIED_RECHECKS;
			suspects.add(Suspect.again(partition, evidence, states.get(partition)));
		}
		if (!withoutPosition.isEmpty()) {
			asked &= startingPositions.decide(withoutPosition);
		}
		Map<TopicPartition, Suspect> answered = withLeaderEpochs(suspects);
		suspects.stream()
			.map(Suspect::partition)
			.filter((each) -> !answered.containsKey(each))
			.forEach(holds::postponeRecheck);
		inquiry.examine(List.copyOf(answered.values()), patient ? budget.left() : budget.left().dividedBy(HURRY))
			.forEach(holds::postponeRecheck);
		return asked && answered.size() == suspects.size();
	}

	/**
	 * The same suspects, with the leaders' epochs where it is in doubt whether a leader
	 * has reached the one that is named. Others cost no request. Those are left out about
	 * which a leader has not answered yet.
	 */
	private Map<TopicPartition, Suspect> withLeaderEpochs(List<Suspect> suspects) {
		Set<TopicPartition> doubtful = new HashSet<>();
		suspects.stream().filter(Suspect::isEpochInDoubt).forEach((each) -> doubtful.add(each.partition()));
		Map<TopicPartition, Suspect> answered = new LinkedHashMap<>();
		if (doubtful.isEmpty()) {
			suspects.forEach((each) -> answered.put(each.partition(), each));
			return answered;
		}
		try (EvidenceBudget.Spending spending = budget.spend()) {
			TopicAnswer epochs = lookup.ask(Set.of(), doubtful, budget.left().dividedBy(HURRY));
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

	/**
	 * What is assigned and not being revoked. Clients copy their assignment at each call:
	 * it is asked for once for a batch.
	 */
	private Set<TopicPartition> assigned() {
		Set<TopicPartition> assigned = new HashSet<>(client.assignment());
		assigned.removeIf(states::isRevoked);
		return assigned;
	}

	private void resolveWithoutOffset() {
		Set<TopicPartition> missing = new HashSet<>(reports.withoutOffset());
		NoOffsetForPartitionException own = reports.noOffset();
		reports.clearWithoutOffset();
		// A report that comes late is about a partition that was positioned by now, be it
		// by a seek whose offset the client has yet to look up.
		missing.retainAll(assigned());
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
				suspects.put(partition, suspect(partition, trigger, report.position(), state, null));
			}
		}
		else if (!dropLate(partition, state, report) && !hasPosition(partition, state, report, isAllSaid)) {
			suspects.put(partition, suspect(partition, report.trigger(), report.position(), state, report.claim()));
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
				client.seek(partition, sought);
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
				suspects.put(partition, suspect(partition, Evidence.Trigger.TRUNCATION, state.position(), state, null));
			}
		}
	}

	private static Suspect suspect(TopicPartition partition, Evidence.Trigger trigger, long position,
			PartitionState state, @Nullable TruncationClaim claim) {
		int answered = (claim != null) ? claim.leaderEpoch() : -1;
		// A client that says nothing may wait for the leader of an epoch that the
		// application has sought with.
		boolean isReached = claim != null || trigger != Evidence.Trigger.TRUNCATION || !state.isSoughtByApplication();
		return new Suspect(partition, trigger, position, Math.max(state.leaderEpoch(), answered),
				isReached ? state.ownEpoch() : -1, claim, state.lastDelivered(), Remembered.NOTHING, null, -1);
	}

}
