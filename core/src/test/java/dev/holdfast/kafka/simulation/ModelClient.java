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
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;

/**
 * A Kafka consumer without a network: what it knows, what it asks, and when it takes the
 * answers. The classic client takes them only inside a call that polls the network, the
 * other one as soon as they arrive.
 */
final class ModelClient {

	static final long RETRY_BACKOFF = 100;

	private final SimulatedTime time;

	private final ClusterName name;

	private ModelCluster cluster;

	/** The cluster whose id brokers have told the client last. */
	private ModelCluster toldCluster;

	private final ClientSettings settings;

	private final ClientMetadata metadata = new ClientMetadata();

	private final Map<TopicPartition, ClientPartition> assigned = new LinkedHashMap<>();

	private final Set<String> topics = new HashSet<>();

	private final Map<Integer, ModelCluster.Connection> connections = new HashMap<>();

	private final Deque<Runnable> inbox = new ArrayDeque<>();

	private final ClientFetches fetches = new ClientFetches(this);

	private final ClientOffsets offsets = new ClientOffsets(this);

	private final ClientGroup group;

	private final Consumer<String> told;

	private boolean polledNetwork;

	private boolean metadataInFlight;

	private long metadataNotBefore;

	private boolean wakeup;

	private boolean undisturbed;

	private boolean closed;

	/**
	 * Creates it.
	 * @param told hears the cluster's id
	 * @param committed hears of commits
	 */
	ModelClient(SimulatedTime time, ClusterName name, ModelCluster cluster, ClientSettings settings,
			Consumer<String> told, Consumer<Map<TopicPartition, OffsetAndMetadata>> committed) {
		this.time = time;
		this.name = name;
		this.cluster = cluster;
		this.toldCluster = cluster;
		this.settings = settings;
		this.told = told;
		this.group = new ClientGroup(this, committed);
	}

	SimulatedTime time() {
		return time;
	}

	ModelCluster cluster() {
		return cluster;
	}

	/**
	 * The cluster that the application can know of. A client may already speak to another
	 * one.
	 */
	ModelCluster toldCluster() {
		return toldCluster;
	}

	ClientSettings settings() {
		return settings;
	}

	ClientMetadata metadata() {
		return metadata;
	}

	Map<TopicPartition, ClientPartition> assigned() {
		return assigned;
	}

	ClientGroup group() {
		return group;
	}

	ClientOffsets offsets() {
		return offsets;
	}

	boolean isClosed() {
		return closed;
	}

	void close() {
		closed = true;
		inbox.clear();
	}

	Set<String> topics() {
		return topics;
	}

	/**
	 * An answer has arrived.
	 */
	void receive(Runnable answer) {
		if (closed) {
			return;
		}
		if (settings.isAsync() || polledNetwork) {
			answer.run();
		}
		else {
			inbox.add(answer);
		}
	}

	<T> void ask(int node, java.util.function.Supplier<T> broker, Consumer<T> answered, Runnable failed) {
		ModelCluster.Connection connection = connections.computeIfAbsent(node, (key) -> new ModelCluster.Connection());
		ModelCluster asked = cluster;
		asked.send(node, connection, broker, (answer) -> receive(() -> {
			if (asked == cluster) {
				answered.accept(answer);
			}
			else {
				failed.run();
			}
		}), settings.requestTimeout(), () -> receive(failed));
	}

	/**
	 * Polls the network until a condition holds.
	 * @param untilNanos when to give up
	 * @throws WakeupException if the application has woken the client up
	 */
	boolean pollNetwork(BooleanSupplier condition, long untilNanos) {
		boolean outer = polledNetwork;
		polledNetwork = true;
		try {
			updateMetadata();
			while (!inbox.isEmpty()) {
				inbox.poll().run();
			}
			maybeWakeup();
			boolean holds = time.await(() -> (wakeup && !undisturbed) || condition.getAsBoolean(), untilNanos);
			updateMetadata();
			maybeWakeup();
			return holds;
		}
		finally {
			polledNetwork = outer;
		}
	}

	/**
	 * Asks for metadata if the client wants some. Real clients retry with a backoff.
	 */
	void updateMetadata() {
		if (cluster.isGone()) {
			metadata.requestUpdate();
		}
		boolean unknown = topics.stream().anyMatch((topic) -> !metadata.knows(topic));
		if (closed || metadataInFlight || topics.isEmpty() || !(metadata.isUpdateWanted() || unknown)
				|| time.millis() < metadataNotBefore) {
			return;
		}
		metadataInFlight = true;
		metadataNotBefore = time.millis() + RETRY_BACKOFF;
		Set<String> wanted = Set.copyOf(topics);
		int node = firstAnswering();
		ask(node, () -> {
			Map<String, ModelCluster.Told> answer = new HashMap<>();
			wanted.forEach((topic) -> answer.put(topic, cluster.metadata(topic)));
			return answer;
		}, (answer) -> {
			metadataInFlight = false;
			answer.forEach(metadata::take);
			metadata.updated();
			toldCluster = cluster;
			told.accept(cluster.id());
		}, () -> {
			metadataInFlight = false;
			rebootstrap();
		});
	}

	/**
	 * By KIP-899: a client that finds none of its brokers goes back to the name. The
	 * guard's own clients do not.
	 */
	private void rebootstrap() {
		if (cluster.isGone() && !settings.isInspector()) {
			cluster = name.now();
			connections.clear();
			metadata.forgetBrokers();
			group.changedCluster();
		}
	}

	/** A client tries the nodes in turn. */
	private int firstAnswering() {
		for (int node = 0; node < ModelCluster.NODES; node++) {
			if (!cluster.isSilent(node)) {
				return node;
			}
		}
		return 0;
	}

	/**
	 * Does something that no wakeup ends. The next call that waits throws it.
	 */
	void undisturbed(Runnable action) {
		boolean kept = wakeup;
		wakeup = false;
		undisturbed = true;
		try {
			action.run();
		}
		finally {
			undisturbed = false;
			wakeup |= kept;
		}
	}

	void wakeup() {
		wakeup = true;
	}

	void maybeWakeup() {
		if (wakeup && !undisturbed) {
			wakeup = false;
			throw new WakeupException();
		}
	}

	/**
	 * Polls.
	 */
	ClientFetches.Handed poll(Duration timeout) {
		long until = time.nanosAfter(timeout);
		do {
			maybeWakeup();
			updateMetadata();
			group.poll(until);
			boolean complete = offsets.update(until, false);
			ClientFetches.Handed handed = fetches.collect();
			if (handed.isEmpty()) {
				fetches.send();
				long wait = complete && !assigned.isEmpty() && allPositioned() ? until
						: Math.min(until, time.nanosAfter(Duration.ofMillis(RETRY_BACKOFF)));
				int version = metadata.version();
				pollNetwork(() -> fetches.isAnyAvailable() || metadata.version() != version || offsets.hasError()
						|| isMetadataDue(), wait);
				handed = fetches.collect();
			}
			if (!handed.isEmpty()) {
				fetches.send();
				return handed;
			}
		}
		while (time.nanoTime() < until);
		return new ClientFetches.Handed();
	}

	private boolean isMetadataDue() {
		return !topics.isEmpty() && metadata.isUpdateWanted() && !metadataInFlight
				&& time.millis() >= metadataNotBefore;
	}

	boolean allPositioned() {
		return assigned.values().stream().allMatch(ClientPartition::hasValidPosition);
	}

	/**
	 * The position of a partition.
	 * @throws TimeoutException if the client does not know it in time
	 */
	long position(TopicPartition partition, Duration timeout) {
		long until = time.nanosAfter(timeout);
		do {
			ClientPartition state = assigned.get(partition);
			if (state == null) {
				throw new IllegalStateException("You can only check the position for assigned partitions");
			}
			if (state.hasValidPosition()) {
				return state.position().offset();
			}
			updateMetadata();
			if (settings.isAsync()) {
				// The application's thread waits for its background: a wakeup ends that.
				maybeWakeup();
			}
			offsets.update(until, true);
			int version = metadata.version();
			pollNetwork(() -> state.hasValidPosition() || offsets.hasError() || metadata.version() != version,
					Math.min(until, time.nanosAfter(Duration.ofMillis(RETRY_BACKOFF))));
		}
		while (time.nanoTime() < until);
		throw new TimeoutException("Timeout expired before the position could be determined");
	}

	/**
	 * Whether it has seen an epoch that no leader has: it waits for that for ever.
	 */
	boolean isWaitingForEpoch(TopicPartition partition) {
		ClientMetadata.LeaderAndEpoch leader = metadata.currentLeader(partition);
		return leader.node() == null && leader.epoch() != null && leader.epoch() > cluster.log(partition).epoch();
	}

	String describe(TopicPartition partition) {
		ClientPartition state = assigned.get(partition);
		return (state != null) ? state.state() + " " + state.position() + (state.paused ? " paused" : "") + ", knows "
				+ metadata.currentLeader(partition) : "nothing";
	}

	ClientPartition state(TopicPartition partition) {
		ClientPartition state = assigned.get(partition);
		if (state == null) {
			throw new IllegalStateException("No current assignment for partition " + partition);
		}
		return state;
	}

	void seek(TopicPartition partition, OffsetAndMetadata offset) {
		ClientPartition state = state(partition);
		if (settings.isAsync()) {
			offset.leaderEpoch().ifPresent((epoch) -> metadata.updateLastSeenEpochIfNewer(partition, epoch));
		}
		ClientMetadata.LeaderAndEpoch leader = metadata.currentLeader(partition);
		offset.leaderEpoch().ifPresent((epoch) -> metadata.updateLastSeenEpochIfNewer(partition, epoch));
		state.seekUnvalidated(new ClientPartition.Position(offset.offset(), offset.leaderEpoch().orElse(null), leader));
	}

	void assign(Collection<TopicPartition> partitions) {
		assigned.keySet().retainAll(partitions);
		partitions.forEach((each) -> assigned.computeIfAbsent(each, (key) -> new ClientPartition()));
		topics.clear();
		partitions.forEach((each) -> topics.add(each.topic()));
		metadata.requestUpdate();
	}

	/**
	 * What the client has consumed: what it commits if it is not told offsets.
	 */
	Map<TopicPartition, OffsetAndMetadata> consumed() {
		Map<TopicPartition, OffsetAndMetadata> consumed = new HashMap<>();
		assigned.forEach((partition, state) -> {
			if (state.hasValidPosition()) {
				ClientPartition.Position position = state.position();
				consumed.put(partition,
						new OffsetAndMetadata(position.offset(), java.util.Optional.ofNullable(position.epoch()), ""));
			}
		});
		return consumed;
	}

}
