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
 * A question for a group's commits, on its way to the coordinator. The coordinator may
 * leave some out, as while a transaction is about to commit. The guard asks for those
 * again, at growing intervals.
 */
public final class CommitQuery {

	/**
	 * So that it asks at least as often as consumers do, by {@code retry.backoff.max.ms}.
	 */
	private static final int MOST_DOUBLINGS = 3;

	private final Question question;

	private final GuardClock clock;

	private final Map<TopicPartition, @Nullable OffsetAndMetadata> told = new HashMap<>();

	private final Retry retry;

	private KafkaFuture<Map<TopicPartition, OffsetAndMetadata>> future;

	private CompletableFuture<?> done;

	private Waiting waiting;

	/** Whether {@link #reply} has taken the coordinator's last answer. */
	private boolean noted;

	/**
	 * What is asked.
	 *
	 * @param groupId the group
	 * @param partitions the partitions
	 * @param stable whether the coordinator leaves out a commit that a transaction is
	 * about to replace. Consumers ask for that, whatever their isolation level (KIP-447)
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
	 * Whether it is time to ask for what the coordinator has left out.
	 */
	boolean isDue() {
		return future.isCompletedExceptionally() || (noted && !isWhole() && retry.isDue());
	}

	/**
	 * Asks for what the coordinator has left out.
	 */
	void askAgain(Admin admin) {
		future = ask(admin);
		done = Reply.completable(future);
		waiting = new Waiting(done, clock);
		noted = false;
	}

	/**
	 * Completed when there is an answer or a failure.
	 */
	CompletableFuture<?> done() {
		return done;
	}

	Waiting waiting() {
		return waiting;
	}

	/**
	 * What the coordinator has told, without waiting: {@code null} for a partition that
	 * has no commit. A partition is missing if the coordinator could not tell.
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
