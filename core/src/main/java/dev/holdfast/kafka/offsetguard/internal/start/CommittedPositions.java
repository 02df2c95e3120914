/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.start;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.evidence.Remembered;
import dev.holdfast.kafka.offsetguard.internal.client.CurrentMode;
import dev.holdfast.kafka.offsetguard.internal.client.WhileAssigned;
import dev.holdfast.kafka.offsetguard.internal.commit.PositionCommits;
import dev.holdfast.kafka.offsetguard.internal.enforcement.Decisions;
import dev.holdfast.kafka.offsetguard.internal.enforcement.Inquiry;
import dev.holdfast.kafka.offsetguard.internal.inspection.Findings;
import dev.holdfast.kafka.offsetguard.internal.inspection.Suspect;
import dev.holdfast.kafka.offsetguard.internal.lookup.TopicAnswer;
import dev.holdfast.kafka.offsetguard.internal.memory.Bookmark;
import dev.holdfast.kafka.offsetguard.internal.memory.BookmarkReader;
import dev.holdfast.kafka.offsetguard.internal.memory.CommitHistory;
import dev.holdfast.kafka.offsetguard.internal.memory.CommitMemory;
import dev.holdfast.kafka.offsetguard.internal.partition.Hold;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionState;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionStates;
import dev.holdfast.kafka.offsetguard.internal.time.EvidenceBudget;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import dev.holdfast.kafka.offsetguard.internal.time.Retry;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * Starts partitions where their group has committed. Looks first into a commit that may
 * be of another topic, that has an epoch which no leader has, or that is older than one
 * that the guard knows. Does so beside the poll, while the client reads the other
 * partitions. Belongs to the consumer's thread.
 */
public final class CommittedPositions {

	private final Consumer<?, ?> client;

	private final EvidenceBudget budget;

	private final PartitionStates states;

	private final Decisions decisions;

	private final CommitMemory memory;

	private final BookmarkReader bookmarks;

	private final StartLookup lookup;

	private final Inquiry inquiry;

	private final PositionCommits positionCommits;

	private final CurrentMode mode;

	private final List<Doubted> doubted = new ArrayList<>();

	private final Retry retry;

	/**
	 * Commits that the guard looks into.
	 *
	 * @param before the partitions' states: a partition that was assigned anew since has
	 * another
	 * @param holds the holds of those that the guard holds already
	 * @param metadata the metadata of commits with an epoch: the guard may commit with it
	 * again
	 */
	private record Doubted(List<Suspect> suspects, Map<TopicPartition, PartitionState> before,
			Map<TopicPartition, Hold> holds, Map<TopicPartition, String> metadata,
			Inquiry.Investigation investigation) {
	}

	public CommittedPositions(Consumer<?, ?> client, EvidenceBudget budget, PartitionStates states, Decisions decisions,
			CommitMemory memory, BookmarkReader bookmarks, StartLookup lookup, Inquiry inquiry,
			PositionCommits positionCommits, CurrentMode mode, GuardClock clock) {
		this.client = client;
		this.budget = budget;
		this.states = states;
		this.decisions = decisions;
		this.memory = memory;
		this.bookmarks = bookmarks;
		this.lookup = lookup;
		this.inquiry = inquiry;
		this.positionCommits = positionCommits;
		this.mode = mode;
		this.retry = new Retry(clock);
	}

	/**
	 * Starts partitions, or begins to look into their commits.
	 * @param committed their commits
	 * @param answer what brokers say about their topics and leaders
	 * @return those that have started
	 */
	Set<TopicPartition> start(Map<TopicPartition, OffsetAndMetadata> committed, TopicAnswer answer) {
		Map<TopicPartition, OffsetAndMetadata> started = new HashMap<>();
		List<Suspect> suspects = new ArrayList<>();
		committed.forEach((partition, commit) -> {
			Suspect suspect = suspect(partition, commit, answer);
			if (suspect != null) {
				suspects.add(suspect);
				if (suspect.trigger() == Evidence.Trigger.COMMITTED_EPOCH) {
					states.get(partition).committedEpoch(suspect.leaderEpoch());
				}
			}
			if (suspect == null || mode.isObserving()) {
				started.put(partition, commit);
			}
		});
		started.forEach((partition, commit) -> {
			Uuid before = memory.remembered(partition, commit).topicId();
			start(partition, commit, answer);
			// The id of the log in which the group has committed, if the guard remembers
			// it.
			states.get(partition).topicId((before != null) ? before : answer.id(partition.topic()));
		});
		memory.remember(started, memory.order());
		lookInto(suspects, committed);
		return started.keySet();
	}

	private void lookInto(List<Suspect> suspects, Map<TopicPartition, OffsetAndMetadata> committed) {
		if (suspects.isEmpty()) {
			return;
		}
		Map<TopicPartition, String> metadata = new HashMap<>();
		suspects.forEach((each) -> {
			OffsetAndMetadata commit = Objects.requireNonNull(committed.get(each.partition()));
			if (commit.leaderEpoch().isPresent()) {
				metadata.put(each.partition(), commit.metadata());
			}
		});
		if (mode.isObserving()) {
			// The client has started there already, as with Kafka alone.
			if (budget.isEnoughToInspect()) {
				inquiry.examine(suspects, budget.left());
				commitWithoutEpoch(suspects, metadata);
			}
		}
		else if (retry.isDue()) {
			Map<TopicPartition, PartitionState> before = states.get(suspects.stream().map(Suspect::partition).toList());
			doubted
				.add(new Doubted(suspects, before, holds(before), metadata, inquiry.begin(suspects, budget.whole())));
		}
	}

	/**
	 * Whether the guard looks into any commit. Every poll asks.
	 */
	boolean isAnyInDoubt() {
		return !doubted.isEmpty() && !inDoubt().isEmpty();
	}

	/**
	 * Those into whose commits the guard looks.
	 */
	Set<TopicPartition> inDoubt() {
		if (doubted.isEmpty()) {
			return Set.of();
		}
		Set<TopicPartition> partitions = new HashSet<>();
		doubted.forEach((each) -> partitions.addAll(stillWaiting(each)));
		return partitions;
	}

	private static Map<TopicPartition, Hold> holds(Map<TopicPartition, PartitionState> states) {
		Map<TopicPartition, Hold> holds = new HashMap<>();
		states.forEach((partition, state) -> {
			Hold hold = state.hold();
			if (hold != null) {
				holds.put(partition, hold);
			}
		});
		return holds;
	}

	/**
	 * Decides about those whose evidence has come.
	 * @return those about which the guard has decided now
	 */
	Set<TopicPartition> collect() {
		if (doubted.isEmpty()) {
			return Set.of();
		}
		Set<TopicPartition> decided = new HashSet<>();
		doubted.stream().filter((each) -> stillWaiting(each).isEmpty()).forEach((each) -> each.investigation.abandon());
		doubted.removeIf((each) -> stillWaiting(each).isEmpty());
		List<Doubted> done = doubted.stream().filter((each) -> each.investigation.isDone()).toList();
		doubted.removeAll(done);
		for (Doubted each : done) {
			List<Findings> findings = each.investigation.findings()
				.stream()
				.filter((found) -> isStillWaiting(found.partition(), each))
				.toList();
			Set<TopicPartition> settled = inquiry.settle(findings);
			retry.note(settled.size() < each.suspects.size());
			commitWithoutEpoch(
					each.suspects.stream().filter((suspect) -> settled.contains(suspect.partition())).toList(),
					each.metadata);
			decided.addAll(settled);
		}
		return decided;
	}

	private Set<TopicPartition> stillWaiting(Doubted each) {
		Set<TopicPartition> waiting = new HashSet<>(each.before.keySet());
		waiting.removeIf((partition) -> !isStillWaiting(partition, each));
		return waiting;
	}

	/**
	 * Whether a partition still waits for the decision: the consumer has not lost it
	 * since, the application has not sought it, and the guard has not decided about it.
	 */
	private boolean isStillWaiting(TopicPartition partition, Doubted doubt) {
		PartitionState state = states.find(partition);
		if (state == null || state != doubt.before.get(partition)) {
			return false;
		}
		Hold hold = doubt.holds.get(partition);
		boolean isUnchanged = (hold != null) ? state.hold() == hold : !state.isPositioned();
		return states.isStarting(partition) || isUnchanged;
	}

	/**
	 * Forgets all: the consumer has no partitions any more.
	 */
	void forgetAll() {
		doubted.forEach((each) -> each.investigation.abandon());
		doubted.clear();
	}

	/**
	 * Commits the same offset without the epoch. A commit whose epoch no leader has makes
	 * any consumer wait that reads it, even one that only looks at it.
	 */
	private void commitWithoutEpoch(List<Suspect> suspects, Map<TopicPartition, String> metadata) {
		Map<TopicPartition, OffsetAndMetadata> kept = new HashMap<>();
		for (Suspect suspect : suspects) {
			PartitionState state = states.find(suspect.partition());
			String replaced = metadata.get(suspect.partition());
			if (replaced != null && suspect.trigger() == Evidence.Trigger.COMMITTED_EPOCH && state != null
					&& isKept(state, suspect)) {
				kept.put(suspect.partition(), new OffsetAndMetadata(suspect.position(), replaced));
			}
		}
		positionCommits.commitAgain(kept);
	}

	private static boolean isKept(PartitionState state, Suspect suspect) {
		Hold hold = state.hold();
		return (hold != null)
				? hold.decision().cause() == Cause.EPOCH_AHEAD && hold.decision().policyAction() == Action.KEEP
				: state.position() == suspect.position();
	}

	/**
	 * What the guard has to look into before it uses a committed offset.
	 */
	private @Nullable Suspect suspect(TopicPartition partition, OffsetAndMetadata commit, TopicAnswer answer) {
		Remembered remembered = memory.remembered(partition, commit);
		Uuid topicId = answer.id(partition.topic());
		int committedEpoch = Math.max(commit.leaderEpoch().orElse(-1), states.awaitedEpoch(partition));
		int leaderEpoch = answer.leaderEpoch(partition).orIfRefused(-1);
		Evidence.Trigger trigger;
		if (remembered.topicId() != null && topicId != null && !remembered.topicId().equals(topicId)) {
			trigger = Evidence.Trigger.TOPIC_ID;
		}
		else if (isHeldThere(partition, commit)) {
			// The guard held it there when the group took it away.
			memory.laterThan(partition, commit);
			return Suspect.again(partition, Objects.requireNonNull(memory.held(partition)), states.get(partition))
				.under(leaderEpoch);
		}
		else if (leaderEpoch >= 0 && committedEpoch > leaderEpoch) {
			trigger = Evidence.Trigger.COMMITTED_EPOCH;
		}
		else {
			CommitHistory.Latest latest = memory.laterThan(partition, commit);
			return (latest != null) ? new Suspect(partition, Evidence.Trigger.COMMITTED_OFFSET, commit.offset(),
					committedEpoch, -1, null, latest.witness(), latest(remembered, latest), topicId, leaderEpoch)
					: null;
		}
		return new Suspect(partition, trigger, commit.offset(), committedEpoch, -1, null, null, remembered, topicId,
				leaderEpoch);
	}

	/**
	 * Whether the guard held a partition at the committed offset, for a reason that the
	 * commit still has.
	 */
	private boolean isHeldThere(TopicPartition partition, OffsetAndMetadata commit) {
		Evidence held = memory.held(partition);
		if (held == null || held.position() != commit.offset() || memory.isOnPurpose(partition, commit)) {
			return false;
		}
		return held.trigger() != Evidence.Trigger.COMMITTED_EPOCH || commit.leaderEpoch().isPresent();
	}

	private static Remembered latest(Remembered remembered, CommitHistory.Latest latest) {
		return new Remembered(remembered.partition(), latest.offset(), remembered.partitions(),
				remembered.initialCommits(), remembered.topicId(), remembered.timestamp());
	}

	private void start(TopicPartition partition, OffsetAndMetadata commit, TopicAnswer answer) {
		OffsetAndMetadata position = commit;
		int epoch = lookup.rearmed(commit);
		int leaderEpoch = answer.leaderEpoch(partition).orIfRefused(-1);
		if (epoch >= 0 && epoch <= leaderEpoch) {
			position = new OffsetAndMetadata(commit.offset(), Optional.of(epoch), "");
		}
		if (!isStalling(commit, leaderEpoch)) {
			WhileAssigned.seek(client, partition, position);
		}
		else if (states.undecided().contains(partition)) {
			// It waits at a provisional position since before the mode was switched.
			WhileAssigned.seek(client, partition, new OffsetAndMetadata(commit.offset()));
		}
		PartitionState state = states.get(partition);
		state.seek(position);
		Bookmark bookmark = bookmarks.in(commit);
		if (bookmark != null && bookmark.witness() != null) {
			state.witness(bookmark.witness());
		}
		states.started(partition);
		decisions.release(partition);
	}

	/**
	 * Whether a client alone would wait for a leader with the committed epoch. If the
	 * guard sought it there, the client would first ask the present leader, and take the
	 * answer for a truncation.
	 */
	private boolean isStalling(OffsetAndMetadata commit, int leaderEpoch) {
		return mode.isObserving() && leaderEpoch >= 0 && commit.leaderEpoch().orElse(-1) > leaderEpoch;
	}

}
