/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.consumer;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;

import dev.holdfast.kafka.offsetguard.decision.Assignment;
import dev.holdfast.kafka.offsetguard.internal.client.ClientConfiguration;
import dev.holdfast.kafka.offsetguard.internal.client.Pauses;
import dev.holdfast.kafka.offsetguard.internal.cluster.ToldCluster;
import dev.holdfast.kafka.offsetguard.internal.commit.ApplicationCommits;
import dev.holdfast.kafka.offsetguard.internal.commit.ClientCommits;
import dev.holdfast.kafka.offsetguard.internal.enforcement.AssignmentView;
import dev.holdfast.kafka.offsetguard.internal.enforcement.Decisions;
import dev.holdfast.kafka.offsetguard.internal.enforcement.Listeners;
import dev.holdfast.kafka.offsetguard.internal.incident.Resolutions;
import dev.holdfast.kafka.offsetguard.internal.inspection.Inspector;
import dev.holdfast.kafka.offsetguard.internal.lookup.TopicLookup;
import dev.holdfast.kafka.offsetguard.internal.lookup.Topics;
import dev.holdfast.kafka.offsetguard.internal.memory.Coverage;
import dev.holdfast.kafka.offsetguard.internal.memory.GroupMemory;
import dev.holdfast.kafka.offsetguard.internal.partition.Holds;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionState;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionStates;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import dev.holdfast.kafka.versioncap.ClientVersions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Guards the positions of one client: every call that sets a position, and every way to
 * lose one, comes through here. Re-entrant, since an application's rebalance listener
 * runs inside {@code poll}. Belongs to the consumer's thread, except for the methods that
 * are marked as thread-safe.
 */
public final class PositionGuard<K, V> {

	private static final Logger logger = LoggerFactory.getLogger(PositionGuard.class);

	private static final Duration ALL_THE_TIME = Duration.ofSeconds(30);

	private final Consumer<K, V> client;

	private final GuardClock clock;

	private final ClientConfiguration configuration;

	private final ClientVersions versions;

	private final Runnable closing;

	private final Pauses pauses;

	private final PartitionStates states;

	private final Holds holds;

	private final Listeners listeners;

	private final TopicLookup lookup;

	private final Topics topics;

	private final Coverage coverage;

	private final Inspector inspector;

	private final Decisions decisions;

	private final Wiring.Commits commits;

	private final Wiring.Triggers triggers;

	private final PollLoop<K, V> polls;

	private final CurrentPositions currentPositions;

	private final AssignmentView view;

	private boolean leaving;

	/** A wakeup holds this while it wakes up all that may block. */
	private final Object wakeups = new Object();

	public PositionGuard(Consumer<K, V> client, ClientConfiguration configuration, GuardContext context,
			ToldCluster toldCluster, ClientVersions versions) {
		this.client = client;
		this.configuration = configuration;
		this.versions = versions;
		GroupMemory memory = context.memory();
		memory.join(configuration.groupId());
		this.closing = () -> {
			// The application may close a consumer twice.
			if (context.consumers().remove(this)) {
				memory.leave(configuration.groupId());
			}
		};
		Wiring wiring = Wiring.of(client, configuration, context, toldCluster);
		Wiring.Basics basics = wiring.basics();
		this.clock = basics.clock();
		this.pauses = basics.pauses();
		this.states = basics.states();
		this.holds = basics.holds();
		this.listeners = basics.listeners();
		this.lookup = wiring.lookups().lookup();
		this.topics = wiring.lookups().topics();
		this.coverage = wiring.lookups().coverage();
		this.inspector = wiring.enforcement().inspector();
		this.decisions = wiring.enforcement().decisions();
		this.commits = wiring.commits();
		this.triggers = wiring.triggers();
		this.view = new AssignmentView(client, configuration, states, holds, wiring.lookups().commitMemory(),
				wiring.enforcement().maker(), versions);
		this.polls = new PollLoop<>(client, memory, versions,
				context.stopped().of(configuration, basics.clock(), basics.listeners()), wiring);
		this.currentPositions = new CurrentPositions(client, configuration, states, holds, triggers.starts(),
				basics.reports(), basics.positions(), triggers.incident(), wiring.enforcement().resetOffsets(),
				basics.budget(), basics.clock());
	}

	public ConsumerRecords<K, V> poll(Duration timeout) {
		return polls.poll(timeout);
	}

	public Holds holds() {
		return holds;
	}

	Pauses pauses() {
		return pauses;
	}

	ClientVersions clientVersions() {
		return versions;
	}

	public @Nullable String groupId() {
		return configuration.groupId();
	}

	public ClientConfiguration configuration() {
		return configuration;
	}

	/**
	 * Whether a partition is assigned. Thread-safe.
	 */
	public boolean isAssigned(TopicPartition partition) {
		return states.contains(partition);
	}

	/**
	 * Thread-safe.
	 */
	public Assignment assignment() {
		return view.assignment();
	}

	/**
	 * Operators' orders about held partitions.
	 */
	public Resolutions resolutions() {
		return triggers.resolutions();
	}

	long position(TopicPartition partition, @Nullable Duration timeout) {
		return currentPositions.position(partition, timeout, !polls.isPolling() && states.isDelivering());
	}

	/**
	 * Seeks, but not back into a log that is gone. Listener containers seek back to
	 * records that they could not process, even to those of such a log. As long as the
	 * application may have such records in hand, the guard takes a seek to their offsets
	 * for a seek back.
	 */
	public void seek(TopicPartition partition, OffsetAndMetadata offset) {
		PartitionState state = states.find(partition);
		if (state != null && state.isLost(offset.offset())) {
			logger.warn("{} is not sought to {}, which was in a log that is gone: the decision about it stands",
					partition, offset.offset());
			return;
		}
		client.seek(partition, offset);
		soughtByApplication(partition, offset);
	}

	public void seekToBeginning(Collection<TopicPartition> partitions) {
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

	/**
	 * The application decides where it seeks: the guard holds nothing against it.
	 */
	private void soughtByApplication(TopicPartition partition, @Nullable OffsetAndMetadata offset) {
		commits.moved().sought(partition, offset);
		decisions.release(partition);
		triggers.forget(Set.of(partition));
		states.seekByApplication(partition, offset);
	}

	public void assign(Collection<TopicPartition> partitions) {
		commits.observer().leaving(states.partitions());
		// The client refuses null in its own words.
		List<TopicPartition> left = states.partitions()
			.stream()
			.filter((each) -> partitions != null && !partitions.contains(each))
			.toList();
		commitWanted(left, ALL_THE_TIME);
		client.assign(partitions);
		triggers.starts().forgetQuestions();
		triggers.clusterChanges().assignedByApplication(partitions);
		commits.first().assignedByHand(true);
		commits.moved().assignedByHand(true);
		triggers.incident().forget(left);
		pauses.retain(partitions);
		holds.retain(partitions);
		commits.heldBack().retain(partitions);
		commits.moved().retain(partitions);
		states.replace(partitions);
		topics.retain(partitions);
		coverage.retain(partitions);
		listeners.assigned(partitions);
	}

	void forgetAssignment() {
		commits.application().leave(states.partitions());
		pauses.retain(Set.of());
		triggers.incident().forgetAll();
		triggers.rechecks().forgetAll();
		triggers.starts().forgetAll();
		triggers.firstAssignments().left();
		triggers.topicChecks().forgetAll();
		holds.retain(Set.of());
		commits.heldBack().retain(Set.of());
		commits.moved().forgetAll();
		states.forgetAll();
		triggers.clusterChanges().forget();
		commits.first().forgetAll();
		topics.retain(Set.of());
		coverage.retain(Set.of());
	}

	/**
	 * The application has asked for the group's metadata. Only producers need it, to
	 * commit in a transaction.
	 */
	void leaveCommitsToTransactions() {
		commits.first().leaveToTransactions();
		commits.moved().leaveToTransactions();
		commits.sender().leaveToTransactions();
	}

	/**
	 * Whether a partition has never had a position since it was assigned. Only the paused
	 * client has one, which is provisional.
	 */
	boolean isWithoutPosition(TopicPartition partition) {
		return holds.isWithoutPosition(partition) || states.undecided().contains(partition);
	}

	public ApplicationCommits commits() {
		return commits.application();
	}

	Set<TopicPartition> partitions() {
		return states.partitions();
	}

	/**
	 * The consumer is about to give up partitions, and the client is still open.
	 * @param timeout how long the application wants that to take
	 * @return how much of it the guard has spent
	 */
	Duration leaving(Collection<TopicPartition> partitions, Duration timeout) {
		long start = clock.nanoTime();
		// Most of it is for the client.
		Duration step = timeout.dividedBy(4);
		commits.observer().leaving(partitions);
		commits.heldBack().leaving();
		commits.application().leaving(step);
		commitWanted(partitions, step);
		return Duration.ofNanos(clock.nanoTime() - start);
	}

	/**
	 * As {@link #leaving(Collection, Duration)}, for all partitions. The client is going
	 * to revoke them, and the guard does no more about that.
	 */
	Duration leavingAll(Duration timeout) {
		leaving = true;
		return leaving(states.partitions(), timeout);
	}

	/**
	 * The consumer has left, or has not been able to.
	 */
	void hasLeft() {
		leaving = false;
	}

	/**
	 * A rebalance takes partitions away.
	 */
	void leaving(Collection<TopicPartition> partitions) {
		if (!leaving) {
			leaving(partitions, ALL_THE_TIME);
		}
	}

	/**
	 * What the application has committed in another cluster is no commit in this one.
	 */
	private void commitWanted(Collection<TopicPartition> partitions, Duration atMost) {
		if (!triggers.clusterChanges().isNew()) {
			commits.first().leaving(partitions, atMost);
		}
	}

	public ClientCommits clientCommits() {
		return commits.observer();
	}

	public void onAssigned(Collection<TopicPartition> partitions) {
		if (!partitions.isEmpty()) {
			triggers.starts().forgetQuestions();
			triggers.clusterChanges().assignedByGroup();
			commits.first().assignedByHand(false);
			commits.moved().assignedByHand(false);
			states.start(partitions);
			Set<TopicPartition> provisional = triggers.firstAssignments().assigned(partitions);
			listeners.assigned(partitions);
			try {
				triggers.starts().decidePending();
			}
			finally {
				triggers.firstAssignments().holdUndecided(provisional);
			}
		}
	}

	void onUnassigned(Collection<TopicPartition> partitions) {
		triggers.firstAssignments().forget();
		pauses.forget(partitions);
		triggers.incident().forget(partitions);
		holds.forget(partitions);
		commits.heldBack().forget(partitions);
		commits.moved().forget(partitions);
		commits.application().leave(partitions);
		states.revoke(partitions);
	}

	/**
	 * Ends a blocking call of the consumer's thread, as the client's own does.
	 * Thread-safe.
	 */
	void wakeup() {
		synchronized (wakeups) {
			client.wakeup();
			triggers.firstAssignments().wakeup();
			inspector.wakeup();
			lookup.wakeup();
		}
	}

	/**
	 * The wakeup has reached the application another way. Waits for a wakeup that is just
	 * waking up the other calls, since the application would get it twice.
	 */
	public void forgetWakeup() {
		synchronized (wakeups) {
			inspector.forgetWakeup();
			lookup.forgetWakeup();
		}
	}

	/**
	 * The application has closed the client.
	 */
	public void close() {
		closing.run();
		triggers.resolutions().end("its consumer was closed");
		forgetAssignment();
		lookup.close();
	}

}
