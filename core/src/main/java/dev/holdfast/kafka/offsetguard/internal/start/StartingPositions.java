/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.start;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.evidence.Remembered;
import dev.holdfast.kafka.offsetguard.internal.admin.Reply;
import dev.holdfast.kafka.offsetguard.internal.client.WhileAssigned;
import dev.holdfast.kafka.offsetguard.internal.commit.FirstCommits;
import dev.holdfast.kafka.offsetguard.internal.commit.PositionCommits;
import dev.holdfast.kafka.offsetguard.internal.enforcement.Decisions;
import dev.holdfast.kafka.offsetguard.internal.enforcement.Inquiry;
import dev.holdfast.kafka.offsetguard.internal.inspection.Suspect;
import dev.holdfast.kafka.offsetguard.internal.lookup.TopicAnswer;
import dev.holdfast.kafka.offsetguard.internal.lookup.TopicFacts;
import dev.holdfast.kafka.offsetguard.internal.lookup.Topics;
import dev.holdfast.kafka.offsetguard.internal.memory.Bookmark;
import dev.holdfast.kafka.offsetguard.internal.memory.BookmarkReader;
import dev.holdfast.kafka.offsetguard.internal.memory.CommitHistory;
import dev.holdfast.kafka.offsetguard.internal.memory.CommitMemory;
import dev.holdfast.kafka.offsetguard.internal.memory.Coverage;
import dev.holdfast.kafka.offsetguard.internal.memory.GroupCommits;
import dev.holdfast.kafka.offsetguard.internal.partition.Hold;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionState;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionStates;
import dev.holdfast.kafka.offsetguard.internal.time.EvidenceBudget;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides where newly assigned partitions start. A committed offset is where its
 * partition starts, unless the topic is another one by now, or no leader has an epoch as
 * high as the committed one: that is looked into first.
 */
public final class StartingPositions {

	private static final Logger logger = LoggerFactory.getLogger(StartingPositions.class);

	/** Of the time that is left. A leader may be silent. */
	private static final int ENDS_SHARE = 4;

	private final Consumer<?, ?> client;

	private final EvidenceBudget budget;

	private final PartitionStates states;

	private final Decisions decisions;

	private final GroupCommits commits;

	private final CommitMemory memory;

	private final BookmarkReader bookmarks;

	private final Coverage coverage;

	private final Topics topics;

	private final StartLookup lookup;

	private final FirstPositions firstPositions;

	private final FirstCommits firstCommits;

	private final Inquiry inquiry;

	private final PositionCommits positionCommits;

	private final StartRules rules;

	private final UnansweredStarts unanswered;

	private boolean wokenUp;

	/** About which all was answered this time. */
	private final Set<TopicPartition> decided = new HashSet<>();

	/** Of commits that may have to be made again. */
	private final Map<TopicPartition, String> metadataAhead = new HashMap<>();

	public StartingPositions(Consumer<?, ?> client, EvidenceBudget budget, PartitionStates states, Decisions decisions,
			GroupCommits commits, CommitMemory memory, BookmarkReader bookmarks, Coverage coverage, Topics topics,
			StartLookup lookup, FirstPositions firstPositions, FirstCommits firstCommits, Inquiry inquiry,
			PositionCommits positionCommits, UnansweredStarts unanswered, StartRules rules) {
		this.client = client;
		this.budget = budget;
		this.states = states;
		this.decisions = decisions;
		this.commits = commits;
		this.memory = memory;
		this.bookmarks = bookmarks;
		this.coverage = coverage;
		this.topics = topics;
		this.lookup = lookup;
		this.firstPositions = firstPositions;
		this.firstCommits = firstCommits;
		this.inquiry = inquiry;
		this.positionCommits = positionCommits;
		this.rules = rules;
		this.unanswered = unanswered;
	}

	/**
	 * Decides about those newly assigned partitions about which nobody has decided yet.
	 * What cannot be decided in time is left for the next poll, and nothing moves.
	 */
	public void decidePending() {
		if (states.isAnyStarting()) {
			decide(states.starting());
		}
	}

	/**
	 * Decides about partitions that have no position.
	 * @return whether everybody who has to be asked has answered
	 */
	public boolean decide(Set<TopicPartition> partitions) {
		wokenUp = false;
		decided.clear();
		if (budget.left().isZero()) {
			return false;
		}
		// Questions outlive a short call, inspections do not.
		boolean inspecting = !budget.isNearlySpent();
		Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
		try {
			List<Suspect> suspects;
			try (EvidenceBudget.Spending spending = budget.spend()) {
				Duration share = budget.left().dividedBy(ENDS_SHARE);
				firstPositions.noteEnds(partitions, share, lookup.patience(share));
				suspects = start(partitions, committed);
			}
			if (inspecting) {
				Set<TopicPartition> open = inquiry.examine(suspects, budget.left());
				suspects.forEach((suspect) -> decided.add(suspect.partition()));
				decided.removeAll(open);
				commitWithoutEpoch(suspects);
			}
		}
		catch (WakeupException ex) {
			// Meant for the poll around this.
			client.wakeup();
			wokenUp = true;
		}
		catch (InterruptException ex) {
			throw ex;
		}
		catch (KafkaException ex) {
			logger.debug("No starting positions for {} yet", partitions, ex);
		}
		return isDecided(partitions, committed);
	}

	/**
	 * Whether a wakeup has ended the last decision, which calls that wait without the
	 * client have to tell. Asked once.
	 */
	public boolean takeWakeup() {
		boolean taken = wokenUp;
		wokenUp = false;
		return taken;
	}

	/**
	 * Has those wait about whom something was not answered yet.
	 */
	private boolean isDecided(Set<TopicPartition> partitions, Map<TopicPartition, OffsetAndMetadata> committed) {
		Set<TopicPartition> undecided = new HashSet<>(partitions);
		undecided.removeAll(decided);
		if (undecided.isEmpty()) {
			lookup.forgetQuestions();
			unanswered.end();
			return true;
		}
		unanswered.tell(undecided);
		undecided.removeIf((partition) -> !states.isStarting(partition));
		if (!rules.observing()) {
			undecided.retainAll(client.assignment());
			states.undecided().hold(undecided, committed);
		}
		return false;
	}

	/**
	 * The assignment is another one: what was asked about the last one does not count.
	 */
	public void forgetQuestions() {
		lookup.forgetQuestions();
		unanswered.end();
	}

	/**
	 * Whether the client's own exception is the answer about a partition without a
	 * committed offset.
	 */
	public boolean isLeftToClient(TopicPartition partition) {
		return firstPositions.isLeftToClient(partition);
	}

	private List<Suspect> start(Set<TopicPartition> partitions, Map<TopicPartition, OffsetAndMetadata> committed) {
		StartAnswers answers = lookup.ask(partitions, committed);
		// Nothing is asked for from here on that would be lost if something else was not
		// answered.
		Map<TopicPartition, OffsetAndMetadata> started = new HashMap<>();
		List<Suspect> suspects = startCommitted(answers.ready(), answers.topics(), started);
		memory.remember(started, memory.order());
		decided.addAll(started.keySet());
		startWithout(answers);
		return suspects;
	}

	private List<Suspect> startCommitted(Map<TopicPartition, OffsetAndMetadata> committed, TopicAnswer answer,
			Map<TopicPartition, OffsetAndMetadata> started) {
		List<Suspect> suspects = new ArrayList<>();
		committed.forEach((partition, commit) -> {
			Suspect suspect = suspect(partition, commit, answer);
			if (suspect != null) {
				suspects.add(suspect);
				metadataAhead.put(partition, commit.metadata());
				if (suspect.trigger() == Evidence.Trigger.COMMITTED_EPOCH) {
					states.get(partition).committedEpoch(commit.leaderEpoch().orElse(-1));
				}
			}
			if (suspect == null || rules.observing()) {
				started.put(partition, commit);
			}
		});
		started.forEach((partition, commit) -> {
			Uuid before = memory.remembered(partition, commit).topicId();
			start(partition, commit, answer);
			// That of the log that was committed in, as long as nobody knows better.
			states.get(partition).topicId((before != null) ? before : answer.id(partition.topic()));
		});
		return suspects;
	}

	/**
	 * Bookmarks that are made from here on say what is known now of the topics' commits.
	 */
	private void startWithout(StartAnswers answers) {
		Set<TopicPartition> missing = answers.missing();
		Set<String> committed = Topics.names(answers.all().keySet());
		Set<String> names = new HashSet<>(committed);
		names.addAll(Topics.names(missing));
		names.removeAll(answers.untold());
		coverage.cover(names, answers.all());
		if (!missing.isEmpty()) {
			Map<TopicPartition, Long> first = firstPositions.start(missing, answers.all());
			missing.stream().filter((partition) -> !states.isStarting(partition)).forEach(decided::add);
			memory.startedWithout(first.keySet());
			firstCommits.pend(first, committed);
		}
	}

	/**
	 * Topics may get partitions that are assigned to others, whose bookmarks may be lost:
	 * what this consumer's say of how many there are has to keep up.
	 */
	public void coverGrown(TopicAnswer answer) {
		Set<TopicPartition> grown = new HashSet<>();
		answer.topics().forEach((topic, reply) -> {
			int covered = coverage.of(topic).partitions();
			int partitions = (reply instanceof Reply.Answered<TopicFacts> answered) ? answered.value().partitions()
					: -1;
			if (rules.bookmarks() && covered > 0 && partitions > covered) {
				IntStream.range(0, partitions).forEach((partition) -> grown.add(new TopicPartition(topic, partition)));
			}
		});
		if (grown.isEmpty() || budget.isNearlySpent()) {
			return;
		}
		try (EvidenceBudget.Spending spending = budget.spend()) {
			Map<TopicPartition, OffsetAndMetadata> all = StartLookup.withCommit(commits.ofOthers(grown, budget.left()));
			commits.forgetOthers(grown);
			coverage.cover(Topics.names(grown), all);
		}
		catch (WakeupException ex) {
			// Meant for the poll around this.
			client.wakeup();
		}
		catch (KafkaException ex) {
			logger.debug("Not known yet how many partitions the group has committed on {}", Topics.names(grown), ex);
		}
	}

	/**
	 * A commit whose epoch no leader has makes any consumer wait that reads it, even if
	 * it only looks: commits the same offset without it.
	 */
	private void commitWithoutEpoch(List<Suspect> suspects) {
		Map<TopicPartition, OffsetAndMetadata> kept = new HashMap<>();
		for (Suspect suspect : suspects) {
			PartitionState state = states.find(suspect.partition());
			if (suspect.trigger() == Evidence.Trigger.COMMITTED_EPOCH && state != null && isKept(state, suspect)) {
				kept.put(suspect.partition(),
						new OffsetAndMetadata(suspect.position(), metadataAhead.getOrDefault(suspect.partition(), "")));
			}
		}
		metadataAhead.clear();
		positionCommits.commitAgain(kept);
	}

	private static boolean isKept(PartitionState state, Suspect suspect) {
		Hold hold = state.hold();
		return (hold != null)
				? hold.decision().cause() == Cause.EPOCH_AHEAD && hold.decision().policyAction() == Action.KEEP
				: state.position() == suspect.position();
	}

	/**
	 * What has to be looked into before a committed offset can be used.
	 */
	private @Nullable Suspect suspect(TopicPartition partition, OffsetAndMetadata commit, TopicAnswer answer) {
		Remembered remembered = memory.remembered(partition, commit);
		Uuid topicId = answer.id(partition.topic());
		int committedEpoch = commit.leaderEpoch().orElse(-1);
		int leaderEpoch = answer.leaderEpoch(partition).orIfRefused(-1);
		Evidence.Trigger trigger;
		if (remembered.topicId() != null && topicId != null && !remembered.topicId().equals(topicId)) {
			trigger = Evidence.Trigger.TOPIC_ID;
		}
		else if (isHeldThere(partition, commit)) {
			// It was held there when it was taken away.
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
	 * Whether a partition was held where it is committed, for a reason that the commit
	 * has not lost since.
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
	 * Whether a client alone would wait for a leader with the committed epoch. Sought
	 * there, it would first ask the one there is, which makes a truncation of it.
	 */
	private boolean isStalling(OffsetAndMetadata commit, int leaderEpoch) {
		return rules.observing() && leaderEpoch >= 0 && commit.leaderEpoch().orElse(-1) > leaderEpoch;
	}

}
