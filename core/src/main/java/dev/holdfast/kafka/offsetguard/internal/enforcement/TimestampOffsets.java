/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.enforcement;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

import dev.holdfast.kafka.offsetguard.internal.cluster.ClientCluster;
import dev.holdfast.kafka.offsetguard.internal.lookup.TopicLookup;
import dev.holdfast.kafka.offsetguard.internal.admin.Reply;
import dev.holdfast.kafka.offsetguard.internal.time.Deadline;
import dev.holdfast.kafka.offsetguard.internal.time.EvidenceBudget;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaFuture;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks leaders where timestamps lead, with the application's isolation level. Where no
 * record is young enough, Kafka gives no offset. The end, which the guard has read
 * before, is where the first young record will come.
 */
public final class TimestampOffsets {

	private static final Logger logger = LoggerFactory.getLogger(TimestampOffsets.class);

	/** How long the application waits for leaders that may be slow. */
	private static final Duration WITHIN_CALL = Duration.ofMillis(200);

	/** How long one reset may wait for its answer. */
	private static final Duration SAME_RESET = Duration.ofMinutes(1);

	private final Consumer<?, ?> client;

	private final ClientCluster cluster;

	private final TopicLookup lookup;

	private final IsolationLevel level;

	private final EvidenceBudget budget;

	private final GuardClock clock;

	/** What the client was not told in time. */
	private final Map<TopicPartition, Question> questions = new HashMap<>();

	public TimestampOffsets(Consumer<?, ?> client, ClientCluster cluster, TopicLookup lookup, boolean readCommitted,
			EvidenceBudget budget, GuardClock clock) {
		this.client = client;
		this.cluster = cluster;
		this.lookup = lookup;
		this.level = readCommitted ? IsolationLevel.READ_COMMITTED : IsolationLevel.READ_UNCOMMITTED;
		this.budget = budget;
		this.clock = clock;
	}

	/**
	 * Asks through the client.
	 * @param timestamps in milliseconds
	 * @throws RetriableException if any leader has not answered in time
	 */
	Map<TopicPartition, Long> all(Map<TopicPartition, Long> timestamps, Duration timeout) {
		Deadline deadline = Deadline.after(timeout, clock);
		Map<TopicPartition, Long> offsets = new HashMap<>(client.endOffsets(timestamps.keySet(), timeout));
		Duration left = deadline.left(timeout);
		if (left.toMillis() == 0) {
			// A client that has no time answers null, as it does where no record is young
			// enough.
			throw new TimeoutException("No time is left to ask where timestamps lead");
		}
		Map<TopicPartition, OffsetAndTimestamp> found = client.offsetsForTimes(timestamps, left);
		found.forEach((partition, offset) -> {
			if (offset != null) {
				offsets.put(partition, offset.offset());
			}
		});
		return offsets;
	}

	/**
	 * What leaders tell by now. The client tells it for all partitions or for none, and
	 * does not take an answer that comes after the time it was given. So where a leader
	 * is slow or silent, the guard asks beside the poll, and the next call takes the
	 * answer: neither the application nor other partitions wait for that leader.
	 * @param timestamps in milliseconds
	 * @return the partitions whose leaders have answered
	 */
	Map<TopicPartition, Long> known(Map<TopicPartition, Long> timestamps) {
		timestamps.forEach((partition, timestamp) -> questions.computeIfPresent(partition,
				(key, question) -> question.isAbout(timestamp, cluster.changes()) ? question : null));
		askForTimes(timestamps.keySet());
		Map<TopicPartition, Long> offsets = new HashMap<>();
		Map<TopicPartition, Long> unasked = new HashMap<>();
		timestamps.forEach((partition, timestamp) -> {
			Question question = questions.get(partition);
			Reply<Long> reply = (question != null) ? question.answer() : null;
			if (reply instanceof Reply.Answered<Long> answered) {
				offsets.put(partition, answered.value());
			}
			else if (question == null || question.hasFailed()) {
				unasked.put(partition, timestamp);
			}
		});
		questions.keySet().removeAll(offsets.keySet());
		questions.keySet().removeAll(unasked.keySet());
		if (!unasked.isEmpty()) {
			ask(unasked, offsets);
		}
		return offsets;
	}

	/**
	 * Asks where timestamps lead in logs whose ends are known.
	 */
	private void askForTimes(Set<TopicPartition> partitions) {
		Map<TopicPartition, Question> ready = new HashMap<>();
		Map<TopicPartition, OffsetSpec> wanted = new HashMap<>();
		partitions.forEach((partition) -> {
			Question question = questions.get(partition);
			if (question != null && question.time == null && question.end() instanceof Reply.Answered) {
				ready.put(partition, question);
				wanted.put(partition, OffsetSpec.forTimestamp(question.timestamp));
			}
		});
		ListOffsetsResult times = wanted.isEmpty() ? null : lookup.startOffsets(wanted, level);
		if (times != null) {
			ready.forEach((partition, question) -> question.time = times.partitionResult(partition));
		}
	}

	private void ask(Map<TopicPartition, Long> timestamps, Map<TopicPartition, Long> offsets) {
		try {
			Duration left = budget.left();
			offsets.putAll(all(timestamps, (left.compareTo(WITHIN_CALL) < 0) ? left : WITHIN_CALL));
		}
		catch (RetriableException ex) {
			logger.debug("No answer yet about where timestamps lead for {}", timestamps.keySet(), ex);
			ListOffsetsResult ends = lookup.startOffsets(same(timestamps.keySet(), OffsetSpec.latest()), level);
			if (ends != null) {
				timestamps.forEach((partition, timestamp) -> questions.put(partition,
						new Question(timestamp, cluster.changes(), ends.partitionResult(partition))));
			}
		}
	}

	/**
	 * Forgets what it waits for.
	 */
	void forget() {
		questions.clear();
	}

	private static Map<TopicPartition, OffsetSpec> same(Set<TopicPartition> partitions, OffsetSpec wanted) {
		Map<TopicPartition, OffsetSpec> all = new HashMap<>();
		partitions.forEach((partition) -> all.put(partition, wanted));
		return all;
	}

	/**
	 * A question about one partition: first where the log ends, then where the timestamp
	 * leads.
	 */
	private static final class Question {

		private final long timestamp;

		private final int clusterChanges;

		private final KafkaFuture<ListOffsetsResultInfo> end;

		private @Nullable KafkaFuture<ListOffsetsResultInfo> time;

		private Question(long timestamp, int clusterChanges, KafkaFuture<ListOffsetsResultInfo> end) {
			this.timestamp = timestamp;
			this.clusterChanges = clusterChanges;
			this.end = end;
		}

		/**
		 * Whether a reset has been waiting for this. The time that it looks for may move
		 * on with each call.
		 */
		private boolean isAbout(long timestamp, int clusterChanges) {
			return timestamp - this.timestamp <= SAME_RESET.toMillis() && clusterChanges == this.clusterChanges;
		}

		private boolean hasFailed() {
			KafkaFuture<ListOffsetsResultInfo> last = (time != null) ? time : end;
			return last.isCompletedExceptionally();
		}

		private Reply<Long> end() {
			return Reply.of(end, ListOffsetsResultInfo::offset);
		}

		private Reply<Long> answer() {
			KafkaFuture<ListOffsetsResultInfo> last = time;
			if (last == null) {
				return new Reply.NotYet<>();
			}
			Reply<Long> found = Reply.of(last, ListOffsetsResultInfo::offset);
			return (found instanceof Reply.Answered<Long> answered && answered.value() < 0) ? end() : found;
		}

	}

}
