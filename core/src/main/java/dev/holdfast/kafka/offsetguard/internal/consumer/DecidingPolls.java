/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.consumer;

import java.time.Duration;
import java.util.Set;
import java.util.function.BooleanSupplier;
import java.util.function.UnaryOperator;

import dev.holdfast.kafka.offsetguard.internal.client.ClientReports;
import dev.holdfast.kafka.offsetguard.internal.client.ConsumerConfigurationCapture;
import dev.holdfast.kafka.offsetguard.internal.client.Pauses;
import dev.holdfast.kafka.offsetguard.internal.client.SomePartitions;
import dev.holdfast.kafka.offsetguard.internal.client.WhileAssigned;
import dev.holdfast.kafka.offsetguard.internal.incident.ClusterChanges;
import dev.holdfast.kafka.offsetguard.internal.incident.Incident;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionStates;
import dev.holdfast.kafka.offsetguard.internal.start.FirstAssignments;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Polls one client. When the client reports something instead of records, has the guard
 * decide about it.
 */
final class DecidingPolls<K, V> {

	private static final Logger logger = LoggerFactory.getLogger(DecidingPolls.class);

	/** How long the async consumer's background may take to report what it knows. */
	private static final Duration REPORT_PATIENCE = Duration.ofMillis(100);

	/**
	 * How long the guard polls the client before it looks for evidence again, as long as
	 * the evidence may come at any moment.
	 */
	private static final Duration WAITING = Duration.ofMillis(10);

	/** The same if brokers take their time. */
	private static final Duration WAITING_LONG = Duration.ofMillis(50);

	private static final int SHORT_WAITS = 10;

	private final Consumer<K, V> client;

	private final Pauses pauses;

	private final PartitionStates states;

	private final ClientReports reports;

	private final Incident incident;

	private final ClusterChanges clusterChanges;

	private final FirstAssignments firstAssignments;

	private final BooleanSupplier worthPolling;

	private final UnaryOperator<Duration> piece;

	private final Runnable throwFailure;

	private final GuardClock clock;

	private boolean clientHadAllTime;

	/** How often the guard has waited for the evidence that is on its way. */
	private int waits;

	/** Whether the guard has kept records from the application in the last poll. */
	private boolean hasTakenBack;

	private boolean hasToldOfUnpaused;

	/**
	 * Creates it.
	 * @param worthPolling whether the client may say something else than before
	 * @param piece how much of the time that is left the guard polls the client for, once
	 * it has decided something
	 * @param throwFailure throws if the guard has decided to fail
	 */
	DecidingPolls(Consumer<K, V> client, Pauses pauses, PartitionStates states, ClientReports reports,
			Incident incident, ClusterChanges clusterChanges, FirstAssignments firstAssignments,
			BooleanSupplier worthPolling, UnaryOperator<Duration> piece, Runnable throwFailure, GuardClock clock) {
		this.client = client;
		this.pauses = pauses;
		this.states = states;
		this.reports = reports;
		this.incident = incident;
		this.clusterChanges = clusterChanges;
		this.firstAssignments = firstAssignments;
		this.worthPolling = worthPolling;
		this.piece = piece;
		this.throwFailure = throwFailure;
		this.clock = clock;
	}

	/**
	 * The time that a decision leaves of a poll belongs to the application, as it does
	 * with Kafka alone: some applications poll only once.
	 * @param timeout the poll's time
	 * @param startedAt when it began, in {@link GuardClock#nanoTime()}
	 * @param isTimeUsed whether the guard has used some of it. Most polls have nothing to
	 * decide, and do not look at the clock.
	 */
	ConsumerRecords<K, V> poll(Duration timeout, long startedAt, boolean isTimeUsed) {
		// The client refuses a negative timeout in its own words.
		Duration left = (isTimeUsed && !timeout.isNegative()) ? left(timeout, startedAt) : timeout;
		while (true) {
			boolean wasOpen = incident.isOpen();
			ConsumerRecords<K, V> records = wasOpen ? null : pollUndisturbed(left);
			if (records != null) {
				clientHadAllTime = left == timeout && !hasTakenBack && !firstAssignments.isWaiting()
						&& !clusterChanges.isNew();
				return records;
			}
			clientHadAllTime = false;
			waits = incident.isWaiting() ? waits : 0;
			// While an incident stays open the guard polls the client, which keeps it in
			// its group.
			boolean isAllSaid = !wasOpen && incident.isAboutAllPositions();
			records = decide(isAllSaid ? ConsumerRecords.empty() : wait(left), isAllSaid);
			boolean isStuck = incident.isOpen() && !incident.isWaiting();
			if (!ConsumerConfigurationCapture.isNothing(records) || isStuck
					|| (!incident.isWaiting() && !worthPolling.getAsBoolean())) {
				return records;
			}
			throwFailure.run();
			left = piece.apply(left(timeout, startedAt));
			if (left.isZero()) {
				return records;
			}
		}
	}

	/**
	 * Whether the whole time of the last poll was the client's, and the guard has taken
	 * nothing from what the client said.
	 */
	boolean hadClientAllTime() {
		return clientHadAllTime;
	}

	private Duration left(Duration timeout, long startedAt) {
		Duration left = timeout.minusNanos(clock.nanoTime() - startedAt);
		return left.isNegative() ? Duration.ZERO : left;
	}

	/**
	 * Lets the client read the other partitions while evidence about some is on its way,
	 * or collects what else it has to report.
	 */
	private ConsumerRecords<K, V> wait(Duration left) {
		if (!incident.isWaiting()) {
			return collectReports(left);
		}
		try {
			Duration wait = incident.isConcluding() ? Duration.ZERO : nextWait();
			return pollClient((left.compareTo(wait) < 0) ? left : wait);
		}
		catch (InvalidOffsetException ex) {
			reports.add(ex);
			return ConsumerRecords.empty();
		}
	}

	private Duration nextWait() {
		waits++;
		return (waits <= SHORT_WAITS) ? WAITING : WAITING_LONG;
	}

	/**
	 * Polls the client.
	 * @return its records, {@code null} if it has reported something instead
	 */
	private @Nullable ConsumerRecords<K, V> pollUndisturbed(Duration timeout) {
		try {
			return delivered(pollClient(timeout));
		}
		catch (InvalidOffsetException ex) {
			reports.add(ex);
			return null;
		}
	}

	private ConsumerRecords<K, V> pollClient(Duration timeout) {
		pauses.tellClient();
		hasTakenBack = false;
		ConsumerRecords<K, V> records = firstAssignments.poll(client, timeout);
		if (records.isEmpty()) {
			return records;
		}
		if (clusterChanges.isDroppingRecords()) {
			return takeBack(records);
		}
		if (pauses.isAnyPaused(records.partitions())) {
			tellOnce(records.partitions());
			pauses.repeat(records.partitions());
			return takeBack(records);
		}
		return records;
	}

	/**
	 * Drops records, and sends the client back to where it was before them.
	 */
	private ConsumerRecords<K, V> takeBack(ConsumerRecords<K, V> records) {
		hasTakenBack = true;
		RuntimeException failure = null;
		for (TopicPartition partition : records.partitions()) {
			long position = states.get(partition).position();
			try {
				WhileAssigned.seek(client, partition,
						new OffsetAndMetadata((position >= 0) ? position : records.records(partition).get(0).offset()));
			}
			catch (RuntimeException ex) {
				// The others have to go back all the same.
				failure = ex;
			}
		}
		if (failure != null) {
			throw failure;
		}
		return ConsumerRecords.empty();
	}

	/**
	 * No way is known in which a client could lose a pause. Nobody has decided that the
	 * application reads from where such records come.
	 */
	private void tellOnce(Set<TopicPartition> partitions) {
		if (!hasToldOfUnpaused) {
			hasToldOfUnpaused = true;
			logger.error("The client has read partitions that the guard has paused: the guard drops these records "
					+ "and pauses them once more. Please report this: {}", SomePartitions.of(partitions));
		}
	}

	private ConsumerRecords<K, V> decide(ConsumerRecords<K, V> polled, boolean isAllSaid) {
		ConsumerRecords<K, V> records = delivered(polled);
		try {
			incident.resolve(isAllSaid);
		}
		catch (WakeupException ex) {
			// A wakeup came on the way to a decision: the client throws the same from its
			// next poll.
			return records.isEmpty() ? delivered(collectReports(REPORT_PATIENCE)) : records;
		}
		catch (RuntimeException ex) {
			if (records.isEmpty()) {
				throw ex;
			}
			// The client's positions are past these records already. The guard delivers
			// them whatever happens, and goes on with the incident at the next poll.
			logger.warn("An incident is not resolved yet: {}", ex.toString());
		}
		return records;
	}

	/**
	 * Takes note of records before the guard decides about the positions after them.
	 */
	private ConsumerRecords<K, V> delivered(ConsumerRecords<K, V> records) {
		states.deliver(records);
		if (!incident.isOpen()) {
			states.polled();
		}
		return records;
	}

	/**
	 * Polls until the client has nothing new to report. In one poll it reports one
	 * partition out of range, or the truncations of one broker.
	 * @param atMost how long; the guard looks next into what the client reports after
	 * that
	 */
	private ConsumerRecords<K, V> collectReports(Duration atMost) {
		long start = clock.nanoTime();
		boolean isNews = true;
		while (isNews) {
			try {
				return pollClient(REPORT_PATIENCE);
			}
			catch (InvalidOffsetException ex) {
				isNews = reports.add(ex) && clock.nanoTime() - start < atMost.toNanos();
			}
		}
		return ConsumerRecords.empty();
	}

}
