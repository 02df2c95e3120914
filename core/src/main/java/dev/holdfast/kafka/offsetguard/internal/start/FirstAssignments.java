/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.start;

import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.BooleanSupplier;

import dev.holdfast.kafka.offsetguard.internal.client.ClientConfiguration;
import dev.holdfast.kafka.offsetguard.internal.client.WhileAssigned;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionStates;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Polls the async client while it has no partitions. That client reads the commits of new
 * partitions, and believes the leader epochs in them, before it calls the rebalance
 * listener. It does so only on behalf of a poll that begins after its background has
 * taken the assignment over. So the guard polls without waiting, waits by itself, and
 * seeks the partitions that it sees assigned, to a provisional position, before it polls
 * again. Belongs to the consumer's thread.
 */
public final class FirstAssignments {

	/**
	 * How often the guard polls the client, which throws then what its background has to
	 * tell. An assignment just then goes unseen: the less often, the less likely.
	 */
	private static final Duration PIECE = Duration.ofMillis(500);

	/** How long the guard does not poll a client that has just begun to join. */
	private static final Duration JOINING = Duration.ofSeconds(2);

	/** How often it polls a client that does not know yet which topics it wants. */
	private static final Duration SEARCHING = Duration.ofMillis(100);

	/** How long it polls a client that has just got partitions. */
	private static final Duration START = Duration.ofMillis(50);

	/** How often the guard looks at the assignment. */
	private static final Duration LOOK = Duration.ofMillis(20);

	/** A partition that no consumer has. */
	private static final Set<TopicPartition> NOWHERE = Set.of(new TopicPartition("", 0));

	private final Consumer<?, ?> client;

	private final PartitionStates states;

	private final boolean readsCommitsFirst;

	private final BooleanSupplier patient;

	private final Duration joiningTime;

	private final GuardClock clock;

	/** Partitions that have a provisional position, until the listener is called. */
	private final Set<TopicPartition> sought = new HashSet<>();

	/**
	 * How often the client had looked for positions when it had no partition, -1 if that
	 * is not known: the client may have read commits of those that it has now.
	 */
	private int looksWithout = -1;

	private long pollDueAt;

	private boolean waiting;

	/**
	 * Whether the client has yet to join its group. It begins to do so in the next poll,
	 * which therefore cannot find an assignment.
	 */
	private boolean joining = true;

	/** Other threads wake the consumer up. */
	private volatile boolean wokenUp;

	/**
	 * Creates it.
	 * @param patient whether partitions may wait at a provisional position
	 */
	public FirstAssignments(Consumer<?, ?> client, ClientConfiguration configuration, PartitionStates states,
			BooleanSupplier patient, GuardClock clock) {
		this.client = client;
		this.readsCommitsFirst = configuration.readsCommitsFirst();
		this.joiningTime = shorter(JOINING, configuration.maxPollInterval().dividedBy(4));
		this.states = states;
		this.patient = patient;
		this.clock = clock;
	}

	/**
	 * Polls the client.
	 * @param polled the client, with its types
	 */
	public <K, V> ConsumerRecords<K, V> poll(Consumer<K, V> polled, Duration timeout) {
		waiting = isWithoutPartitions() && !timeout.isNegative();
		if (!waiting) {
			states.clientLooks();
			return polled.poll(timeout);
		}
		try {
			return pollUntilAssigned(polled, timeout);
		}
		finally {
			if (!sought.isEmpty()) {
				// The listener is not called yet: nobody may take where they are for a
				// position.
				states.start(sought);
				holdUndecided(sought);
			}
		}
	}

	/**
	 * Whether the client had no partitions in the last poll, and the guard waited for it.
	 */
	public boolean isWaiting() {
		return waiting;
	}

	private <K, V> ConsumerRecords<K, V> pollUntilAssigned(Consumer<K, V> polled, Duration timeout) {
		long start = clock.nanoTime();
		ConsumerRecords<K, V> records = ConsumerRecords.empty();
		Duration left = timeout;
		do {
			take();
			if (isPollDue()) {
				records = pollWithoutWaiting(polled);
			}
			awaitAssignment(shorter(left, PIECE));
			left = timeout.minusNanos(clock.nanoTime() - start);
		}
		while (looksWithout >= 0 && !left.isNegative() && !left.isZero());
		return (records.isEmpty() && isAssigned() && !left.isNegative()) ? pollOn(polled, left) : records;
	}

	/**
	 * Lets a client that has just got partitions look for where they start, as plain
	 * Kafka's does in the rest of the poll: where a log ends is another place later.
	 */
	private <K, V> ConsumerRecords<K, V> pollOn(Consumer<K, V> polled, Duration left) {
		states.clientLooks();
		return polled.poll(shorter(left, START));
	}

	/**
	 * Whether the client has called the listener about all partitions that it has.
	 */
	private boolean isAssigned() {
		return sought.isEmpty() && !states.isEmpty();
	}

	private boolean isWithoutPartitions() {
		return readsCommitsFirst && states.isEmpty() && patient.getAsBoolean();
	}

	private boolean isPollDue() {
		return looksWithout < 0 || wokenUp || Thread.currentThread().isInterrupted()
				|| clock.nanoTime() - pollDueAt >= 0;
	}

	private <K, V> ConsumerRecords<K, V> pollWithoutWaiting(Consumer<K, V> polled) {
		boolean isJoining = joining;
		boolean wasSearching = isSearching();
		joining = false;
		looksWithout = -1;
		wokenUp = false;
		states.clientLooks();
		ConsumerRecords<K, V> records = polled.poll(Duration.ZERO);
		if (isWithoutPartitions() && ((isJoining && !wasSearching) || isSettledWithoutPartitions())) {
			looksWithout = states.looks();
		}
		Duration wait = (isJoining || wasSearching) ? joiningTime : PIECE;
		pollDueAt = clock.nanoTime() + (isSearching() ? SEARCHING : wait).toNanos();
		return records;
	}

	/**
	 * Whether the client has a pattern, and knows no topic that matches. It looks for
	 * topics on behalf of a poll only.
	 */
	private boolean isSearching() {
		return client.subscription().isEmpty();
	}

	private void awaitAssignment(Duration timeout) {
		Duration left = timeout;
		while (looksWithout >= 0 && !wokenUp && !Thread.currentThread().isInterrupted() && !left.isNegative()
				&& !left.isZero() && client.assignment().isEmpty()) {
			clock.pause(shorter(left, LOOK));
			left = left.minus(LOOK);
		}
	}

	private static Duration shorter(Duration one, Duration other) {
		return (one.compareTo(other) <= 0) ? one : other;
	}

	/**
	 * Whether the client has no partition after its background has dealt with all that it
	 * was told before.
	 */
	private boolean isSettledWithoutPartitions() {
		try {
			client.pause(NOWHERE);
		}
		catch (IllegalStateException ex) {
			// The client does not have that partition.
		}
		return client.assignment().isEmpty();
	}

	/**
	 * Seeks partitions that the client has got since it was last polled.
	 */
	private void take() {
		Set<TopicPartition> assigned = (looksWithout < 0) ? Set.of() : client.assignment();
		if (!assigned.isEmpty()) {
			if (looksWithout == states.looks()) {
				assigned.forEach((partition) -> WhileAssigned.seek(client, partition, new OffsetAndMetadata(0)));
				sought.addAll(assigned);
			}
			looksWithout = -1;
		}
	}

	/**
	 * The client calls the rebalance listener.
	 * @return the partitions that are at a provisional position, of which the client has
	 * not read the commits
	 */
	public Set<TopicPartition> assigned(Collection<TopicPartition> partitions) {
		Set<TopicPartition> provisional = new HashSet<>(sought);
		provisional.retainAll(partitions);
		sought.clear();
		if (readsCommitsFirst) {
			partitions.stream()
				.filter((partition) -> !provisional.contains(partition))
				.forEach((partition) -> states.get(partition).plainStart().commitRead());
		}
		return provisional;
	}

	/**
	 * Has partitions wait that would else be read from their provisional position.
	 */
	public void holdUndecided(Set<TopicPartition> provisional) {
		Set<TopicPartition> open = new HashSet<>(provisional);
		open.removeIf((partition) -> !states.isStarting(partition) || states.undecided().contains(partition));
		if (!open.isEmpty()) {
			states.undecided().hold(open, Map.of());
		}
	}

	/**
	 * The consumer has lost partitions.
	 */
	public void forget() {
		sought.clear();
		looksWithout = -1;
	}

	/**
	 * The consumer has left its group.
	 */
	public void left() {
		forget();
		joining = true;
	}

	/**
	 * The consumer is woken up: the client's next poll throws that. Thread-safe.
	 */
	public void wakeup() {
		wokenUp = true;
	}

}
