/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetAndTimestamp;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides where newly assigned partitions start, with the client itself: one request to
 * the group's coordinator, and one a broker for those without a committed offset.
 */
final class StartingPositions {

	private static final Logger logger = LoggerFactory.getLogger(StartingPositions.class);

	private final Consumer<?, ?> client;

	private final ClientConfiguration configuration;

	private final OffsetPolicy policy;

	private final EvidenceBudget budget;

	private final PartitionStates states;

	private final Decisions decisions;

	StartingPositions(Consumer<?, ?> client, ClientConfiguration configuration, OffsetPolicy policy,
			EvidenceBudget budget, PartitionStates states, Decisions decisions) {
		this.client = client;
		this.configuration = configuration;
		this.policy = policy;
		this.budget = budget;
		this.states = states;
		this.decisions = decisions;
	}

	/**
	 * Decides about those newly assigned partitions about which nobody has decided yet.
	 * What cannot be decided in time is left for the next poll, and nothing moves.
	 */
	void decidePending() {
		if (states.isAnyStarting()) {
			decide(states.starting());
		}
	}

	/**
	 * Decides about partitions that have no position.
	 */
	void decide(Set<TopicPartition> partitions) {
		if (budget.isNearlySpent()) {
			return;
		}
		try (EvidenceBudget.Spending spending = budget.spend()) {
			Set<TopicPartition> missing = startFromCommitted(partitions);
			if (!missing.isEmpty()) {
				startWithoutCommitted(missing);
			}
		}
		catch (WakeupException ex) {
			// Meant for the poll around this.
			client.wakeup();
		}
		catch (KafkaException ex) {
			logger.debug("No starting positions for {} yet", partitions, ex);
		}
	}

	/**
	 * Whether the client's own exception is the answer about a partition without a
	 * committed offset.
	 */
	boolean isLeftToClient(TopicPartition partition) {
		return action(partition) == Action.AUTO_OFFSET_RESET
				&& configuration.autoOffsetReset().strategy() == AutoOffsetReset.Strategy.NONE;
	}

	private Set<TopicPartition> startFromCommitted(Set<TopicPartition> partitions) {
		if (configuration.groupId() == null) {
			return partitions;
		}
		Map<TopicPartition, OffsetAndMetadata> committed = client.committed(partitions, budget.left());
		Set<TopicPartition> missing = new HashSet<>();
		for (TopicPartition partition : partitions) {
			OffsetAndMetadata offset = committed.get(partition);
			if (offset == null) {
				missing.add(partition);
			}
			else {
				client.seek(partition, offset);
				states.get(partition).seek(offset);
				states.started(partition);
				decisions.release(partition);
			}
		}
		return missing;
	}

	private void startWithoutCommitted(Set<TopicPartition> missing) {
		Map<Action, Set<TopicPartition>> byAction = new EnumMap<>(Action.class);
		for (TopicPartition partition : missing) {
			byAction.computeIfAbsent(action(partition), (key) -> new HashSet<>()).add(partition);
		}
		byAction.forEach((action, partitions) -> {
			Map<TopicPartition, Outcome> outcomes = outcomes(action, partitions);
			outcomes.forEach((partition, outcome) -> {
				states.started(partition);
				if (!(outcome instanceof Outcome.Rethrown)) {
					decisions.apply(partition, Cause.NO_COMMITTED_OFFSET, new Ruling(action, outcome),
							Evidence.noCommittedOffset());
				}
			});
		});
	}

	private Action action(TopicPartition partition) {
		return policy.action(partition.topic(), Cause.NO_COMMITTED_OFFSET);
	}

	private Map<TopicPartition, Outcome> outcomes(Action action, Set<TopicPartition> partitions) {
		return switch (action) {
			case EARLIEST, LATEST -> readFromEnd(action, partitions);
			case AUTO_OFFSET_RESET -> switch (configuration.autoOffsetReset().strategy()) {
				case EARLIEST -> readFromEnd(Action.EARLIEST, partitions);
				case LATEST -> readFromEnd(Action.LATEST, partitions);
				case BY_DURATION -> readFrom(byDuration(partitions));
				case NONE -> all(partitions, new Outcome.Rethrown());
			};
			case FAIL -> all(partitions, new Outcome.Failed());
			default -> all(partitions, new Outcome.Held());
		};
	}

	/**
	 * All partitions' ends are told or none is. Where one leader is silent the client
	 * looks each up by itself, since a partition without a position starves all others.
	 */
	private Map<TopicPartition, Outcome> readFromEnd(Action end, Set<TopicPartition> partitions) {
		try {
			return readFrom((end == Action.EARLIEST) ? client.beginningOffsets(partitions, budget.left())
					: client.endOffsets(partitions, budget.left()));
		}
		catch (TimeoutException ex) {
			return all(partitions, new Outcome.LookedUp(end));
		}
	}

	/**
	 * Where no record is young enough the client would be left without a position: the
	 * end, read before, is where the first young record will come.
	 */
	private Map<TopicPartition, Long> byDuration(Set<TopicPartition> partitions) {
		Duration duration = Objects.requireNonNull(configuration.autoOffsetReset().duration());
		long timestamp = Instant.now().minus(duration).toEpochMilli();
		Map<TopicPartition, Long> offsets = new HashMap<>(client.endOffsets(partitions, budget.left()));
		Map<TopicPartition, Long> timestamps = all(partitions, timestamp);
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
