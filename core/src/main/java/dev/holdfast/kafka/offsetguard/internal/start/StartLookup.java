/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.start;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.IntStream;

import dev.holdfast.kafka.offsetguard.internal.lookup.ClusterId;
import dev.holdfast.kafka.offsetguard.internal.lookup.TopicAnswer;
import dev.holdfast.kafka.offsetguard.internal.lookup.TopicLookup;
import dev.holdfast.kafka.offsetguard.internal.lookup.Topics;
import dev.holdfast.kafka.offsetguard.internal.memory.Bookmark;
import dev.holdfast.kafka.offsetguard.internal.memory.BookmarkReader;
import dev.holdfast.kafka.offsetguard.internal.memory.CommitMemory;
import dev.holdfast.kafka.offsetguard.internal.memory.GroupCommits;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionStates;
import dev.holdfast.kafka.offsetguard.internal.time.Deadline;
import dev.holdfast.kafka.offsetguard.internal.time.EvidenceBudget;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks for all that the guard has to know before it decides where partitions start: the
 * cluster, their commits, their topics and leaders, and the group's commits on the other
 * partitions of those topics.
 */
public final class StartLookup {

	private static final Logger logger = LoggerFactory.getLogger(StartLookup.class);

	/**
	 * A question gets the time that is left, divided by this: the other partitions wait
	 * for the answers.
	 */
	private static final int LOOKUP_SHARE = 4;

	/** A client that finds no leader asks brokers all the time. */
	private static final int MOST_REPEATS = 3;

	/** How long to wait for an answer that was not there in time before. */
	private static final Duration AGAIN = Duration.ofMillis(50);

	private final EvidenceBudget budget;

	private final PartitionStates states;

	private final ClusterId clusterId;

	private final GroupCommits commits;

	private final CommitMemory memory;

	private final BookmarkReader bookmarks;

	private final Topics topics;

	private final TopicLookup lookup;

	private final UnansweredStarts unanswered;

	private final StartRules rules;

	private final GuardClock clock;

	private @Nullable Deadline patientUntil;

	/** What {@link TopicLookup#clientAnswers} was when the guard asked, -1 before. */
	private long clientAnswers = -1;

	private int repeats;

	public StartLookup(EvidenceBudget budget, PartitionStates states, ClusterId clusterId, GroupCommits commits,
			CommitMemory memory, BookmarkReader bookmarks, Topics topics, TopicLookup lookup,
			UnansweredStarts unanswered, StartRules rules, GuardClock clock) {
		this.budget = budget;
		this.states = states;
		this.clusterId = clusterId;
		this.commits = commits;
		this.memory = memory;
		this.bookmarks = bookmarks;
		this.topics = topics;
		this.lookup = lookup;
		this.unanswered = unanswered;
		this.rules = rules;
		this.clock = clock;
	}

	/**
	 * Asks, and learns what brokers say about topics.
	 * @param partitions the partitions
	 * @param committed takes their commits as they become known, also if the rest does
	 * not
	 * @throws TimeoutException if the coordinator has not told the commits yet
	 * @throws org.apache.kafka.common.errors.WakeupException if the consumer was woken up
	 */
	StartAnswers ask(Set<TopicPartition> partitions, Map<TopicPartition, OffsetAndMetadata> committed) {
		bookmarks.remember();
		boolean isPatient = isPatient();
		boolean isClusterOpen = rules.grouped()
				&& clusterId.ask(Topics.names(partitions), patience(budget.left().dividedBy(LOOKUP_SHARE))).isPending();
		begin(partitions);
		if (isClusterOpen && !lookup.isAtClientsBrokers()) {
			return StartAnswers.NONE;
		}
		Map<TopicPartition, @Nullable OffsetAndMetadata> answered = commits.of(partitions, patience(budget.left()));
		committed.putAll(withCommit(answered));
		if (isClusterOpen && isPatient) {
			return StartAnswers.NONE;
		}
		TopicAnswer answer = askAboutTopics(partitions, committed);
		topics.learn(answer);
		Map<TopicPartition, OffsetAndMetadata> ready = new HashMap<>(committed);
		ready.keySet().removeIf((partition) -> !isAnswered(partition, committed, answer));
		if (isClusterOpen) {
			// The guard uses what a bookmark says only in the bookmark's cluster.
			ready.values().removeIf((commit) -> Bookmark.isOne(commit.metadata()));
		}
		Set<TopicPartition> missing = isClusterOpen ? new HashSet<>() : missing(answered, answer);
		missing.retainAll(partitions);
		Map<TopicPartition, OffsetAndMetadata> all = new HashMap<>(committed);
		Set<String> untold = addOthers(partitions, missing, committed, all);
		missing.removeIf((partition) -> untold.contains(partition.topic()));
		if (isPatient) {
			ready.keySet()
				.removeIf((partition) -> untold.contains(partition.topic())
						|| answer.topic(partition.topic()).isPending());
		}
		if (!(ready.isEmpty() && missing.isEmpty()) && isClientAhead()) {
			lookup.forgetQuestions();
			committed.clear();
			return ask(partitions, committed);
		}
		return new StartAnswers(ready, missing, all, untold, answer);
	}

	/**
	 * The partitions that have no commit, as brokers have answered.
	 */
	private static Set<TopicPartition> missing(Map<TopicPartition, @Nullable OffsetAndMetadata> answered,
			TopicAnswer topics) {
		Set<TopicPartition> missing = new HashSet<>();
		answered.forEach((partition, commit) -> {
			if (commit == null && !topics.topic(partition.topic()).isPending()) {
				missing.add(partition);
			}
		});
		return missing;
	}

	/**
	 * Whether brokers have told the client about topics since the guard asked: a topic
	 * may have been created anew. A client that knows the new topic, and is sought with
	 * an epoch of the old one, waits for that epoch for ever.
	 */
	private boolean isClientAhead() {
		long now = lookup.clientAnswers();
		if (now == clientAnswers || repeats >= MOST_REPEATS) {
			return false;
		}
		repeats++;
		clientAnswers = now;
		return true;
	}

	/**
	 * From now on asks for everything anew.
	 */
	void forgetQuestions() {
		patientUntil = null;
		clientAnswers = -1;
		repeats = 0;
		bookmarks.forget();
		lookup.forgetQuestions();
	}

	/**
	 * Whether starts still wait for what they can do without. Without the cluster the
	 * guard remembers nothing of a commit, and the more it knows, the more its bookmarks
	 * say.
	 */
	private boolean isPatient() {
		Deadline present = patientUntil;
		if (present == null) {
			present = Deadline.after(budget.whole().dividedBy(LOOKUP_SHARE), clock);
			patientUntil = present;
		}
		return !present.isOver();
	}

	/**
	 * Sends the questions that it has in any case, without waiting for answers.
	 */
	private void begin(Set<TopicPartition> partitions) {
		clientAnswers = (clientAnswers >= 0) ? clientAnswers : lookup.clientAnswers();
		commits.begin(partitions);
		if (rules.topicIds()) {
			lookup.ask(Topics.names(partitions), Set.of(), Duration.ZERO);
		}
	}

	/**
	 * How long to wait for an answer. If partitions wait already, the guard waits in
	 * short pieces, so that it can poll the client in between.
	 */
	Duration patience(Duration share) {
		boolean again = !states.undecided().isEmpty() || (rules.observing() && unanswered.isTold());
		return (again && share.compareTo(AGAIN) > 0) ? AGAIN : share;
	}

	/**
	 * Whether brokers have answered all that the guard needs to judge a committed offset.
	 */
	private boolean isAnswered(TopicPartition partition, Map<TopicPartition, OffsetAndMetadata> committed,
			TopicAnswer answer) {
		OffsetAndMetadata commit = Objects.requireNonNull(committed.get(partition));
		boolean needsId = memory.remembered(partition, commit).topicId() != null;
		boolean needsEpoch = needsEpoch(partition, commit);
		return !(needsId && answer.topic(partition.topic()).isPending())
				&& !(needsEpoch && answer.leaderEpoch(partition).isPending());
	}

	/**
	 * Whether the leader's epoch matters.
	 */
	private boolean needsEpoch(TopicPartition partition, OffsetAndMetadata commit) {
		return commit.leaderEpoch().isPresent() || states.awaitedEpoch(partition) >= 0 || rearmed(commit) >= 0;
	}

	/**
	 * Adds the group's commits on the other partitions of the topics.
	 * @return the topics about which the coordinator has not answered
	 */
	private Set<String> addOthers(Set<TopicPartition> partitions, Set<TopicPartition> missing,
			Map<TopicPartition, OffsetAndMetadata> committed, Map<TopicPartition, OffsetAndMetadata> all) {
		Set<TopicPartition> others = others(partitions, missing, committed);
		if (others.isEmpty()) {
			return Set.of();
		}
		try {
			Map<TopicPartition, @Nullable OffsetAndMetadata> answered = commits.ofOthers(others,
					patience(budget.left()));
			all.putAll(withCommit(answered));
			others.removeAll(answered.keySet());
		}
		catch (TimeoutException ex) {
			logger.debug("No answer yet about the group's other commits", ex);
		}
		return Topics.names(others);
	}

	static Map<TopicPartition, OffsetAndMetadata> withCommit(
			Map<TopicPartition, @Nullable OffsetAndMetadata> answered) {
		Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
		answered.forEach((partition, commit) -> {
			if (commit != null) {
				committed.put(partition, commit);
			}
		});
		return committed;
	}

	/**
	 * The other partitions of topics about which the commits on the assigned partitions
	 * do not tell enough.
	 */
	private Set<TopicPartition> others(Set<TopicPartition> partitions, Set<TopicPartition> missing,
			Map<TopicPartition, OffsetAndMetadata> committed) {
		if (!rules.bookmarks()) {
			return Set.of();
		}
		Set<String> told = new HashSet<>();
		committed.forEach((partition, commit) -> {
			Bookmark bookmark = bookmarks.in(commit);
			if (bookmark != null && bookmark.initialCommits()) {
				told.add(partition.topic());
			}
		});
		told.removeAll(Topics.names(missing));
		Set<TopicPartition> others = new HashSet<>();
		for (String topic : Topics.names(partitions)) {
			int count = told.contains(topic) ? 0 : topics.known(topic).partitions();
			IntStream.range(0, count).forEach((partition) -> others.add(new TopicPartition(topic, partition)));
		}
		others.removeAll(partitions);
		return others;
	}

	private TopicAnswer askAboutTopics(Set<TopicPartition> partitions,
			Map<TopicPartition, OffsetAndMetadata> committed) {
		Set<TopicPartition> withEpoch = new HashSet<>();
		Map<TopicPartition, Uuid> before = new HashMap<>();
		committed.forEach((partition, commit) -> {
			Uuid topicId = memory.remembered(partition, commit).topicId();
			if (topicId != null) {
				before.put(partition, topicId);
			}
			if (needsEpoch(partition, commit)) {
				withEpoch.add(partition);
			}
		});
		Duration share = budget.left().dividedBy(LOOKUP_SHARE);
		TopicAnswer epochs = lookup.ask(Set.of(), withEpoch, Duration.ZERO);
		TopicAnswer described = lookup.ask(rules.topicIds() ? Topics.names(partitions) : Set.of(), Set.of(),
				patience(share));
		if (epochs.isPending()) {
			epochs = lookup.ask(Set.of(), withEpoch, patience(share));
		}
		TopicAnswer first = new TopicAnswer(described.topics(), epochs.leaderEpochs());
		Set<TopicPartition> missing = new HashSet<>(partitions);
		missing.removeAll(committed.keySet());
		memory.rememberedWithoutCommit(missing, committed).forEach((partition, remembered) -> {
			if (remembered.topicId() != null) {
				before.put(partition, remembered.topicId());
			}
		});
		return topics.confirmed(first, before, clusterId.known(), patience(budget.left().dividedBy(LOOKUP_SHARE)));
	}

	/**
	 * The epoch with which the client can validate a position whose commit has none: that
	 * of the record right before the position. The epoch of an earlier record would not
	 * do, as a later epoch may have begun between the two.
	 * @return the epoch, -1 if there is none or the rules do not allow it
	 */
	int rearmed(OffsetAndMetadata commit) {
		if (commit.leaderEpoch().isPresent() || !rules.rearming()) {
			return -1;
		}
		Bookmark bookmark = bookmarks.in(commit);
		return (bookmark != null && bookmark.isWitnessNextToCommit()) ? bookmark.witnessLeaderEpoch() : -1;
	}

}
