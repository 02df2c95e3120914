/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.simulation;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.clients.consumer.RetriableCommitFailedException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

/**
 * One client's membership of its group: what it is assigned, and what it commits.
 */
final class ClientGroup {

	private static final long AUTO_COMMIT_INTERVAL = 5_000;

	private static final long HEARTBEAT_INTERVAL = 3_000;

	private static final Duration CLOSE_TIMEOUT = Duration.ofSeconds(30);

	private final ModelClient client;

	private final Consumer<Map<TopicPartition, OffsetAndMetadata>> committed;

	private final Deque<Runnable> callbacks = new ArrayDeque<>();

	private ConsumerRebalanceListener listener;

	private boolean subscribed;

	/** What the coordinator has assigned to this member, if it has not been told yet. */
	private Set<TopicPartition> target;

	private boolean lost;

	private long nextAutoCommit;

	private boolean rebalancing;

	private int pending;

	private int generation;

	/** What the group has assigned to this member last. */
	private Set<TopicPartition> assignment = Set.of();

	/** When the new cluster's coordinator tells the member that it does not know it. */
	private long unknownFrom = Long.MAX_VALUE;

	ClientGroup(ModelClient client, Consumer<Map<TopicPartition, OffsetAndMetadata>> committed) {
		this.client = client;
		this.committed = committed;
	}

	void subscribe(Collection<String> topics, ConsumerRebalanceListener application) {
		subscribed = true;
		listener = application;
		client.topics().clear();
		client.topics().addAll(topics);
		client.metadata().requestUpdate();
		nextAutoCommit = client.time().millis() + AUTO_COMMIT_INTERVAL;
	}

	boolean isSubscribed() {
		return subscribed;
	}

	/**
	 * The coordinator assigns partitions to this member.
	 * @param isLost whether the member has lost what it had: it was away for too long
	 */
	void target(Set<TopicPartition> partitions, boolean isLost) {
		target = partitions;
		assignment = partitions;
		lost |= isLost;
	}

	/**
	 * The client speaks to another cluster, which has never heard of this member.
	 */
	void changedCluster() {
		if (subscribed) {
			unknownFrom = client.time().millis() + HEARTBEAT_INTERVAL;
		}
	}

	private boolean isUnknown() {
		return unknownFrom != Long.MAX_VALUE;
	}

	private void rejoin() {
		if (client.time().millis() >= unknownFrom && !client.cluster().isSilent(-1)) {
			unknownFrom = Long.MAX_VALUE;
			target(assignment, true);
		}
	}

	/**
	 * Does what is due at a poll.
	 * @param untilNanos how long the classic client waits for its coordinator
	 */
	void poll(long untilNanos) {
		runCallbacks();
		if (client.settings().autoCommit() && client.time().millis() >= nextAutoCommit) {
			nextAutoCommit = client.time().millis() + AUTO_COMMIT_INTERVAL;
			sendAsync(client.consumed(), null);
		}
		rejoin();
		Set<TopicPartition> wanted = target;
		if (!subscribed || wanted == null || rebalancing) {
			return;
		}
		rebalancing = true;
		try {
			if (lost) {
				lost = false;
				lose();
			}
			if (rebalance(wanted, untilNanos) && target == wanted) {
				target = null;
			}
		}
		finally {
			rebalancing = false;
		}
	}

	private void lose() {
		Set<TopicPartition> all = new LinkedHashSet<>(client.assigned().keySet());
		if (!all.isEmpty()) {
			if (listener != null) {
				listener.onPartitionsLost(all);
			}
			client.assigned().clear();
		}
	}

	/**
	 * Gives partitions up, and takes others. In between, the client asks its coordinator,
	 * on the connection on which it has sent its commits: they are answered first. The
	 * classic client calls their callbacks only at its next poll.
	 * @return whether the coordinator has answered
	 */
	private boolean rebalance(Set<TopicPartition> wanted, long untilNanos) {
		Set<TopicPartition> revoked = new LinkedHashSet<>(client.assigned().keySet());
		boolean isEager = client.settings().protocol() == ClientSettings.Protocol.EAGER;
		if (!isEager) {
			revoked.removeAll(wanted);
		}
		revoke(revoked);
		if (pending > 0 && !client.settings().isAsync()) {
			client.pollNetwork(() -> pending == 0, untilNanos);
		}
		if (pending > 0) {
			return false;
		}
		generation++;
		Set<TopicPartition> added = new LinkedHashSet<>(wanted);
		added.removeAll(client.assigned().keySet());
		for (TopicPartition each : added) {
			ClientPartition state = new ClientPartition();
			state.pendingCallback = client.settings().isAsync();
			client.assigned().put(each, state);
		}
		// The classic client tells its listener of an assignment without news, too.
		boolean isTold = !added.isEmpty() || !client.settings().isAsync();
		if (isTold && listener != null) {
			listener.onPartitionsAssigned(added);
		}
		added.forEach((each) -> {
			ClientPartition state = client.assigned().get(each);
			if (state != null) {
				state.pendingCallback = false;
			}
		});
		return true;
	}

	/** Each rebalance makes another one. */
	int generation() {
		return generation;
	}

	private void revoke(Set<TopicPartition> revoked) {
		if (client.settings().isAsync()) {
			revoked.forEach((each) -> client.assigned().get(each).pendingRevocation = true);
		}
		if (client.settings().autoCommit()) {
			commitQuietly(client.consumed());
		}
		if (!revoked.isEmpty()) {
			if (listener != null) {
				listener.onPartitionsRevoked(revoked);
			}
			client.assigned().keySet().removeAll(revoked);
		}
	}

	private void commitQuietly(Map<TopicPartition, OffsetAndMetadata> offsets) {
		try {
			client.undisturbed(() -> sendSync(offsets, Duration.ofSeconds(5)));
		}
		catch (TimeoutException | CommitFailedException ex) {
			// Kafka logs it, and goes on.
		}
	}

	/**
	 * The client leaves its group.
	 */
	void leave(boolean isClosing) {
		Set<TopicPartition> all = new LinkedHashSet<>(client.assigned().keySet());
		if (isClosing && pending > 0) {
			client.undisturbed(() -> client.pollNetwork(() -> pending == 0, client.time().nanosAfter(CLOSE_TIMEOUT)));
		}
		if (client.settings().autoCommit() && client.settings().group() != null && isClosing) {
			commitQuietly(client.consumed());
		}
		if (subscribed && !all.isEmpty() && listener != null) {
			rebalancing = true;
			listener.onPartitionsRevoked(all);
			rebalancing = false;
		}
		client.assigned().clear();
		client.topics().clear();
		subscribed = false;
		target = null;
		runCallbacks();
	}

	void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets, Duration timeout) {
		seeEpochs(offsets);
		sendSync(offsets, timeout);
	}

	private void sendSync(Map<TopicPartition, OffsetAndMetadata> offsets, Duration timeout) {
		runCallbacks();
		if (offsets.isEmpty()) {
			return;
		}
		requireKnown();
		offsets.forEach(client.toldCluster().onCommit);
		boolean[] done = new boolean[1];
		Map<TopicPartition, OffsetAndMetadata> sent = new HashMap<>(offsets);
		long until = client.time().nanosAfter(timeout);
		do {
			boolean[] failed = new boolean[1];
			requireKnown();
			ModelCluster cluster = client.cluster();
			client.ask(-1, () -> {
				cluster.store(sent);
				return true;
			}, (answer) -> done[0] = true, () -> failed[0] = true);
			client.pollNetwork(() -> done[0] || failed[0], until);
		}
		while (!done[0] && client.time().nanoTime() < until);
		if (!done[0]) {
			throw new TimeoutException("Timeout expired before successfully committing offsets");
		}
		committed.accept(sent);
	}

	private void requireKnown() {
		if (isUnknown()) {
			throw new CommitFailedException();
		}
	}

	void commitAsync(Map<TopicPartition, OffsetAndMetadata> offsets, OffsetCommitCallback callback) {
		seeEpochs(offsets);
		sendAsync(offsets, callback);
	}

	/** A client does not look at the epochs that it commits by itself. */
	private void sendAsync(Map<TopicPartition, OffsetAndMetadata> offsets, OffsetCommitCallback callback) {
		runCallbacks();
		Map<TopicPartition, OffsetAndMetadata> sent = new HashMap<>(offsets);
		if (isUnknown()) {
			callBack(callback, sent, new CommitFailedException());
			return;
		}
		offsets.forEach(client.toldCluster().onCommit);
		pending++;
		ModelCluster cluster = client.cluster();
		client.ask(-1, () -> {
			cluster.store(sent);
			return true;
		}, (answer) -> {
			pending--;
			committed.accept(sent);
			callBack(callback, sent, null);
		}, () -> {
			pending--;
			callBack(callback, sent, new RetriableCommitFailedException("no answer"));
		});
	}

	private void callBack(OffsetCommitCallback callback, Map<TopicPartition, OffsetAndMetadata> sent,
			RuntimeException failure) {
		if (callback != null) {
			callbacks.add(() -> callback.onComplete(sent, failure));
		}
	}

	private void runCallbacks() {
		Runnable next = callbacks.poll();
		while (next != null) {
			next.run();
			next = callbacks.poll();
		}
	}

	private void seeEpochs(Map<TopicPartition, OffsetAndMetadata> offsets) {
		offsets.forEach((partition, offset) -> {
			if (offset != null) {
				offset.leaderEpoch()
					.ifPresent((epoch) -> client.metadata().updateLastSeenEpochIfNewer(partition, epoch));
			}
		});
	}

	Map<TopicPartition, OffsetAndMetadata> committed(Set<TopicPartition> partitions, Duration timeout) {
		Map<TopicPartition, OffsetAndMetadata> told = new HashMap<>();
		long until = client.time().nanosAfter(timeout);
		boolean[] done = new boolean[1];
		do {
			boolean[] failed = new boolean[1];
			client.<Map<TopicPartition, OffsetAndMetadata>>ask(-1, () -> client.cluster().commits(), (commits) -> {
				done[0] = true;
				new HashSet<>(partitions).forEach((each) -> told.put(each, commits.get(each)));
			}, () -> failed[0] = true);
			client.pollNetwork(() -> done[0] || failed[0], until);
		}
		while (!done[0] && client.time().nanoTime() < until);
		if (!done[0]) {
			throw new TimeoutException("Timeout expired before the last committed offset could be determined");
		}
		seeEpochs(told);
		return told;
	}

}
