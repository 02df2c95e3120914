/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.simulation;

import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Gives the partitions of one client positions, and validates them. By kafka-clients'
 * OffsetFetcherUtils, PositionsValidator and OffsetsRequestManager.
 */
final class ClientOffsets {

	private final ModelClient client;

	/** The one exception about claims that the client keeps; it drops the others. */
	private RuntimeException claim;

	/** What the async client's background has to tell the application's thread. */
	private RuntimeException late;

	private int validatedVersion = -1;

	private Set<TopicPartition> askedCommits;

	private int askedGeneration;

	private Map<TopicPartition, OffsetAndMetadata> toldCommits;

	ClientOffsets(ModelClient client) {
		this.client = client;
	}

	boolean hasError() {
		return claim != null || late != null;
	}

	/**
	 * Does what is due for all positions.
	 * @param untilNanos how long the classic client waits for its coordinator
	 * @return whether it is worth waiting longer than a backoff
	 */
	boolean update(long untilNanos, boolean isForPosition) {
		throwLate();
		validate();
		if (client.allPositioned()) {
			return true;
		}
		Set<TopicPartition> initializing = initializing();
		if (client.settings().group() != null && !initializing.isEmpty()
				&& !readCommits(initializing, untilNanos, isForPosition)) {
			return false;
		}
		if (client.settings().isAsync() && client.settings().group() != null) {
			resetLate(initializing);
		}
		else {
			resetInitializing(initializing());
		}
		reset();
		return true;
	}

	private void throwLate() {
		RuntimeException found = late;
		late = null;
		if (found != null) {
			throw found;
		}
	}

	private void resetLate(Set<TopicPartition> asked) {
		Set<TopicPartition> open = initializing();
		open.retainAll(asked);
		resetInitializing(open);
	}

	private Set<TopicPartition> initializing() {
		Set<TopicPartition> initializing = new HashSet<>();
		client.assigned().forEach((partition, state) -> {
			if (state.isInitializing()) {
				initializing.add(partition);
			}
		});
		return initializing;
	}

	private void resetInitializing(Set<TopicPartition> initializing) {
		if ("none".equals(client.settings().reset())) {
			if (!initializing.isEmpty()) {
				throw new NoOffsetForPartitionException(initializing);
			}
			return;
		}
		initializing.forEach((each) -> client.assigned().get(each).requestReset(client.settings().reset()));
	}

	/**
	 * Reads the group's commits. The classic client waits for them.
	 * @return whether they are there, and the positions are set
	 */
	private boolean readCommits(Set<TopicPartition> initializing, long untilNanos, boolean isForPosition) {
		if (askedCommits == null || !askedCommits.equals(initializing) || isOfEarlierGeneration()) {
			askedCommits = initializing;
			askedGeneration = client.group().generation();
			toldCommits = null;
			Set<TopicPartition> asked = initializing;
			client.ask(-1, () -> client.cluster().commits(), (commits) -> {
				if (askedCommits == asked) {
					toldCommits = commits;
					if (client.settings().isAsync()) {
						takeCommits(asked);
					}
				}
			}, () -> askedCommits = (askedCommits == asked) ? null : askedCommits);
		}
		if (client.settings().isAsync()) {
			return false;
		}
		client.pollNetwork(() -> toldCommits != null || askedCommits == null, untilNanos);
		if (toldCommits == null) {
			return false;
		}
		takeCommits(initializing);
		return true;
	}

	/**
	 * The classic client does not use an answer to a question that it has asked before a
	 * rebalance. The async client does, if it is about the same partitions.
	 */
	private boolean isOfEarlierGeneration() {
		return !client.settings().isAsync() && askedGeneration != client.group().generation();
	}

	private void takeCommits(Set<TopicPartition> asked) {
		Map<TopicPartition, OffsetAndMetadata> commits = toldCommits;
		askedCommits = null;
		toldCommits = null;
		for (TopicPartition partition : asked) {
			ClientPartition state = client.assigned().get(partition);
			OffsetAndMetadata commit = commits.get(partition);
			if (commit == null || state == null || !state.isInitializing()) {
				continue;
			}
			commit.leaderEpoch().ifPresent((epoch) -> client.metadata().updateLastSeenEpochIfNewer(partition, epoch));
			state.seekUnvalidated(new ClientPartition.Position(commit.offset(), commit.leaderEpoch().orElse(null),
					client.metadata().currentLeader(partition)));
		}
		if (client.settings().isAsync()) {
			try {
				resetLate(asked);
				reset();
			}
			catch (NoOffsetForPartitionException ex) {
				late = ex;
			}
		}
	}

	private void validate() {
		RuntimeException pending = claim;
		claim = null;
		if (pending != null) {
			throw pending;
		}
		ClientMetadata metadata = client.metadata();
		if (validatedVersion != metadata.version()) {
			validatedVersion = metadata.version();
			client.assigned().forEach((partition, state) -> state.maybeValidate(metadata.currentLeader(partition)));
		}
		Map<Integer, Map<TopicPartition, ClientPartition.Position>> byNode = new LinkedHashMap<>();
		long now = client.time().millis();
		client.assigned().forEach((partition, state) -> {
			if (state.state() != ClientPartition.State.AWAIT_VALIDATION || !state.isDue(now)) {
				return;
			}
			Integer node = state.position().leader().node();
			if (node == null) {
				metadata.requestUpdate();
			}
			else {
				state.retryAt(now + client.settings().requestTimeout());
				byNode.computeIfAbsent(node, (key) -> new LinkedHashMap<>()).put(partition, state.position());
			}
		});
		byNode.forEach(this::validate);
	}

	private record EpochAnswer(boolean retry, ModelLog.EpochEnd end) {
	}

	private void validate(int node, Map<TopicPartition, ClientPartition.Position> positions) {
		client.ask(node, () -> {
			Map<TopicPartition, EpochAnswer> answers = new LinkedHashMap<>();
			positions.forEach((partition, position) -> {
				ModelLog log = client.cluster().log(partition);
				boolean retry = log == null || ClientFetches.fenced(log, node, position.leader().epoch()) != null;
				answers.put(partition, new EpochAnswer(retry,
						retry ? ModelLog.UNDEFINED : client.cluster().epochEnd(partition, node, position.epoch())));
			});
			return answers;
		}, (answers) -> takeEpochs(positions, answers), () -> retry(positions.keySet()));
	}

	private void retry(Set<TopicPartition> partitions) {
		long at = client.time().millis() + ModelClient.RETRY_BACKOFF;
		partitions.forEach((each) -> {
			ClientPartition state = client.assigned().get(each);
			if (state != null) {
				state.retryAt(at);
			}
		});
		client.metadata().requestUpdate();
	}

	private void takeEpochs(Map<TopicPartition, ClientPartition.Position> positions,
			Map<TopicPartition, EpochAnswer> answers) {
		Map<TopicPartition, Long> truncated = new HashMap<>();
		Map<TopicPartition, OffsetAndMetadata> divergent = new HashMap<>();
		answers.forEach((partition, answer) -> {
			ClientPartition state = client.assigned().get(partition);
			if (answer.retry) {
				retry(Set.of(partition));
			}
			else if (state != null && state.state() == ClientPartition.State.AWAIT_VALIDATION
					&& state.position().equals(positions.get(partition))) {
				complete(partition, state, answer.end, truncated, divergent);
			}
		});
		if (!truncated.isEmpty() && claim == null) {
			claim = new LogTruncationException(truncated, divergent);
		}
	}

	private void complete(TopicPartition partition, ClientPartition state, ModelLog.EpochEnd end,
			Map<TopicPartition, Long> truncated, Map<TopicPartition, OffsetAndMetadata> divergent) {
		boolean none = "none".equals(client.settings().reset());
		ClientPartition.Position position = state.position();
		if (end.endOffset() < 0 || end.epoch() < 0) {
			if (none) {
				truncated.put(partition, position.offset());
			}
			else {
				state.requestReset(client.settings().reset());
			}
		}
		else if (end.endOffset() < position.offset()) {
			if (none) {
				truncated.put(partition, position.offset());
				divergent.put(partition, new OffsetAndMetadata(end.endOffset(), Optional.of(end.epoch()), null));
			}
			else {
				state.seekValidated(new ClientPartition.Position(end.endOffset(), end.epoch(), position.leader()));
			}
		}
		else {
			state.completeValidation();
		}
	}

	/**
	 * Asks leaders for the ends that partitions are to be reset to.
	 */
	private void reset() {
		long now = client.time().millis();
		client.assigned().forEach((partition, state) -> {
			if (state.state() != ClientPartition.State.AWAIT_RESET || !state.isDue(now)) {
				return;
			}
			ClientMetadata.LeaderAndEpoch leader = client.metadata().currentLeader(partition);
			if (leader.node() == null) {
				client.metadata().requestUpdate();
				return;
			}
			state.retryAt(now + client.settings().requestTimeout());
			String strategy = state.reset();
			ask(partition, leader, "earliest".equals(strategy) ? -2 : -1, (offset) -> {
				ClientPartition current = client.assigned().get(partition);
				if (current == state && strategy.equals(state.reset())) {
					state.seekUnvalidated(
							new ClientPartition.Position(offset, null, client.metadata().currentLeader(partition)));
				}
			}, () -> retry(Set.of(partition)));
		});
	}

	private void ask(TopicPartition partition, ClientMetadata.LeaderAndEpoch leader, long timestamp,
			java.util.function.LongConsumer found, Runnable failed) {
		client.<Long>ask(leader.node(), () -> {
			ModelLog log = client.cluster().log(partition);
			if (log == null || ClientFetches.fenced(log, leader.node(), leader.epoch()) != null) {
				return null;
			}
			return offsetOf(log, timestamp);
		}, (offset) -> {
			if (offset == null) {
				failed.run();
			}
			else {
				found.accept(offset);
			}
		}, failed);
	}

	/**
	 * By KIP-79: -2 is the log's start, -1 its end, all else a timestamp.
	 * @return -1 if no record is young enough
	 */
	static long offsetOf(ModelLog log, long timestamp) {
		if (timestamp == -2) {
			return log.start();
		}
		if (timestamp == -1) {
			return log.end();
		}
		return log.from(log.start(), Integer.MAX_VALUE / 2)
			.stream()
			.filter((each) -> each.timestamp() >= timestamp)
			.mapToLong(ModelLog.Entry::offset)
			.findFirst()
			.orElse(-1);
	}

	/**
	 * Looks offsets up for the application.
	 */
	Map<TopicPartition, Long> lookUp(Map<TopicPartition, Long> timestamps, Duration timeout) {
		Map<TopicPartition, Long> found = new HashMap<>();
		long until = client.time().nanosAfter(timeout);
		timestamps.keySet().forEach((each) -> client.topics().add(each.topic()));
		do {
			client.updateMetadata();
			boolean[] failed = new boolean[1];
			timestamps.forEach((partition, timestamp) -> {
				ClientMetadata.LeaderAndEpoch leader = client.metadata().currentLeader(partition);
				if (leader.node() != null && !found.containsKey(partition)) {
					ask(partition, leader, timestamp, (offset) -> found.put(partition, offset), () -> {
						failed[0] = true;
						client.metadata().requestUpdate();
					});
				}
			});
			client.pollNetwork(() -> failed[0] || found.size() == timestamps.size(),
					Math.min(until, client.time().nanosAfter(Duration.ofMillis(client.settings().requestTimeout()))));
			if (found.size() == timestamps.size()) {
				return found;
			}
			client.pollNetwork(() -> false,
					Math.min(until, client.time().nanosAfter(Duration.ofMillis(ModelClient.RETRY_BACKOFF))));
		}
		while (client.time().nanoTime() < until);
		throw new org.apache.kafka.common.errors.TimeoutException("Failed to get offsets by times");
	}

}
