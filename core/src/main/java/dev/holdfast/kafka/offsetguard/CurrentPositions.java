/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.OptionalLong;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers the application that asks where it is.
 */
final class CurrentPositions {

	private static final Logger logger = LoggerFactory.getLogger(CurrentPositions.class);

	private static final int ATTEMPTS = 3;

	private final Consumer<?, ?> client;

	private final PartitionStates states;

	private final Holds holds;

	private final StartingPositions startingPositions;

	private final Incident incident;

	private final Duration apiTimeout;

	CurrentPositions(Consumer<?, ?> client, PartitionStates states, Holds holds, StartingPositions startingPositions,
			Incident incident, Duration apiTimeout) {
		this.client = client;
		this.states = states;
		this.holds = holds;
		this.startingPositions = startingPositions;
		this.incident = incident;
		this.apiTimeout = apiTimeout;
	}

	long position(TopicPartition partition, @Nullable Duration timeout) {
		startingPositions.decidePending();
		awaitStart(partition, timeout);
		for (int attempt = 1;; attempt++) {
			Hold hold = holds.find(partition);
			if (hold != null) {
				return hold.provisionalPosition();
			}
			if (incident.isOpen()) {
				resolveQuietly();
			}
			OptionalLong undecided = incident.isOpen() ? undecidedPosition(partition) : OptionalLong.empty();
			if (undecided.isPresent()) {
				return undecided.getAsLong();
			}
			try {
				return (timeout != null) ? client.position(partition, timeout) : client.position(partition);
			}
			catch (InvalidOffsetException ex) {
				if (attempt == ATTEMPTS) {
					throw new TimeoutException("The position of " + partition + " could not be decided in time", ex);
				}
				incident.report(ex);
			}
		}
	}

	/**
	 * Waits, as the client alone would, until it is decided where a partition starts.
	 */
	private void awaitStart(TopicPartition partition, @Nullable Duration timeout) {
		long start = System.nanoTime();
		long patience = ((timeout != null) ? timeout : apiTimeout).toNanos();
		while (states.undecided().contains(partition)) {
			if (System.nanoTime() - start >= patience) {
				throw new TimeoutException(
						"It is not decided yet where %s starts: the brokers do not answer".formatted(partition));
			}
			startingPositions.decideAgain();
		}
	}

	/**
	 * The position while no time is left to decide in this poll. It does not move until
	 * somebody does, and the client would only wait for its next validation.
	 */
	private OptionalLong undecidedPosition(TopicPartition partition) {
		try {
			OptionalLong position = Positions.now(client, partition);
			if (position.isPresent()) {
				return position;
			}
		}
		catch (InvalidOffsetException ex) {
			incident.report(ex);
		}
		// A report may be about a position that the application has left since.
		OptionalLong reported = states.isSought(partition) ? OptionalLong.empty()
				: incident.reportedPosition(partition);
		return reported.isPresent() ? reported : states.knownPosition(partition);
	}

	private void resolveQuietly() {
		try {
			incident.resolve(false);
		}
		catch (WakeupException ex) {
			// The client throws the same as soon as it is asked again.
			logger.debug("Woken up on the way to a decision");
		}
	}

}
