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
 * Asks for what one consumer's group has committed.
 */
public final class GroupCommits {

	private static final Logger logger = LoggerFactory.getLogger(GroupCommits.class);

	/**
	 * A coordinator may be away for a while; an admin client that is alone in the dark
	 * may stay there.
	 */
	private static final long UNTIL_CONSUMER_ASKS = TimeUnit.SECONDS.toNanos(15);

	private final Consumer<?, ?> client;

	private final @Nullable String groupId;

	private final TopicLookup lookup;

	private final EvidenceBudget budget;

	private final PartitionStates states;

	private final GuardClock clock;

	/** Whose commits are being asked for once more. */
	private Set<TopicPartition> askedAgain = Set.of();

	/** When questions began to be asked in vain, 0 if they are not. */
	private long unansweredSince;

	private boolean told;

	/** Whether the consumer had to ask last time. */
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
	 * @return {@code null} for a partition without a commit; a partition that is missing
	 * could not be told about
	 * @throws TimeoutException if there is no answer yet
	 */
	public Map<TopicPartition, @Nullable OffsetAndMetadata> of(Set<TopicPartition> partitions, Duration wait) {
		return of(partitions, true, wait);
	}

	/**
	 * Has an admin client asked for the commits of partitions, if it was not, without
	 * waiting: {@link #of} takes the answer.
	 */
	public void begin(Set<TopicPartition> partitions) {
		if (groupId != null) {
			lookup.commits(new CommitQuery.Question(groupId, Set.copyOf(partitions), true), Duration.ZERO);
		}
	}

	/**
	 * The commits of partitions of which only the bookmarks matter, as {@link #of} has
	 * them: those that transactions are about to replace, too.
	 */
	public Map<TopicPartition, @Nullable OffsetAndMetadata> ofOthers(Set<TopicPartition> partitions, Duration wait) {
		return of(partitions, false, wait);
	}

	/**
	 * From now on the same are asked for anew.
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
		throw new TimeoutException("No commits of group %s in time".formatted(groupId));
	}

	private Map<TopicPartition, @Nullable OffsetAndMetadata> askConsumer(String group, Set<TopicPartition> partitions,
			Duration timeout, String reason) {
		if (!told) {
			told = true;
			logger.warn("Group {} cannot be asked for its commits by an admin client, so the consumer asks: {}", group,
					reason);
		}
		consumerAsks = true;
		states.commitsRead();
		return new HashMap<>(client.committed(partitions, timeout));
	}

	/**
	 * Whether the consumer itself had to ask for commits, which an admin client could
	 * not.
	 */
	public boolean isAskedByConsumer() {
		return consumerAsks;
	}

	/**
	 * The commits of partitions as {@link #of} has them, asked for once more.
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
		throw new TimeoutException("No commits of group %s in time".formatted(group));
	}

}
