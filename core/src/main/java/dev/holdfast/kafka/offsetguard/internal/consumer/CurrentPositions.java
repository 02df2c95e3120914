/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.consumer;

import java.time.Duration;
import java.util.OptionalLong;
import java.util.Set;

import dev.holdfast.kafka.offsetguard.internal.client.AutoOffsetReset;
import dev.holdfast.kafka.offsetguard.internal.client.ClientConfiguration;
import dev.holdfast.kafka.offsetguard.internal.client.ClientPositions;
import dev.holdfast.kafka.offsetguard.internal.client.ClientReports;
import dev.holdfast.kafka.offsetguard.internal.enforcement.ResetOffsets;
import dev.holdfast.kafka.offsetguard.internal.incident.Incident;
import dev.holdfast.kafka.offsetguard.internal.partition.Hold;
import dev.holdfast.kafka.offsetguard.internal.partition.Holds;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionState;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionStates;
import dev.holdfast.kafka.offsetguard.internal.start.StartingPositions;
import dev.holdfast.kafka.offsetguard.internal.time.Deadline;
import dev.holdfast.kafka.offsetguard.internal.time.EvidenceBudget;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the application that asks for a partition's position. If the partition ever had
 * one, the answer is that position, in doubt or not. Otherwise it is the position that
 * plain Kafka would have by now, after as long a wait.
 * <p>
 * An exception costs an application the records that it has in hand. If it may have some,
 * and names no timeout itself, it gets an answer even if brokers give none: the last
 * offset that the guard knows the group has committed, or 0. Neither skips a record.
 */
final class CurrentPositions {

	private static final Logger logger = LoggerFactory.getLogger(CurrentPositions.class);

	/** An application may name a timeout that is too long to count in nanoseconds. */
	private static final Duration LONGEST_WAIT = Duration.ofDays(1);

	/** What it takes a client to validate a position after its leader has moved. */
	private static final Duration VALIDATION_PATIENCE = Duration.ofSeconds(1);

	/**
	 * For so long after brokers did not answer, the guard does not wait for them with
	 * records in hand.
	 */
	private static final Duration IMPATIENCE = Duration.ofSeconds(30);

	/** How long one look may wait for the client's coordinator. */
	private static final Duration SHARE_OF_CALLER = Duration.ofSeconds(1);

	private static final Duration PAUSE = Duration.ofMillis(10);

	private final Consumer<?, ?> client;

	private final ClientConfiguration configuration;

	private final PartitionStates states;

	private final Holds holds;

	private final StartingPositions startingPositions;

	private final ClientReports reports;

	private final ClientPositions positions;

	private final Incident incident;

	private final ResetOffsets resetOffsets;

	private final EvidenceBudget budget;

	private final GuardClock clock;

	private Deadline impatient;

	CurrentPositions(Consumer<?, ?> client, ClientConfiguration configuration, PartitionStates states, Holds holds,
			StartingPositions startingPositions, ClientReports reports, ClientPositions positions, Incident incident,
			ResetOffsets resetOffsets, EvidenceBudget budget, GuardClock clock) {
		this.client = client;
		this.configuration = configuration;
		this.states = states;
		this.holds = holds;
		this.startingPositions = startingPositions;
		this.reports = reports;
		this.positions = positions;
		this.incident = incident;
		this.resetOffsets = resetOffsets;
		this.budget = budget;
		this.clock = clock;
		this.impatient = Deadline.after(Duration.ZERO, clock);
	}

	/**
	 * Where a partition is.
	 * @param timeout how long the application waits, {@code null} if it does not say
	 * @param recordsInHand whether it may have records that an exception would cost it
	 * @throws TimeoutException if the guard does not know it in time, and the application
	 * has no records in hand, or has said how long it waits, or has itself sent the
	 * client to look for an end of the log just now
	 * @throws NoOffsetForPartitionException where plain Kafka would have thrown it
	 */
	long position(TopicPartition partition, @Nullable Duration timeout, boolean recordsInHand) {
		boolean answering = recordsInHand && timeout == null && !states.isSought(partition);
		Duration patience = shorter((timeout != null) ? timeout : configuration.defaultApiTimeout(), LONGEST_WAIT);
		if (answering) {
			patience = impatient.isOver() ? shorter(patience, budget.whole()) : Duration.ZERO;
		}
		try {
			OptionalLong position = await(partition, patience);
			if (position.isPresent()) {
				return position.getAsLong();
			}
		}
		catch (NoOffsetForPartitionException ex) {
			if (!answering) {
				throw ex;
			}
		}
		if (!answering) {
			throw new TimeoutException(
					"Timeout of %dms expired before the position for partition %s could be determined"
						.formatted(patience.toMillis(), partition));
		}
		return standIn(partition, patience);
	}

	private long standIn(TopicPartition partition, Duration waited) {
		Hold hold = holds.find(partition);
		long standIn = (hold != null) ? Math.max(0, hold.decision().evidence().origin()) : 0;
		states.undecided().standIn(partition, standIn);
		if (!waited.isZero()) {
			impatient = Deadline.after(IMPATIENCE, clock);
			logger.warn("Brokers do not tell where {} would start, and the application is told {}", partition, standIn);
		}
		return standIn;
	}

	private OptionalLong await(TopicPartition partition, Duration patience) {
		Deadline deadline = Deadline.after(patience, clock);
		OptionalLong position = look(partition, deadline, patience);
		while (position.isEmpty() && !deadline.isOver()) {
			if (incident.isOpen()) {
				budget.renew(deadline.left(patience));
				resolveQuietly();
			}
			// A client may report the same again and again, without any wait.
			clock.pause(PAUSE);
			position = look(partition, deadline, patience);
		}
		return position;
	}

	private OptionalLong look(TopicPartition partition, Deadline deadline, Duration patience) {
		Duration left = deadline.left(patience);
		Hold hold = holds.find(partition);
		if (hold != null) {
			return (hold.position() >= 0) ? OptionalLong.of(hold.position()) : plainStart(partition, hold, left);
		}
		PartitionState state = states.find(partition);
		if (state == null) {
			return positions.within(partition, left);
		}
		if (state.isPositioned()) {
			return ownPosition(partition, left);
		}
		budget.renew(left);
		startingPositions.decidePending();
		if (states.undecided().contains(partition)) {
			OptionalLong known = states.undecided().position(partition);
			boolean isWokenUp = startingPositions.takeWakeup();
			if (known.isPresent()) {
				return known;
			}
			// The client has been woken up, too, and throws from its next call that
			// waits, even if no time is left. If the guard threw instead, the application
			// would hear of it twice.
			OptionalLong start = plainStart(partition, deadline.left(SHARE_OF_CALLER), isWokenUp);
			if (isWokenUp && start.isEmpty()) {
				throw new WakeupException();
			}
			return start;
		}
		if (state.isPositioned()) {
			// The guard has decided just now, perhaps with the last of the time.
			return look(partition, deadline, patience);
		}
		// The client reads commits, too, and the coordinator may answer it sooner.
		return positions.within(partition, deadline.left(budget.whole()));
	}

	/**
	 * Where plain Kafka would have started a held partition. The guard asks once, as
	 * plain Kafka would have, and keeps the answer.
	 */
	private OptionalLong plainStart(TopicPartition partition, Hold hold, Duration left) {
		if (configuration.autoOffsetReset().strategy() == AutoOffsetReset.Strategy.NONE) {
			throw new NoOffsetForPartitionException(partition);
		}
		try {
			OptionalLong start = resetOffsets.plainStart(partition, hold.decision(), left);
			start.ifPresent((found) -> states.get(partition).hold(hold.at(found)));
			return start;
		}
		catch (InvalidOffsetException ex) {
			reports.add(ex);
			return OptionalLong.empty();
		}
	}

	/**
	 * Where plain Kafka would be by now. The application does not wait for the guard's
	 * own questions. The coordinator tells the client the commit, or, if there is none,
	 * the leader tells where to start. The guard asks once, and keeps the answer.
	 */
	private OptionalLong plainStart(TopicPartition partition, Duration left, boolean isWokenUp) {
		if (configuration.groupId() == null || (left.isZero() && !isWokenUp)) {
			return OptionalLong.empty();
		}
		Deadline deadline = Deadline.after(left, clock);
		try {
			states.commitsRead();
			OffsetAndMetadata commit = client.committed(Set.of(partition), left).get(partition);
			OptionalLong start = (commit != null) ? OptionalLong.of(commit.offset())
					: resetOffsets.plainStart(partition, deadline.left(left));
			start.ifPresent((found) -> states.undecided().learn(partition, found));
			return start;
		}
		catch (RetriableException ex) {
			return OptionalLong.empty();
		}
	}

	/**
	 * The position of a partition that has one. A position in doubt stays until the guard
	 * or the application moves it, while the client would only wait for its next
	 * validation.
	 */
	private OptionalLong ownPosition(TopicPartition partition, Duration left) {
		OptionalLong known = states.knownPosition(partition);
		OptionalLong position = positions.within(partition, Duration.ZERO);
		if (position.isEmpty() && !incident.isOpen()) {
			position = positions.within(partition, known.isPresent() ? shorter(left, VALIDATION_PATIENCE) : left);
		}
		if (position.isPresent()) {
			return position;
		}
		// A report may be about a position that the application has left since.
		OptionalLong reported = states.isSought(partition) ? OptionalLong.empty()
				: incident.reportedPosition(partition);
		return reported.isPresent() ? reported : known;
	}

	private void resolveQuietly() {
		try {
			incident.resolve(false);
		}
		catch (WakeupException ex) {
			// The client throws the same from its next call.
			logger.debug("Woken up on the way to a decision");
		}
		catch (TimeoutException ex) {
			logger.debug("Not decided yet: {}", ex.getMessage());
		}
	}

	private static Duration shorter(Duration one, Duration other) {
		return (one.compareTo(other) <= 0) ? one : other;
	}

}
