/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.memory;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.internal.admin.Reply;
import dev.holdfast.kafka.offsetguard.internal.client.NameInLog;
import dev.holdfast.kafka.offsetguard.internal.lookup.CommitQuery;
import dev.holdfast.kafka.offsetguard.internal.lookup.TopicLookup;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionStates;
import dev.holdfast.kafka.offsetguard.internal.time.EvidenceBudget;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks for the commits of one consumer's group.
 */
public final class GroupCommits {

	private static final Logger logger = LoggerFactory.getLogger(GroupCommits.class);

	/**
	 * A coordinator may be away for a while. If only the admin client finds none, it may
	 * never find one.
	 */
	private static final long UNTIL_CONSUMER_ASKS = TimeUnit.SECONDS.toNanos(15);

	private final Consumer<?, ?> client;

	private final @Nullable String groupId;

	private final TopicLookup lookup;

	private final EvidenceBudget budget;

	private final PartitionStates states;

	private final GuardClock clock;

	/** The partitions whose commits the guard is asking for once more. */
	private Set<TopicPartition> askedAgain = Set.of();

	/** Since when questions have had no answer, 0 if the last one had one. */
	private long unansweredSince;

	private boolean told;

	/** Whether the consumer itself had to ask last time. */
	private boolean consumerAsks;

	public GroupCommits(Consumer<?, ?> client, @Nullable String groupId, TopicLookup lookup, EvidenceBudget budget,
			PartitionStates states, GuardClock clock) {
		this.client = client;
		this.groupId = groupId;
		this.lookup = lookup;
		this.budget = budget;
		this.states = states;
		this.clock = clock;
	}

	/**
	 * The commits of partitions, with the metadata that brokers have.
	 * @param wait how long to wait for an admin client's answer
	 * @return {@code null} for a partition without a commit; a partition is missing if
	 * the coordinator could not tell
	 * @throws TimeoutException if there is no answer yet
	 */
	public Map<TopicPartition, @Nullable OffsetAndMetadata> of(Set<TopicPartition> partitions, Duration wait) {
		return of(partitions, true, wait);
	}

	/**
	 * Lets an admin client ask for the commits of partitions, unless it has asked
	 * already. Does not wait: {@link #of} takes the answer.
	 */
	public void begin(Set<TopicPartition> partitions) {
		if (groupId != null) {
			lookup.commits(new CommitQuery.Question(groupId, Set.copyOf(partitions), true), Duration.ZERO);
		}
	}

	/**
	 * The commits of partitions of which only the bookmarks matter. As {@link #of}, but
	 * with those that transactions are about to replace.
	 */
	public Map<TopicPartition, @Nullable OffsetAndMetadata> ofOthers(Set<TopicPartition> partitions, Duration wait) {
		return of(partitions, false, wait);
	}

	/**
	 * Forgets the answer: the next {@link #ofOthers} asks anew.
	 */
	public void forgetOthers(Set<TopicPartition> partitions) {
		if (groupId != null) {
			lookup.forgetCommits(new CommitQuery.Question(groupId, Set.copyOf(partitions), false));
		}
	}

	private Map<TopicPartition, @Nullable OffsetAndMetadata> of(Set<TopicPartition> partitions, boolean stable,
			Duration wait) {
		if (groupId == null) {
			Map<TopicPartition, @Nullable OffsetAndMetadata> none = new HashMap<>();
			partitions.forEach((partition) -> none.put(partition, null));
			return none;
		}
		boolean lastTry = unansweredSince != 0 && clock.nanoTime() - unansweredSince > UNTIL_CONSUMER_ASKS;
		Reply<Map<TopicPartition, @Nullable OffsetAndMetadata>> reply = lookup.commits(
				new CommitQuery.Question(groupId, Set.copyOf(partitions), stable), lastTry ? wait.dividedBy(2) : wait);
		if (reply instanceof Reply.Answered<Map<TopicPartition, @Nullable OffsetAndMetadata>> answered) {
			unansweredSince = 0;
			consumerAsks = false;
			return answered.value();
		}
		if (reply instanceof Reply.Refused<?> refused) {
			return askConsumer(groupId, partitions, budget.longest(), refused.reason());
		}
		if (lastTry) {
			return askConsumer(groupId, partitions, budget.longest().dividedBy(2), "no answer");
		}
		unansweredSince = (unansweredSince != 0) ? unansweredSince : clock.nanoTime();
		throw new TimeoutException("No commits of group %s in time".formatted(NameInLog.of(groupId)));
	}

	private Map<TopicPartition, @Nullable OffsetAndMetadata> askConsumer(String group, Set<TopicPartition> partitions,
			Duration timeout, String reason) {
		if (!told) {
			told = true;
			logger.warn("Group {} cannot be asked for its commits by an admin client, so the consumer asks: {}",
					NameInLog.of(group), NameInLog.of(reason));
		}
		consumerAsks = true;
		states.commitsRead();
		return new HashMap<>(client.committed(partitions, timeout));
	}

	/**
	 * Whether the consumer itself had to ask for commits because an admin client could
	 * not.
	 */
	public boolean isAskedByConsumer() {
		return consumerAsks;
	}

	/**
	 * Asks once more for the commits of partitions, as {@link #of} does.
	 * @param timeout how long to wait
	 */
	public Map<TopicPartition, @Nullable OffsetAndMetadata> again(Set<TopicPartition> partitions, Duration timeout) {
		String group = Objects.requireNonNull(groupId);
		if (consumerAsks) {
			return new HashMap<>(client.committed(partitions, budget.longest()));
		}
		CommitQuery.Question question = new CommitQuery.Question(group, Set.copyOf(partitions), true);
		if (!askedAgain.equals(partitions)) {
			lookup.forgetCommits(question);
			askedAgain = Set.copyOf(partitions);
		}
		if (lookup.commits(question,
				timeout) instanceof Reply.Answered<Map<TopicPartition, @Nullable OffsetAndMetadata>> answered) {
			askedAgain = Set.of();
			lookup.forgetCommits(question);
			return answered.value();
		}
		throw new TimeoutException("No commits of group %s in time".formatted(NameInLog.of(group)));
	}

}
