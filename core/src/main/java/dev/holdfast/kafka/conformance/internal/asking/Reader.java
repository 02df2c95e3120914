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
import java.util.Set;

import dev.holdfast.kafka.conformance.internal.evidence.Answer;
import dev.holdfast.kafka.conformance.internal.evidence.Reading;
import dev.holdfast.kafka.offsetguard.evidence.RecordIdentity;
import dev.holdfast.kafka.offsetguard.internal.client.ClientPositions;
import dev.holdfast.kafka.offsetguard.internal.time.Deadline;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.AuthorizationException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * Reads one record each of many partitions. All partitions of the consumer are assigned
 * and paused, and have positions without a leader epoch, before and after.
 */
final class Reader {

	/** A poll returns as soon as there are records. */
	private static final Duration PIECE = Duration.ofMillis(50);

	/** Errors that name no partition: after so many, those that are left get them. */
	private static final int MOST_ERRORS = 5;

	private final Consumer<byte[], byte[]> consumer;

	private final Deadline deadline;

	private final Map<TopicPartition, Target> open = new LinkedHashMap<>();

	private final Map<TopicPartition, Answer<Reading>> answers = new HashMap<>();

	private int errors;

	Reader(Consumer<byte[], byte[]> consumer, Deadline deadline) {
		this.consumer = consumer;
		this.deadline = deadline;
	}

	/**
	 * What to look for.
	 */
	static final class Target {

		private final long from;

		private final long until;

		private final boolean newest;

		private @Nullable RecordIdentity found;

		private Target(long from, long until, boolean newest) {
			this.from = from;
			this.until = until;
			this.newest = newest;
		}

		/**
		 * The first record at or after an offset.
		 * @param until where the log ends: there is no use in looking beyond
		 */
		static Target firstAt(long from, long until) {
			return new Target(from, until, false);
		}

		/**
		 * The last record of a range.
		 */
		static Target lastIn(long from, long until) {
			return new Target(from, until, true);
		}

		private boolean take(ConsumerRecord<?, ?> record) {
			if (record.offset() < from || record.offset() >= until) {
				return record.offset() >= until;
			}
			if (found == null || newest) {
				found = RecordIdentity.of(record);
			}
			return !newest;
		}

		private Answer<Reading> answer() {
			return new Answer.Given<>((found != null) ? new Reading.Found(found) : new Reading.Nothing());
		}

	}

	/**
	 * Reads until there is an answer for each partition, or the time is over.
	 */
	Map<TopicPartition, Answer<Reading>> read(Map<TopicPartition, Target> targets) {
		open.putAll(targets);
		targets.forEach((partition, target) -> consumer.seek(partition, target.from));
		consumer.resume(targets.keySet());
		while (!open.isEmpty() && !deadline.isOver()) {
			step();
		}
		consumer.pause(targets.keySet());
		open.forEach((partition, target) -> finish(partition, new Answer.Silent<>()));
		return answers;
	}

	private void step() {
		try {
			take(consumer.poll(deadline.left(PIECE)));
			for (TopicPartition partition : List.copyOf(open.keySet())) {
				Target target = open.get(partition);
				if (target != null && ClientPositions.now(consumer, partition).orElse(-1) >= target.until) {
					end(partition, target.answer());
				}
			}
		}
		catch (LogTruncationException ex) {
			// This reader asks for no epochs: the client does by itself when metadata
			// change.
			ex.partitions().forEach((partition) -> goOn(partition));
		}
		catch (OffsetOutOfRangeException ex) {
			ex.partitions().forEach((partition) -> end(partition, new Answer.Given<>(new Reading.OutOfRange())));
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
		catch (KafkaException | IllegalStateException ex) {
			errors += (ex instanceof AuthorizationException) ? MOST_ERRORS : 1;
			if (errors >= MOST_ERRORS) {
				List.copyOf(open.keySet()).forEach((partition) -> end(partition, Answer.of(ex)));
			}
		}
	}

	private void take(ConsumerRecords<byte[], byte[]> records) {
		for (TopicPartition partition : records.partitions()) {
			Target target = open.get(partition);
			for (ConsumerRecord<byte[], byte[]> record : records.records(partition)) {
				if (target != null && target.take(record)) {
					end(partition, target.answer());
					break;
				}
			}
		}
	}

	private void goOn(TopicPartition partition) {
		Target target = open.get(partition);
		consumer.seek(partition, (target == null) ? 0 : target.from);
	}

	private void end(TopicPartition partition, Answer<Reading> answer) {
		if (open.remove(partition) != null) {
			consumer.pause(Set.of(partition));
			finish(partition, answer);
		}
	}

	/**
	 * Takes the leader epoch of the last record away from the position: a leader that
	 * lies about it would have the client report that again and again.
	 */
	private void finish(TopicPartition partition, Answer<Reading> answer) {
		consumer.seek(partition, 0);
		answers.put(partition, answer);
	}

}
