/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.Collection;
import java.util.Set;

import dev.holdfast.kafka.versioncap.ClientVersions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Guards the positions of one client: every way in which one is set or lost comes through
 * here. Re-entrant, since an application's rebalance listener runs inside {@code poll};
 * {@link #wakeup()} apart it belongs to the consumer's thread.
 */
final class PositionGuard<K, V> {

	private static final Logger logger = LoggerFactory.getLogger(PositionGuard.class);

	/** How long a partition may be held before anybody looks at orders and rechecks. */
	private static final Duration LONGEST_PIECE = Duration.ofSeconds(5);

	private static final Duration LONGEST_PIECE_HELD = Duration.ofSeconds(1);

	private static final Duration SHORTEST_PIECE = Duration.ofMillis(50);

	private final Consumer<K, V> client;

	private final PartitionStates states;

	private final HeldBackCommits heldBack;

	private final Holds holds;

	private final Decisions decisions;

	private final StartingPositions startingPositions;

	private final EvidenceBudget budget;

	private final Inspector inspector;

	private final Incident incident;

	private final Runnable closing;

	private final ClientConfiguration configuration;

	private final Listeners listeners;

	private final DecidingPolls<K, V> polls;

	private final CurrentPositions currentPositions;

	private final Resolutions resolutions;

	private final ClusterChanges clusterChanges;

	private final TopicLookup lookup;

	private final Topics topics;

	private final PositionCommits positionCommits;

	private final FirstCommits firstCommits;

	private final ApplicationCommits applicationCommits;

	private final ClientCommits clientCommits;

	private final ClientVersions versions;

	private final GroupMemory memory;

	/** Whether the consumer's thread is inside {@link #poll}. */
	private boolean polling;

	PositionGuard(Consumer<K, V> client, ClientConfiguration configuration, GuardContext context,
			ToldCluster toldCluster, ClientVersions versions) {
		OffsetGuardSettings settings = context.settings();
		this.client = client;
		this.memory = context.memory();
		this.memory.join(configuration.groupId());
		this.closing = () -> {
			// Consumers may be closed twice.
			if (context.consumers().remove(this)) {
				this.memory.leave(configuration.groupId());
			}
		};
		this.versions = versions;
		this.states = new PartitionStates(UndecidedStarts.of(client, configuration));
		this.heldBack = new HeldBackCommits(client);
		this.holds = new Holds(client, states, heldBack, settings.timing().holdRecheck());
		this.budget = new EvidenceBudget(configuration.shorter(settings.timing().inspection()));
		this.configuration = configuration;
		this.listeners = new Listeners(context.listeners(), configuration, settings.policy());
		ActionChooser chooser = new ActionChooser(settings.policy(), context.ownPolicy(), configuration);
		ResetOffsets resetOffsets = new ResetOffsets(client, states, configuration.autoOffsetReset(), budget,
				this::report);
		ClientCluster cluster = new ClientCluster(client, toldCluster);
		this.lookup = new TopicLookup(context.admins(), configuration, cluster);
		this.topics = new Topics(lookup, context.memory(), settings.timing().topicCheck());
		ClusterId clusterId = new ClusterId(cluster, lookup);
		GroupCommits groupCommits = new GroupCommits(client, configuration.groupId(), clusterId, context.memory(),
				lookup, budget, states);
		this.decisions = new Decisions(client, configuration, chooser, states, holds, heldBack, resetOffsets,
				groupCommits, listeners, settings.isObserving());
		this.positionCommits = new PositionCommits(client, configuration, settings, clusterId, states, topics,
				groupCommits, budget);
		this.firstCommits = new FirstCommits(client, budget, states, topics, groupCommits, positionCommits);
		this.inspector = new Inspector(configuration, cluster, chooser, context.inspectorCap());
		Inquiry inquiry = new Inquiry(client, cluster, states, decisions, positionCommits, inspector,
				new LatestOffsets(client, configuration, chooser), budget, listeners);
		StartingPositions.Rules rules = StartingPositions.Rules.of(settings, configuration, context.inspectorCap());
		UnansweredStarts unanswered = new UnansweredStarts(configuration);
		this.startingPositions = new StartingPositions(client, budget, states, decisions, groupCommits, topics,
				new StartLookup(budget, states, clusterId, groupCommits, topics, lookup, unanswered, rules),
				new FirstPositions(states, decisions, groupCommits, topics, resetOffsets, settings.isObserving()),
				firstCommits, inquiry, positionCommits, unanswered, rules);
		this.clusterChanges = new ClusterChanges(client, cluster, states, holds, topics, inquiry, budget,
				settings.isObserving());
		this.incident = new Incident(client, states, holds, decisions, startingPositions, inquiry, topics, lookup,
				clusterId, clusterChanges, budget);
		this.polls = new DecidingPolls<>(client, states, incident, clusterChanges,
				() -> !states.isAnyStarting() && !budget.isNearlySpent(), this::piece, this::throwFailure);
		this.currentPositions = new CurrentPositions(client, configuration, states, holds, startingPositions, incident,
				resetOffsets, budget);
		LateCommits lateCommits = new LateCommits(client, states, incident);
		this.clientCommits = new ClientCommits(client, configuration.autoCommit(), groupCommits, topics, states,
				lateCommits);
		this.resolutions = new Resolutions(client, holds, chooser, decisions, incident);
		this.applicationCommits = new ApplicationCommits(client, states, holds, heldBack, positionCommits, lateCommits,
				clientCommits, firstCommits);
	}

	Holds holds() {
		return holds;
	}

	ClientVersions clientVersions() {
		return versions;
	}

	/**
	 * Polls. A long poll is made in pieces, short ones while a partition is held: orders
	 * and rechecks wait for the beginning of one.
	 */
	ConsumerRecords<K, V> poll(Duration timeout) {
		long start = System.nanoTime();
		states.pollByApplication(holds::pausedByApplication);
		ConsumerRecords<K, V> records = pollOnce(piece(timeout), start);
		return DecidingPolls.isNothing(records) ? pollOn(records, timeout, start) : records;
	}

	private ConsumerRecords<K, V> pollOn(ConsumerRecords<K, V> nothing, Duration timeout, long start) {
		ConsumerRecords<K, V> records = nothing;
		long pieceStart = start;
		long now = System.nanoTime();
		// Whoever returns at once with nothing would do so again and again.
		while (DecidingPolls.isNothing(records) && now - pieceStart >= SHORTEST_PIECE.toNanos() / 2) {
			Duration left = timeout.minusNanos(now - start);
			if (left.isNegative() || left.isZero()) {
				return records;
			}
			pieceStart = now;
			records = pollOnce(piece(left), now);
			now = System.nanoTime();
		}
		return records;
	}

	private Duration piece(Duration left) {
		if (!states.undecided().isEmpty()) {
			return shorter(left, SHORTEST_PIECE);
		}
		Duration longest = holds.isEmpty() ? LONGEST_PIECE : shorter(holds.untilDue(), LONGEST_PIECE_HELD);
		return shorter(left, longer(longest, SHORTEST_PIECE));
	}

	private static Duration shorter(Duration one, Duration other) {
		return (one.compareTo(other) <= 0) ? one : other;
	}

	private static Duration longer(Duration one, Duration other) {
		return (one.compareTo(other) >= 0) ? one : other;
	}

	private ConsumerRecords<K, V> pollOnce(Duration timeout, long now) {
		throwFailure();
		positionCommits.throwCallbackFailure();
		versions.requireAccepted();
		budget.renew();
		clientCommits.takeNote();
		memory.forgetUnused();
		polling = true;
		try {
			positionCommits.used();
			if (clusterChanges.isNew()) {
				incident.forgetAll();
				holds.resumeSuspended();
				firstCommits.forgetAll();
				clusterChanges.look();
			}
			boolean isAnyoneWaiting = !incident.isOpen() || !states.undecided().isEmpty();
			if (isAnyoneWaiting && !clusterChanges.isWaiting()) {
				startingPositions.decidePending();
			}
			if (!incident.isOpen()) {
				if (firstCommits.commitDue()) {
					startingPositions.decidePending();
				}
				resolutions.carryOut(budget);
				recheckHolds();
				checkTopics(now);
			}
			heldBack.commitDue();
			firstCommits.polling();
			ConsumerRecords<K, V> records = polls.poll(timeout, now);
			holds.forgetThoseNotInVain(records.isEmpty());
			if (records.isEmpty()) {
				throwFailure();
				positionCommits.throwCallbackFailure();
			}
			return records;
		}
		finally {
			polling = false;
		}
	}

	private void throwFailure() {
		OffsetDecisionException failure = decisions.failure();
		if (failure != null) {
			resolutions.close("its consumer has failed");
			throw failure;
		}
	}

	private void recheckHolds() {
		Set<TopicPartition> due = holds.due();
		if (!due.isEmpty() && !budget.isNearlySpent()) {
			try {
				incident.recheck(due);
			}
			catch (WakeupException ex) {
				// The client throws the same as soon as it is polled.
				logger.debug("Woken up while looking at {} again", due);
			}
			catch (KafkaException ex) {
				// The other partitions must not wait for those that are held.
				logger.warn("Could not look at {} again: {}", SomePartitions.of(due), ex.toString());
				due.forEach(holds::postponeRecheck);
			}
		}
	}

	@Nullable String groupId() {
		return configuration.groupId();
	}

	ClientConfiguration configuration() {
		return configuration;
	}

	/**
	 * Whether a partition is assigned. Thread-safe.
	 */
	boolean isAssigned(TopicPartition partition) {
		return states.contains(partition);
	}

	/**
	 * Thread-safe.
	 */
	Assignment assignment() {
		return new Assignment(configuration.groupId(), configuration.clientId(), states.describe(holds.visible()),
				versions);
	}

	/**
	 * Decisions about held partitions that are made elsewhere.
	 */
	Resolutions resolutions() {
		return resolutions;
	}

	private void checkTopics(long now) {
		if (topics.isDue(now) && !budget.isNearlySpent()) {
			try {
				incident.checkTopics();
			}
			catch (WakeupException ex) {
				// The client throws the same as soon as it is polled.
				logger.debug("Woken up while looking at topics");
				topics.checkSoon();
			}
			catch (TimeoutException ex) {
				logger.debug("Topics are looked at again soon: {}", ex.getMessage());
				topics.checkSoon();
			}
		}
	}

	long position(TopicPartition partition, @Nullable Duration timeout) {
		return currentPositions.position(partition, timeout, !polling && states.isDelivering());
	}

	/**
	 * Listener containers seek back to records that they could not process: even if those
	 * were in a log that is gone by now. As long as such records may be in hand, nobody
	 * can tell what a seek to their offsets means.
	 */
	void seek(TopicPartition partition, OffsetAndMetadata offset) {
		PartitionState state = states.find(partition);
		if (state != null && state.isLost(offset.offset())) {
			logger.warn("{} is not sought to {}, which was in a log that is gone: the decision about it stands",
					partition, offset.offset());
			return;
		}
		client.seek(partition, offset);
		soughtByApplication(partition, offset);
	}

	void seekToBeginning(Collection<TopicPartition> partitions) {
		client.seekToBeginning(partitions);
		soughtByApplication(partitions);
	}

	void seekToEnd(Collection<TopicPartition> partitions) {
		client.seekToEnd(partitions);
		soughtByApplication(partitions);
	}

	private void soughtByApplication(Collection<TopicPartition> partitions) {
		// An empty collection means all of the assignment.
		for (TopicPartition partition : partitions.isEmpty() ? client.assignment() : partitions) {
			soughtByApplication(partition, null);
		}
	}

	private void report(InvalidOffsetException exception) {
		incident.report(exception);
	}

	/**
	 * Where the application itself seeks it has decided: nothing is held against it.
	 */
	private void soughtByApplication(TopicPartition partition, @Nullable OffsetAndMetadata offset) {
		decisions.release(partition);
		incident.forget(Set.of(partition));
		states.seekByApplication(partition, offset);
	}

	void assign(Collection<TopicPartition> partitions) {
		clientCommits.leaving(states.partitions());
		client.assign(partitions);
		startingPositions.forgetQuestions();
		clusterChanges.assigned(true);
		firstCommits.assignedByHand(true);
		incident.forgetAll();
		holds.retain(partitions);
		heldBack.retain(partitions);
		holds.resumeSuspended();
		states.replace(partitions);
		topics.retain(partitions);
		listeners.assigned(partitions);
	}

	void forgetAssignment() {
		applicationCommits.leave(states.partitions());
		incident.forgetAll();
		holds.retain(Set.of());
		heldBack.retain(Set.of());
		states.forgetAll();
		clusterChanges.forget();
		firstCommits.forgetAll();
		topics.retain(Set.of());
	}

	/**
	 * The application has asked for the group's metadata, which producers need to commit
	 * in a transaction, and nobody else does.
	 */
	void leaveCommitsToTransactions() {
		firstCommits.leaveToTransactions();
		positionCommits.leaveToTransactions();
	}

	/**
	 * Whether a partition has never had a position since it was assigned: only the paused
	 * client has one.
	 */
	boolean isWithoutPosition(TopicPartition partition) {
		return holds.isWithoutPosition(partition) || states.undecided().contains(partition);
	}

	ApplicationCommits commits() {
		return applicationCommits;
	}

	Set<TopicPartition> partitions() {
		return states.partitions();
	}

	ClientCommits clientCommits() {
		return clientCommits;
	}

	ConsumerRebalanceListener listen(@Nullable ConsumerRebalanceListener application) {
		return new GuardedRebalanceListener(this, application);
	}

	void onAssigned(Collection<TopicPartition> partitions) {
		if (!partitions.isEmpty()) {
			startingPositions.forgetQuestions();
			clusterChanges.assigned(false);
			firstCommits.assignedByHand(false);
			states.start(partitions);
			listeners.assigned(partitions);
			startingPositions.decidePending();
		}
	}

	void onUnassigned(Collection<TopicPartition> partitions) {
		incident.forget(partitions);
		holds.forget(partitions);
		heldBack.forget(partitions);
		applicationCommits.leave(partitions);
		states.revoke(partitions);
	}

	/**
	 * Ends a blocking call of the consumer's thread, as the client's own does.
	 * Thread-safe.
	 */
	void wakeup() {
		// The client comes last: once it has thrown, nothing else may still be woken up.
		inspector.wakeup();
		lookup.wakeup();
		client.wakeup();
	}

	/**
	 * The wakeup reached the application by another way.
	 */
	void forgetWakeup() {
		inspector.forgetWakeup();
		lookup.forgetWakeup();
	}

	/**
	 * After the client was closed.
	 */
	void close() {
		closing.run();
		resolutions.close("its consumer was closed");
		forgetAssignment();
		lookup.close();
	}

}
