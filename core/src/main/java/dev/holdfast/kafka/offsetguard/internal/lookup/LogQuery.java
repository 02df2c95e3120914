/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.lookup;

import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.evidence.LogBounds;
import dev.holdfast.kafka.offsetguard.internal.admin.Reply;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * A question to leaders about partitions' logs: their bounds, and where timestamps lead.
 * Nobody waits for it: it goes on whenever the consumer's thread looks. Belongs to that
 * thread.
 */
public final class LogQuery {

	private final TopicLookup lookup;

	private final Set<TopicPartition> partitions;

	private final Map<TopicPartition, OffsetSpec> timestamps;

	private final @Nullable ListOffsetsResult starts;

	private final @Nullable ListOffsetsResult ends;

	private final @Nullable ListOffsetsResult visibleEnds;

	private @Nullable ListOffsetsResult times;

	private boolean timesAsked;

	/**
	 * Begins a question.
	 * @param timestamps those that matter, in milliseconds
	 * @param readCommitted whether the application does not see open transactions
	 */
	public LogQuery(TopicLookup lookup, Collection<TopicPartition> partitions, Map<TopicPartition, Long> timestamps,
			boolean readCommitted) {
		this.lookup = lookup;
		this.partitions = Set.copyOf(partitions);
		this.timestamps = new HashMap<>();
		timestamps
			.forEach((partition, timestamp) -> this.timestamps.put(partition, OffsetSpec.forTimestamp(timestamp)));
		this.starts = lookup.startOffsets(all(OffsetSpec.earliest()), IsolationLevel.READ_UNCOMMITTED);
		this.ends = lookup.startOffsets(all(OffsetSpec.latest()), IsolationLevel.READ_UNCOMMITTED);
		this.visibleEnds = readCommitted ? lookup.startOffsets(all(OffsetSpec.latest()), IsolationLevel.READ_COMMITTED)
				: ends;
	}

	private Map<TopicPartition, OffsetSpec> all(OffsetSpec wanted) {
		Map<TopicPartition, OffsetSpec> all = new HashMap<>();
		partitions.forEach((partition) -> all.put(partition, wanted));
		return all;
	}

	/**
	 * Whether there is nothing left to wait for. Asks for timestamps only after the ends
	 * are known: where no record is as young as a timestamp, the end read before is where
	 * the first such record will come.
	 */
	public boolean isDone() {
		if (!isDone(starts) || !isDone(ends) || !isDone(visibleEnds)) {
			return false;
		}
		if (!timesAsked && !timestamps.isEmpty()) {
			timesAsked = true;
			times = lookup.startOffsets(timestamps, IsolationLevel.READ_UNCOMMITTED);
		}
		return isDone(times);
	}

	private static boolean isDone(@Nullable ListOffsetsResult result) {
		return result == null || result.all().isDone();
	}

	/**
	 * The bounds of a log.
	 * @return {@code null} if leaders have not told them
	 */
	public @Nullable LogBounds bounds(TopicPartition partition) {
		return LogBounds.of(offset(starts, partition), offset(ends, partition));
	}

	/**
	 * Where a timestamp leads: to the end of the log if no record is as young.
	 * @return -1 if leaders have not told it
	 */
	public long timestampOffset(TopicPartition partition) {
		if (times == null || !timestamps.containsKey(partition)
				|| !(reply(times, partition) instanceof Reply.Answered<Long> answered)) {
			return -1;
		}
		return (answered.value() >= 0) ? answered.value() : offset(ends, partition);
	}

	/**
	 * The same evidence with what leaders have told of the log.
	 */
	public Evidence addTo(Evidence evidence, TopicPartition partition) {
		if (!partitions.contains(partition)) {
			return evidence;
		}
		LogBounds bounds = bounds(partition);
		return new Evidence(evidence.trigger(), evidence.position(), evidence.leaderEpoch(), evidence.claim(),
				evidence.validation(), evidence.repeatedClaim(), bounds, bounds, evidence.beforeDivergence(),
				evidence.atDivergence(), evidence.witness(), offset(visibleEnds, partition), timestampOffset(partition),
				evidence.remembered(), evidence.topicId(), evidence.currentLeaderEpoch());
	}

	private static long offset(@Nullable ListOffsetsResult result, TopicPartition partition) {
		return (result != null && reply(result, partition) instanceof Reply.Answered<Long> answered) ? answered.value()
				: -1;
	}

	private static Reply<Long> reply(ListOffsetsResult result, TopicPartition partition) {
		return Reply.of(result.partitionResult(partition), ListOffsetsResult.ListOffsetsResultInfo::offset);
	}

}
