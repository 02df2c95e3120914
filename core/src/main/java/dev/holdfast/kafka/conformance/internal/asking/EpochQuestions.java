/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.internal.asking;

import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import dev.holdfast.kafka.conformance.internal.evidence.Answer;
import dev.holdfast.kafka.offsetguard.evidence.TruncationClaim;
import dev.holdfast.kafka.offsetguard.internal.time.Deadline;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.WakeupException;

/**
 * Asks OffsetForLeaderEpoch through a consumer. The consumer validates a position that
 * was sought with a leader epoch. At the highest position that there can be, any answer
 * is a truncation to it, so that the exception tells the answer.
 */
final class EpochQuestions {

	private static final long ABOVE_ALL = Long.MAX_VALUE;

	private static final Duration PIECE = Duration.ofMillis(100);

	private final Consumer<byte[], byte[]> consumer;

	private final Deadline deadline;

	private final Map<TopicPartition, Integer> open = new LinkedHashMap<>();

	private final Map<TopicPartition, Answer<TruncationClaim>> answers = new HashMap<>();

	EpochQuestions(Consumer<byte[], byte[]> consumer, Deadline deadline) {
		this.consumer = consumer;
		this.deadline = deadline;
	}

	/**
	 * Asks where an epoch of each partition ends. The consumer has to know the leaders of
	 * the partitions, and to be connected to them.
	 */
	Map<TopicPartition, Answer<TruncationClaim>> ask(Map<TopicPartition, Integer> epochs) {
		open.putAll(epochs);
		open.keySet().forEach(this::seek);
		while (!open.isEmpty() && !deadline.isOver()) {
			step(open.keySet().iterator().next());
		}
		open.keySet().forEach((partition) -> answers.put(partition, new Answer.Silent<>()));
		epochs.keySet().forEach((partition) -> consumer.seek(partition, 0));
		return answers;
	}

	private void seek(TopicPartition partition) {
		consumer.seek(partition, new OffsetAndMetadata(ABOVE_ALL, Optional.ofNullable(open.get(partition)), ""));
	}

	private void step(TopicPartition awaited) {
		try {
			consumer.position(awaited, deadline.left(PIECE));
			// The client takes the position for valid without having asked.
			end(awaited, new Answer.NotOffered<>());
		}
		catch (LogTruncationException ex) {
			ex.partitions()
				.forEach((partition) -> end(partition, new Answer.Given<>(
						TruncationClaim.of(Optional.ofNullable(ex.divergentOffsets().get(partition))))));
			// A client that hears claims from two brokers reports those of one.
			open.keySet().forEach(this::seek);
		}
		catch (OffsetOutOfRangeException ex) {
			// A report of an earlier read.
			ex.partitions().stream().filter(open::containsKey).forEach(this::seek);
		}
		catch (TimeoutException ex) {
			Integer epoch = open.remove(awaited);
			if (epoch != null) {
				open.put(awaited, epoch);
			}
		}
		catch (WakeupException | InterruptException ex) {
			throw ex;
		}
		catch (TopicAuthorizationException ex) {
			List.copyOf(open.keySet())
				.stream()
				.filter((partition) -> ex.unauthorizedTopics().contains(partition.topic()))
				.forEach((partition) -> end(partition, Answer.of(ex)));
		}
		catch (KafkaException ex) {
			end(awaited, Answer.of(ex));
		}
	}

	private void end(TopicPartition partition, Answer<TruncationClaim> answer) {
		if (open.remove(partition) != null) {
			consumer.seek(partition, 0);
			answers.put(partition, answer);
		}
	}

}
