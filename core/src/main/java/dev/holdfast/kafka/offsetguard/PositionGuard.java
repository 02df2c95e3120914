/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Set;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
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

	private static final int POSITION_ATTEMPTS = 3;

	/** How long the async consumer's background may take to report what it knows. */
	private static final Duration REPORT_PATIENCE = Duration.ofMillis(100);

	private final Consumer<K, V> client;

	private final PartitionStates states = new PartitionStates();

	private final Holds holds;

	private final Decisions decisions;

	private final StartingPositions startingPositions;

	private final EvidenceBudget budget;

	private final Inspector inspector;

	private final Incident incident;

	PositionGuard(Consumer<K, V> client, ClientConfiguration configuration, OffsetGuardSettings settings,
			List<DecisionListener> listeners) {
		this.client = client;
		this.holds = new Holds(client, states, settings.holdRecheckInterval());
		this.decisions = new Decisions(client, configuration, settings.policy(), states, holds, listeners);
		this.budget = new EvidenceBudget(settings.inspectionTimeout());
		OffsetPolicy policy = settings.policy();
		this.startingPositions = new StartingPositions(client, configuration, policy, budget, states, decisions);
		this.inspector = new Inspector(configuration, policy);
		this.incident = new Incident(client, states, holds, decisions, startingPositions, inspector,
				new LatestOffsets(client, configuration, policy), budget);
	}

	Holds holds() {
		return holds;
	}

	ConsumerRecords<K, V> poll(Duration timeout) {
		decisions.throwFailure();
		budget.renew();
		if (!incident.isOpen()) {
			startingPositions.decidePending();
			recheckHolds();
		}
		ConsumerRecords<K, V> records = pollClient(timeout);
		states.polled();
		if (records.isEmpty()) {
			decisions.throwFailure();
		}
		else {
			states.deliver(records);
		}
		return records;
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
		}
	}

	private ConsumerRecords<K, V> pollClient(Duration timeout) {
		if (!incident.isOpen()) {
			try {
				return client.poll(timeout);
			}
			catch (InvalidOffsetException ex) {
				incident.report(ex);
			}
			catch (WakeupException ex) {
				inspector.forgetWakeup();
				throw ex;
			}
		}
		ConsumerRecords<K, V> records = collectReports();
		try {
			incident.resolve();
		}
		catch (WakeupException ex) {
			// Aborted on the way to a decision. The client throws the same as soon as it
			// is polled, which must not cost the records it has handed out already.
			return records.isEmpty() ? collectReports() : records;
		}
		return records;
	}

	/**
	 * Clients report positions out of range one partition a poll, and truncations one
	 * broker a poll: goes on until the client has nothing new to say.
	 */
	private ConsumerRecords<K, V> collectReports() {
		try {
			while (true) {
				try {
					return client.poll(REPORT_PATIENCE);
				}
				catch (InvalidOffsetException ex) {
					if (!incident.report(ex)) {
						return ConsumerRecords.empty();
					}
				}
			}
		}
		catch (WakeupException ex) {
			inspector.forgetWakeup();
			throw ex;
		}
	}

	long position(TopicPartition partition, @Nullable Duration timeout) {
		budget.renew();
		startingPositions.decidePending();
		for (int attempt = 1;; attempt++) {
			Hold hold = holds.find(partition);
			if (hold != null) {
				return hold.provisionalPosition();
			}
			try {
				return (timeout != null) ? client.position(partition, timeout) : client.position(partition);
			}
			catch (InvalidOffsetException ex) {
				if (attempt == POSITION_ATTEMPTS) {
					throw new TimeoutException("The position of " + partition + " could not be decided in time", ex);
				}
				incident.report(ex);
				resolveQuietly();
			}
		}
	}

	private void resolveQuietly() {
		try {
			incident.resolve();
		}
		catch (WakeupException ex) {
			// The client throws the same as soon as it is asked again.
			logger.debug("Woken up on the way to a decision");
		}
	}

	void seek(TopicPartition partition, OffsetAndMetadata offset) {
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

	/**
	 * Where the application itself seeks it has decided: nothing is held against it.
	 */
	private void soughtByApplication(TopicPartition partition, @Nullable OffsetAndMetadata offset) {
		holds.release(partition);
		states.seekByApplication(partition, offset);
	}

	void assign(Collection<TopicPartition> partitions) {
		client.assign(partitions);
		holds.retain(partitions);
		states.replace(partitions);
	}

	void forgetAssignment() {
		holds.retain(Set.of());
		states.forgetAll();
	}

	ConsumerRebalanceListener listen(@Nullable ConsumerRebalanceListener application) {
		return new GuardedRebalanceListener(this, application);
	}

	void onAssigned(Collection<TopicPartition> partitions) {
		if (!partitions.isEmpty()) {
			states.start(partitions);
			startingPositions.decidePending();
		}
	}

	void onUnassigned(Collection<TopicPartition> partitions) {
		holds.forget(partitions);
		states.forget(partitions);
	}

	/**
	 * Ends a blocking call of the consumer's thread, as the client's own does.
	 * Thread-safe.
	 */
	void wakeup() {
		client.wakeup();
		inspector.wakeup();
	}

}
