/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.commit;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.ConcurrentModificationException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;

import dev.holdfast.kafka.offsetguard.internal.client.SomePartitions;
import dev.holdfast.kafka.offsetguard.internal.client.WhileAssigned;
import dev.holdfast.kafka.offsetguard.internal.lookup.Topics;
import dev.holdfast.kafka.offsetguard.internal.memory.Coverage;
import dev.holdfast.kafka.offsetguard.internal.memory.GroupCommits;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionState;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionStates;
import dev.holdfast.kafka.offsetguard.internal.time.EvidenceBudget;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Commits where partitions start that have no commit. Such a first position is pending at
 * first. The guard commits it only where the application commits, too: once it has
 * committed by offsets, or where its group commits already on a topic that the consumer
 * has subscribed to. So a group that never commits stays without any commit, and an
 * application that only looks does not decide for others where a group starts. What the
 * application itself has committed, before the guard decided that the partition starts
 * there, is due immediately.
 * <p>
 * A first position is no longer pending once the client has delivered a record of the
 * partition, or the application has sought it. Belongs to the consumer's thread.
 */
public final class FirstCommits {

	private static final Logger logger = LoggerFactory.getLogger(FirstCommits.class);

	/** With bookmarks, some 25 kB in the coordinator's log. */
	private static final int PARTITIONS_A_REQUEST = 100;

	private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);

	private static final int MOST_DOUBLINGS = 6;

	/** A consumer that closes, or has to give partitions up, has little time. */
	static final Duration LEAVING = Duration.ofMillis(500);

	private final Consumer<?, ?> client;

	private final EvidenceBudget budget;

	private final PartitionStates states;

	private final Topics topics;

	private final Coverage coverage;

	private final GroupCommits commits;

	private final PositionCommits positionCommits;

	private final GuardClock clock;

	private final Set<TopicPartition> unpolled = new HashSet<>();

	private final Set<TopicPartition> polled = new HashSet<>();

	/** To be committed before the guard polls the client next. */
	private final Set<TopicPartition> due = new HashSet<>();

	private boolean assignedByHand;

	private boolean transactional;

	private int failures;

	private long notBefore;

	public FirstCommits(Consumer<?, ?> client, EvidenceBudget budget, PartitionStates states, Topics topics,
			Coverage coverage, GroupCommits commits, PositionCommits positionCommits, GuardClock clock) {
		this.client = client;
		this.budget = budget;
		this.states = states;
		this.topics = topics;
		this.coverage = coverage;
		this.commits = commits;
		this.positionCommits = positionCommits;
		this.clock = clock;
		this.notBefore = clock.nanoTime();
	}

	/**
	 * Takes note whether the application has chosen its partitions by itself: it may read
	 * only some of them then.
	 */
	public void assignedByHand(boolean byHand) {
		assignedByHand = byHand;
	}

	/**
	 * Stops: the application has asked for what a producer needs to commit in a
	 * transaction. A commit of the consumer's could arrive after that.
	 */
	public void leaveToTransactions() {
		transactional = true;
		forgetAll();
	}

	/**
	 * Takes first positions of partitions without a commit.
	 * @param positions where each starts
	 * @param committed the topics on which the coordinator has shown a commit
	 */
	public void pend(Map<TopicPartition, Long> positions, Set<String> committed) {
		boolean byItself = !transactional && positionCommits.isCommitting();
		polled.removeIf((partition) -> !isPending(partition));
		positions.forEach((partition, offset) -> {
			boolean wanted = states.undecided().isCommitWanted(partition, offset);
			if (!wanted && !byItself) {
				return;
			}
			states.get(partition).firstPosition(offset);
			unpolled.add(partition);
			boolean grouped = !assignedByHand && !commits.isAskedByConsumer() && committed.contains(partition.topic());
			if (wanted || grouped) {
				due.add(partition);
			}
		});
	}

	/**
	 * As {@link #leaving(Collection, Duration)}, without much time.
	 */
	public void leaving(Collection<TopicPartition> partitions) {
		leaving(partitions, LEAVING);
	}

	/**
	 * Commits for the application before the client gives partitions up: where some
	 * start, it has committed before the guard decided that, and plain Kafka would have
	 * the commit. The client asks once more, so that the guard overwrites no commit that
	 * the coordinator has denied before.
	 * @param atMost how long each of the two questions to the coordinator may take
	 */
	public void leaving(Collection<TopicPartition> partitions, Duration atMost) {
		Duration step = (atMost.compareTo(LEAVING) < 0) ? atMost : LEAVING;
		Map<TopicPartition, Long> wanted = states.undecided().wantedCommits(partitions);
		for (TopicPartition partition : partitions) {
			if (due.contains(partition) && isPending(partition)
					&& states.undecided().isCommitWanted(partition, states.get(partition).firstPosition())) {
				wanted.put(partition, states.get(partition).firstPosition());
			}
		}
		if (wanted.isEmpty()) {
			return;
		}
		// A consumer that is closed leaves twice: the client revokes its partitions, too.
		due.removeAll(wanted.keySet());
		states.undecided().forgetCommits(wanted.keySet());
		try {
			states.commitsRead();
			Map<TopicPartition, OffsetAndMetadata> committed = client.committed(wanted.keySet(), step);
			wanted.keySet().removeIf((partition) -> committed.get(partition) != null);
			positionCommits.commitWanted(wanted, step);
		}
		catch (WakeupException ex) {
			// The wakeup is meant for a call of the client's that blocks.
			client.wakeup();
		}
		catch (KafkaException | IllegalStateException | ConcurrentModificationException ex) {
			// Nothing may keep a consumer from giving up its partitions.
			logger.info("Could not commit where {} start: {}", SomePartitions.of(wanted.keySet()), ex.toString());
		}
	}

	/**
	 * Takes note that the guard is about to poll the client.
	 */
	public void polling() {
		if (!unpolled.isEmpty()) {
			polled.addAll(unpolled);
			unpolled.clear();
		}
	}

	/**
	 * The application commits by offsets: from now on a missing commit has a meaning.
	 * @param partitions the partitions of that commit
	 */
	void committing(Collection<TopicPartition> partitions) {
		if (partitions.isEmpty() || (unpolled.isEmpty() && polled.isEmpty())) {
			return;
		}
		for (TopicPartition partition : partitions) {
			settle(partition);
		}
		polled.removeIf((partition) -> !isPending(partition));
		due.addAll(polled);
		if (!assignedByHand) {
			due.addAll(unpolled);
		}
	}

	/**
	 * The application commits all that it has consumed, first positions included.
	 */
	void committingAll() {
		if (!unpolled.isEmpty() || !polled.isEmpty()) {
			unpolled.forEach(this::forget);
			polled.forEach(this::forget);
			forgetAll();
		}
	}

	public void forgetAll() {
		unpolled.clear();
		polled.clear();
		due.clear();
	}

	private void settle(TopicPartition partition) {
		forget(partition);
		unpolled.remove(partition);
		polled.remove(partition);
	}

	private void forget(TopicPartition partition) {
		PartitionState state = states.find(partition);
		if (state != null) {
			state.firstPosition(-1);
		}
	}

	private boolean isPending(TopicPartition partition) {
		PartitionState state = states.find(partition);
		return state != null && state.firstPosition() >= 0 && !state.isHeld();
	}

	/**
	 * Commits what is due. The guard asks the coordinator once more before that: the
	 * coordinator may have denied a commit that exists, and the guard must not overwrite
	 * it. The guard commits before the client delivers anything, and waits for the
	 * answer: a commit on its way could overtake one that the application makes through a
	 * producer's transaction.
	 * @return whether there are commits after all, so that the guard has to decide anew
	 * where their partitions start
	 */
	public boolean commitDue() {
		if (due.isEmpty() || clock.nanoTime() - notBefore < 0 || budget.longest().isZero()) {
			return false;
		}
		Set<TopicPartition> asked = new HashSet<>(due);
		due.clear();
		asked.removeIf((partition) -> !isPending(partition));
		if (asked.isEmpty()) {
			return false;
		}
		try (EvidenceBudget.Spending spending = budget.spend()) {
			return commit(asked);
		}
		catch (WakeupException ex) {
			// The wakeup is meant for the poll around this.
			client.wakeup();
			due.addAll(asked);
		}
		catch (KafkaException ex) {
			logger.debug("Not known for sure yet that {} partitions have no commit", asked.size(), ex);
			due.addAll(asked);
			pause();
		}
		return false;
	}

	private boolean commit(Set<TopicPartition> asked) {
		Map<TopicPartition, @Nullable OffsetAndMetadata> answered = commits.again(withOthers(asked), budget.left());
		Map<TopicPartition, OffsetAndMetadata> committed = new HashMap<>();
		Map<TopicPartition, Long> first = new HashMap<>();
		answered.forEach((partition, commit) -> {
			if (commit != null) {
				committed.put(partition, commit);
			}
			else if (asked.contains(partition)) {
				first.put(partition, states.get(partition).firstPosition());
			}
		});
		coverage.cover(Topics.names(asked), committed);
		boolean complete = answered.keySet().containsAll(asked);
		for (Map<TopicPartition, Long> piece : pieces(first)) {
			if (!commitFirst(piece)) {
				complete = false;
				break;
			}
			piece.keySet().forEach(this::settle);
		}
		committed.keySet().retainAll(asked);
		if (!committed.isEmpty()) {
			logger.info("{} has a committed offset after all, which was denied before: it starts anew",
					SomePartitions.of(committed.keySet()));
			committed.forEach(this::startAnew);
		}
		if (complete) {
			failures = 0;
		}
		else {
			// The guard tries the rest again after the application's next commit.
			asked.stream().filter(this::isWanted).forEach(due::add);
			pause();
		}
		return !committed.isEmpty();
	}

	private boolean commitFirst(Map<TopicPartition, Long> positions) {
		if (positionCommits.isCommitting()) {
			return positionCommits.commitInitial(positions);
		}
		// Only what the application has committed itself.
		Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
		positions.forEach((partition, offset) -> offsets.put(partition, new OffsetAndMetadata(offset)));
		positionCommits.commitSync(offsets, budget.longest());
		return true;
	}

	private boolean isWanted(TopicPartition partition) {
		PartitionState state = states.find(partition);
		return state != null && isPending(partition)
				&& states.undecided().isCommitWanted(partition, state.firstPosition());
	}

	/**
	 * Asks about the other partitions of the topics, too: bookmarks tell which of them
	 * have commits.
	 */
	private Set<TopicPartition> withOthers(Set<TopicPartition> partitions) {
		Set<TopicPartition> all = new HashSet<>(partitions);
		for (String topic : Topics.names(partitions)) {
			IntStream.range(0, topics.known(topic).partitions())
				.forEach((partition) -> all.add(new TopicPartition(topic, partition)));
		}
		return all;
	}

	private static List<Map<TopicPartition, Long>> pieces(Map<TopicPartition, Long> positions) {
		List<Map<TopicPartition, Long>> pieces = new ArrayList<>();
		Map<TopicPartition, Long> piece = new HashMap<>();
		for (Map.Entry<TopicPartition, Long> each : positions.entrySet()) {
			if (piece.size() == PARTITIONS_A_REQUEST) {
				pieces.add(piece);
				piece = new HashMap<>();
			}
			piece.put(each.getKey(), each.getValue());
		}
		if (!piece.isEmpty()) {
			pieces.add(piece);
		}
		return pieces;
	}

	/**
	 * There is a commit after all, and the client has delivered nothing: the partition
	 * starts there, unless the guard decides otherwise.
	 */
	private void startAnew(TopicPartition partition, OffsetAndMetadata commit) {
		settle(partition);
		WhileAssigned.seek(client, partition, new OffsetAndMetadata(commit.offset()));
		states.startAnew(partition);
	}

	private void pause() {
		notBefore = clock.nanoTime() + FIRST_PAUSE.multipliedBy(1L << Math.min(failures++, MOST_DOUBLINGS)).toNanos();
	}

}
