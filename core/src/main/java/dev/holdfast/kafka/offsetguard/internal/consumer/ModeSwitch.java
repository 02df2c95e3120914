/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.consumer;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Predicate;

import dev.holdfast.kafka.offsetguard.internal.client.ClientReports;
import dev.holdfast.kafka.offsetguard.internal.client.CurrentMode;
import dev.holdfast.kafka.offsetguard.internal.client.WhileAssigned;
import dev.holdfast.kafka.offsetguard.internal.commit.FirstCommits;
import dev.holdfast.kafka.offsetguard.internal.enforcement.Decisions;
import dev.holdfast.kafka.offsetguard.internal.enforcement.ResetOffsets;
import dev.holdfast.kafka.offsetguard.internal.partition.Hold;
import dev.holdfast.kafka.offsetguard.internal.partition.Holds;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionStates;
import dev.holdfast.kafka.offsetguard.internal.partition.UndecidedStarts;
import dev.holdfast.kafka.offsetguard.internal.time.EvidenceBudget;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import dev.holdfast.kafka.offsetguard.internal.time.Retry;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out on the consumer's thread that an operator has switched the mode. A guard
 * that only observes from now on lets go of all that it holds, or that waits for
 * evidence. A guard that carries decisions out from now on begins with the next position
 * that comes into question.
 */
final class ModeSwitch {

	private static final Logger logger = LoggerFactory.getLogger(ModeSwitch.class);

	/** How long brokers may take to tell where partitions start. */
	private static final Duration LONGEST_WAIT = Duration.ofSeconds(1);

	private final Consumer<?, ?> client;

	private final @Nullable String groupId;

	private final CurrentMode mode;

	private final ClientReports reports;

	private final PartitionStates states;

	private final Holds holds;

	private final EvidenceBudget budget;

	private final GuardClock clock;

	private final FirstCommits firstCommits;

	private final ResetOffsets resetOffsets;

	private final Decisions decisions;

	private final Wiring.Triggers triggers;

	/** Whether the guard has yet to let go of something. */
	private boolean unfinished;

	private Retry retry;

	/** Partitions about which brokers have not told enough the last time. */
	private final Set<TopicPartition> unanswered = new HashSet<>();

	ModeSwitch(Wiring wiring) {
		this.client = wiring.basics().client();
		this.groupId = wiring.basics().configuration().groupId();
		this.mode = wiring.basics().mode();
		this.reports = wiring.basics().reports();
		this.states = wiring.basics().states();
		this.holds = wiring.basics().holds();
		this.budget = wiring.basics().budget();
		this.clock = wiring.basics().clock();
		this.firstCommits = wiring.commits().first();
		this.resetOffsets = wiring.enforcement().resetOffsets();
		this.decisions = wiring.enforcement().decisions();
		this.triggers = wiring.triggers();
		this.retry = new Retry(clock);
	}

	/**
	 * Takes over what is switched on. Tries again to let go of what the guard could not
	 * let go of before, since brokers had not answered. Every poll asks.
	 */
	void takeOver() {
		if (mode.takeOver()) {
			unfinished = mode.isObserving();
			retry = new Retry(clock);
			if (unfinished) {
				forgetQuestions();
			}
			else {
				forgetReports();
			}
		}
		if (unfinished && retry.isDue()) {
			unfinished = !letGo();
			retry.note(unfinished);
		}
	}

	private void forgetQuestions() {
		unanswered.clear();
		triggers.resolutions().endRunning("The mode was switched to observe, and nothing was done as ordered");
		forgetReports();
		triggers.topicChecks().giveUp();
		triggers.rechecks().forgetAll();
		triggers.starts().forgetAll();
		triggers.clusterChanges().forget();
	}

	/**
	 * While the guard only observes, the client reads on from a position that the guard
	 * has yet to look into. It may be elsewhere by now.
	 */
	private void forgetReports() {
		triggers.incident().forgetAll();
		// The client does not report again soon what the guard has just forgotten.
		reports.claimsForgotten();
	}

	/**
	 * Lets go of what the guard knows enough about.
	 * @return whether that is all
	 */
	private boolean letGo() {
		try (EvidenceBudget.Spending spending = budget.spend()) {
			boolean areAllStarted = startUndecided();
			return letGoOfHolds() && areAllStarted;
		}
		catch (WakeupException ex) {
			// The wakeup is meant for the poll around this.
			client.wakeup();
			return false;
		}
	}

	private boolean letGoOfHolds() {
		return forEach(states.partitions(), (partition) -> {
			Hold hold = holds.find(partition);
			if (hold != null) {
				decisions.letGo(hold);
			}
			return true;
		});
	}

	/**
	 * Kafka alone waits for nothing but the commit.
	 */
	private boolean startUndecided() {
		UndecidedStarts undecided = states.undecided();
		if (undecided.isEmpty()) {
			return true;
		}
		// The application may have committed where they start.
		firstCommits.leaving(undecided.all());
		undecided.all()
			.forEach((partition) -> undecided.position(partition).ifPresent((offset) -> startAt(partition, offset)));
		if (!undecided.isEmpty() && !startAsCommitted(undecided.all())) {
			return false;
		}
		triggers.starts().forgetQuestions();
		return true;
	}

	private boolean startAsCommitted(Set<TopicPartition> partitions) {
		try {
			Map<TopicPartition, OffsetAndMetadata> committed = committed(partitions);
			return forEach(partitions, (partition) -> start(partition, committed.get(partition)));
		}
		catch (WakeupException | InterruptException ex) {
			throw ex;
		}
		catch (KafkaException ex) {
			logger.debug("Not known yet where {} partitions start", partitions.size(), ex);
			return false;
		}
	}

	private Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions) {
		if (groupId == null) {
			return Map.of();
		}
		states.commitsRead();
		return client.committed(partitions, share());
	}

	private boolean start(TopicPartition partition, @Nullable OffsetAndMetadata commit) {
		if (commit != null) {
			startAt(partition, commit.offset());
			return true;
		}
		if (states.get(partition).isPlainStartUnknown() && states.undecided().isLooking(partition)) {
			// The client is where it starts, or looks for that as with Kafka alone.
			states.get(partition).seekToUnknown();
			states.started(partition);
			return true;
		}
		OptionalLong start = resetOffsets.plainStart(partition, share());
		start.ifPresent((offset) -> startAt(partition, offset));
		return start.isPresent();
	}

	private void startAt(TopicPartition partition, long offset) {
		OffsetAndMetadata position = new OffsetAndMetadata(offset);
		WhileAssigned.seek(client, partition, position);
		states.get(partition).seek(position);
		states.started(partition);
	}

	/**
	 * Leaves time for what comes after.
	 */
	private Duration share() {
		Duration half = budget.longest().dividedBy(2);
		return (half.compareTo(LONGEST_WAIT) < 0) ? half : LONGEST_WAIT;
	}

	/**
	 * Does something for each partition that may need an answer from brokers. Those for
	 * which the answer did not come before are the last: a silent leader takes all the
	 * time there is.
	 * @return whether it is done for all
	 */
	private boolean forEach(Collection<TopicPartition> partitions, Predicate<TopicPartition> step) {
		List<TopicPartition> order = new ArrayList<>(partitions);
		order.sort(Comparator.comparing(unanswered::contains));
		boolean isAll = true;
		for (TopicPartition partition : order) {
			isAll &= !budget.longest().isZero() && isDone(partition, step);
		}
		return isAll;
	}

	private boolean isDone(TopicPartition partition, Predicate<TopicPartition> step) {
		boolean isDone = false;
		try {
			isDone = step.test(partition);
		}
		catch (WakeupException | InterruptException ex) {
			throw ex;
		}
		catch (KafkaException ex) {
			logger.debug("Not known yet where {} goes on", partition, ex);
		}
		if (isDone) {
			unanswered.remove(partition);
		}
		else {
			unanswered.add(partition);
		}
		return isDone;
	}

}
