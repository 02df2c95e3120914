/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.start;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

import dev.holdfast.kafka.offsetguard.internal.admin.Reply;
import dev.holdfast.kafka.offsetguard.internal.commit.FirstCommits;
import dev.holdfast.kafka.offsetguard.internal.lookup.TopicAnswer;
import dev.holdfast.kafka.offsetguard.internal.lookup.TopicFacts;
import dev.holdfast.kafka.offsetguard.internal.lookup.Topics;
import dev.holdfast.kafka.offsetguard.internal.memory.CommitMemory;
import dev.holdfast.kafka.offsetguard.internal.memory.Coverage;
import dev.holdfast.kafka.offsetguard.internal.memory.GroupCommits;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionStates;
import dev.holdfast.kafka.offsetguard.internal.time.EvidenceBudget;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides where newly assigned partitions start: where their group has committed, or by
 * policy where it has not.
 */
public final class StartingPositions {

	private static final Logger logger = LoggerFactory.getLogger(StartingPositions.class);

	/**
	 * The guard waits for the time that is left, divided by this: a leader may be silent.
	 */
	private static final int ENDS_SHARE = 4;

	private final Consumer<?, ?> client;

	private final EvidenceBudget budget;

	private final PartitionStates states;

	private final GroupCommits commits;

	private final CommitMemory memory;

	private final Coverage coverage;

	private final StartLookup lookup;

	private final CommittedPositions committedPositions;

	private final FirstPositions firstPositions;

	private final FirstCommits firstCommits;

	private final StartRules rules;

	private final UnansweredStarts unanswered;

	private boolean wokenUp;

	/** Partitions about which the guard has nothing left to ask this time. */
	private final Set<TopicPartition> decided = new HashSet<>();

	public StartingPositions(Consumer<?, ?> client, EvidenceBudget budget, PartitionStates states, GroupCommits commits,
			CommitMemory memory, Coverage coverage, StartLookup lookup, CommittedPositions committedPositions,
			FirstPositions firstPositions, FirstCommits firstCommits, UnansweredStarts unanswered, StartRules rules) {
		this.client = client;
		this.budget = budget;
		this.states = states;
		this.commits = commits;
		this.memory = memory;
		this.coverage = coverage;
		this.lookup = lookup;
		this.committedPositions = committedPositions;
		this.firstPositions = firstPositions;
		this.firstCommits = firstCommits;
		this.rules = rules;
		this.unanswered = unanswered;
	}

	/**
	 * Decides about newly assigned partitions whose start is still open. Leaves what it
	 * cannot decide in time for the next poll, and moves nothing.
	 */
	public void decidePending() {
		if (states.isAnyStarting() || isLookingIntoCommits()) {
			decide(states.starting());
		}
	}

	/**
	 * Whether evidence about commits is on its way.
	 */
	public boolean isLookingIntoCommits() {
		return committedPositions.isAnyInDoubt();
	}

	/**
	 * Decides about partitions that have no position. A question to brokers outlives the
	 * call.
	 * @return whether the guard has nothing left to ask about them
	 */
	public boolean decide(Set<TopicPartition> partitions) {
		wokenUp = false;
		decided.clear();
		if (budget.left().isZero()) {
			// The application may give position() no time at all.
			return !budget.longest().isZero() && isDecided(partitions, Map.of());
		}
		Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
		try (EvidenceBudget.Spending spending = budget.spend()) {
			decided.addAll(committedPositions.collect());
			Set<TopicPartition> asked = new HashSet<>(partitions);
			asked.removeAll(decided);
			asked.removeAll(committedPositions.inDoubt());
			if (!asked.isEmpty()) {
				start(asked, committed);
			}
		}
		catch (WakeupException ex) {
			// The wakeup is meant for the poll around this.
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
	 * Whether a wakeup has ended the last decision. A call that waits without the client
	 * has to throw it. True only once.
	 */
	public boolean takeWakeup() {
		boolean taken = wokenUp;
		wokenUp = false;
		return taken;
	}

	/**
	 * Has partitions wait about which brokers have left a question open.
	 */
	private boolean isDecided(Set<TopicPartition> partitions, Map<TopicPartition, OffsetAndMetadata> committed) {
		Set<TopicPartition> undecided = new HashSet<>(partitions);
		undecided.removeAll(decided);
		if (partitions.isEmpty()) {
			return true;
		}
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
	 * Forgets what the guard has asked about the last assignment.
	 */
	public void forgetQuestions() {
		lookup.forgetQuestions();
		firstPositions.forgetQuestions();
		unanswered.end();
	}

	/**
	 * Forgets all: the consumer has no partitions any more.
	 */
	public void forgetAll() {
		committedPositions.forgetAll();
	}

	/**
	 * Whether the client's own exception is the answer about a partition without a
	 * committed offset.
	 */
	public boolean isLeftToClient(TopicPartition partition) {
		return firstPositions.isLeftToClient(partition);
	}

	private void start(Set<TopicPartition> partitions, Map<TopicPartition, OffsetAndMetadata> committed) {
		Duration share = budget.left().dividedBy(ENDS_SHARE);
		firstPositions.noteEnds(partitions, share, lookup.patience(share));
		StartAnswers answers = lookup.ask(partitions, committed);
		committed.keySet().forEach((partition) -> states.get(partition).plainStart().committed());
		// From here on a question that stays open does not lose the answers to others.
		decided.addAll(committedPositions.start(answers.ready(), answers.topics()));
		startWithout(answers);
	}

	/**
	 * Starts partitions without a commit. From here on bookmarks say what the guard knows
	 * now of the topics' commits.
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
	 * Covers partitions that topics have got since. These may belong to other consumers,
	 * whose bookmarks may be lost: so the bookmarks of this one have to say how many
	 * there are now.
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
			// The wakeup is meant for the poll around this.
			client.wakeup();
		}
		catch (KafkaException ex) {
			logger.debug("Not known yet how many partitions the group has committed on {}", Topics.names(grown), ex);
		}
	}

}
