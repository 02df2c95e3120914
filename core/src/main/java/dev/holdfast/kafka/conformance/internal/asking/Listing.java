/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.internal.asking;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;

import dev.holdfast.kafka.conformance.internal.evidence.Answer;
import dev.holdfast.kafka.conformance.internal.evidence.Bounds;
import dev.holdfast.kafka.conformance.internal.evidence.ListedOffset;
import dev.holdfast.kafka.offsetguard.internal.time.Deadline;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.ListOffsetsOptions;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Asks ListOffsets, all partitions of a leader in one request.
 */
final class Listing {

	private final Admin admin;

	private final Deadline deadline;

	private final Duration patience;

	Listing(Admin admin, Deadline deadline, Duration patience) {
		this.admin = admin;
		this.deadline = deadline;
		this.patience = patience;
	}

	/**
	 * Asks for both ends of logs.
	 */
	Map<TopicPartition, Bounds> bounds(Iterable<TopicPartition> partitions) {
		Map<TopicPartition, OffsetSpec> starts = new HashMap<>();
		Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
		partitions.forEach((partition) -> {
			starts.put(partition, OffsetSpec.earliest());
			ends.put(partition, OffsetSpec.latest());
		});
		Duration left = deadline.left(patience);
		Function<TopicPartition, Answer<ListedOffset>> start = ask(starts, left);
		Function<TopicPartition, Answer<ListedOffset>> end = ask(ends, left);
		Map<TopicPartition, Bounds> bounds = new HashMap<>();
		partitions
			.forEach((partition) -> bounds.put(partition, new Bounds(start.apply(partition), end.apply(partition))));
		return bounds;
	}

	/**
	 * Asks for one offset of each partition.
	 */
	Map<TopicPartition, Answer<ListedOffset>> list(Map<TopicPartition, OffsetSpec> specs) {
		Function<TopicPartition, Answer<ListedOffset>> asked = ask(specs, deadline.left(patience));
		Map<TopicPartition, Answer<ListedOffset>> answers = new HashMap<>();
		specs.keySet().forEach((partition) -> answers.put(partition, asked.apply(partition)));
		return answers;
	}

	/**
	 * Sends the questions.
	 * @return waits for the answer about a partition
	 */
	private Function<TopicPartition, Answer<ListedOffset>> ask(Map<TopicPartition, OffsetSpec> specs, Duration left) {
		if (specs.isEmpty() || left.isZero()) {
			return (partition) -> Bounds.UNKNOWN.start();
		}
		ListOffsetsResult result = admin.listOffsets(specs,
				new ListOffsetsOptions().timeoutMs((int) Math.max(1, left.toMillis())));
		return (partition) -> await(result.partitionResult(partition), left.plusMillis(500))
			.map((each) -> new ListedOffset(each.offset(), each.timestamp(), each.leaderEpoch().orElse(-1)));
	}

	/**
	 * Waits for an admin client's answer, which ends in time by itself.
	 */
	static <T> Answer<T> await(KafkaFuture<T> future, Duration timeout) {
		try {
			return new Answer.Given<>(future.get(Math.max(1, timeout.toMillis()), TimeUnit.MILLISECONDS));
		}
		catch (InterruptedException ex) {
			throw new InterruptException(ex);
		}
		catch (ExecutionException | java.util.concurrent.TimeoutException ex) {
			return Answer.of(ex);
		}
	}

}
