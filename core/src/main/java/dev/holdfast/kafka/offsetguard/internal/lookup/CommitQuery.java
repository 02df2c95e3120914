/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.lookup;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import dev.holdfast.kafka.offsetguard.internal.admin.Reply;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import dev.holdfast.kafka.offsetguard.internal.time.Retry;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsOptions;
import org.apache.kafka.clients.admin.ListConsumerGroupOffsetsSpec;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A question for a group's commits, on its way to the coordinator. Where the coordinator
 * does not tell everything, as while a transaction is about to commit, the rest is asked
 * for again, at growing intervals.
 */
public final class CommitQuery {

	/** At most as seldom as consumers ask, by {@code retry.backoff.max.ms}. */
	private static final int MOST_DOUBLINGS = 3;

	private final Question question;

	private final GuardClock clock;

	private final Map<TopicPartition, @Nullable OffsetAndMetadata> told = new HashMap<>();

	private final Retry retry;

	private KafkaFuture<Map<TopicPartition, OffsetAndMetadata>> future;

	private CompletableFuture<?> done;

	private Waiting waiting;

	/** Whether what the coordinator has said last was looked at. */
	private boolean noted;

	/**
	 * What is asked.
	 *
	 * @param groupId the group
	 * @param partitions the partitions
	 * @param stable whether a commit that a transaction is about to replace is left out,
	 * as consumers ask, whatever their isolation level (KIP-447)
	 */
	public record Question(String groupId, Set<TopicPartition> partitions, boolean stable) {
	}

	CommitQuery(Question question, Admin admin, GuardClock clock) {
		this.question = question;
		this.clock = clock;
		this.retry = new Retry(MOST_DOUBLINGS, clock);
		this.future = ask(admin);
		this.done = Reply.completable(future);
		this.waiting = new Waiting(done, clock);
	}

	private KafkaFuture<Map<TopicPartition, OffsetAndMetadata>> ask(Admin admin) {
		Set<TopicPartition> untold = new HashSet<>(question.partitions);
		untold.removeAll(told.keySet());
		return admin
			.listConsumerGroupOffsets(
					Map.of(question.groupId, new ListConsumerGroupOffsetsSpec().topicPartitions(untold)),
					new ListConsumerGroupOffsetsOptions().requireStable(question.stable))
			.partitionsToOffsetAndMetadata(question.groupId);
	}

	/**
	 * Whether it is time to ask for what was not told.
	 */
	boolean isDue() {
		return future.isCompletedExceptionally() || (noted && !isWhole() && retry.isDue());
	}

	/**
	 * Asks for what was not told.
	 */
	void askAgain(Admin admin) {
		future = ask(admin);
		done = Reply.completable(future);
		waiting = new Waiting(done, clock);
		noted = false;
	}

	/**
	 * Completed with the answer, in whatever way.
	 */
	CompletableFuture<?> done() {
		return done;
	}

	Waiting waiting() {
		return waiting;
	}

	/**
	 * What the coordinator has told, without waiting: {@code null} for a partition that
	 * has no commit. A partition that is missing could not be told about.
	 */
	Reply<Map<TopicPartition, @Nullable OffsetAndMetadata>> reply() {
		Reply<Map<TopicPartition, @Nullable OffsetAndMetadata>> reply = Reply.of(future, HashMap::new);
		if (!(reply instanceof Reply.Answered<Map<TopicPartition, @Nullable OffsetAndMetadata>> answered)) {
			return reply;
		}
		if (!noted) {
			noted = true;
			told.putAll(answered.value());
			retry.note(!isWhole());
		}
		return new Reply.Answered<>(new HashMap<>(told));
	}

	private boolean isWhole() {
		return told.keySet().containsAll(question.partitions);
	}

}
