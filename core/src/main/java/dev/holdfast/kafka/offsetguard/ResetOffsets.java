/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * Looks up, with the client itself and so with the application's isolation level, where
 * partitions are read from that have no position: one request a broker.
 */
final class ResetOffsets {

	private final Consumer<?, ?> client;

	private final AutoOffsetReset autoOffsetReset;

	private final EvidenceBudget budget;

	ResetOffsets(Consumer<?, ?> client, AutoOffsetReset autoOffsetReset, EvidenceBudget budget) {
		this.client = client;
		this.autoOffsetReset = autoOffsetReset;
		this.budget = budget;
	}

	/**
	 * What an action comes to for partitions without a position.
	 * @param timestamps for {@link Action#TIMESTAMP}, by partition; those that are
	 * missing are held
	 */
	Map<TopicPartition, Outcome> outcomes(Action action, Collection<TopicPartition> partitions,
			Map<TopicPartition, Long> timestamps) {
		return switch (action) {
			case EARLIEST, LATEST -> end(action, partitions);
			case AUTO_OFFSET_RESET -> reset(partitions);
			case TIMESTAMP -> at(timestamps, partitions);
			case FAIL -> all(partitions, new Outcome.Failed());
			default -> all(partitions, new Outcome.Held());
		};
	}

	/**
	 * What the consumer's own {@code auto.offset.reset} comes to.
	 */
	Map<TopicPartition, Outcome> reset(Collection<TopicPartition> partitions) {
		return switch (autoOffsetReset.strategy()) {
			case EARLIEST -> end(Action.EARLIEST, partitions);
			case LATEST -> end(Action.LATEST, partitions);
			case BY_DURATION -> byDuration(partitions);
			case NONE -> all(partitions, new Outcome.Rethrown());
		};
	}

	/**
	 * All partitions' ends are told or none is. Where one leader is silent the client
	 * looks each up by itself, since a partition without a position starves all others.
	 */
	private Map<TopicPartition, Outcome> end(Action end, Collection<TopicPartition> partitions) {
		try {
			return readFrom((end == Action.EARLIEST) ? client.beginningOffsets(partitions, budget.left())
					: client.endOffsets(partitions, budget.left()));
		}
		catch (TimeoutException ex) {
			return all(partitions, new Outcome.LookedUp(end));
		}
	}

	private Map<TopicPartition, Outcome> byDuration(Collection<TopicPartition> partitions) {
		Duration duration = Objects.requireNonNull(autoOffsetReset.duration());
		return readFrom(offsetsFor(all(partitions, Instant.now().minus(duration).toEpochMilli())));
	}

	private Map<TopicPartition, Outcome> at(Map<TopicPartition, Long> timestamps,
			Collection<TopicPartition> partitions) {
		Map<TopicPartition, Outcome> outcomes = all(partitions, new Outcome.Held());
		if (!timestamps.isEmpty()) {
			outcomes.putAll(readFrom(offsetsFor(timestamps)));
		}
		return outcomes;
	}

	/**
	 * Where no record is young enough the client would be left without a position: the
	 * end, read before, is where the first young record will come.
	 */
	private Map<TopicPartition, Long> offsetsFor(Map<TopicPartition, Long> timestamps) {
		Map<TopicPartition, Long> offsets = new HashMap<>(client.endOffsets(timestamps.keySet(), budget.left()));
		Map<TopicPartition, OffsetAndTimestamp> found = client.offsetsForTimes(timestamps, budget.left());
		found.forEach((partition, offset) -> {
			if (offset != null) {
				offsets.put(partition, offset.offset());
			}
		});
		return offsets;
	}

	private static Map<TopicPartition, Outcome> readFrom(Map<TopicPartition, Long> offsets) {
		Map<TopicPartition, Outcome> outcomes = new HashMap<>();
		offsets.forEach((partition, offset) -> outcomes.put(partition, new Outcome.ReadFrom(offset)));
		return outcomes;
	}

	private static <T> Map<TopicPartition, T> all(Collection<TopicPartition> partitions, T value) {
		Map<TopicPartition, T> map = new HashMap<>();
		partitions.forEach((partition) -> map.put(partition, value));
		return map;
	}

}
