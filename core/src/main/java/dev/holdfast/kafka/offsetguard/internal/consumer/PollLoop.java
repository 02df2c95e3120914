/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.consumer;

import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;

import dev.holdfast.kafka.offsetguard.decision.OffsetDecisionException;
import dev.holdfast.kafka.offsetguard.internal.client.ConsumerConfigurationCapture;
import dev.holdfast.kafka.offsetguard.internal.client.Pauses;
import dev.holdfast.kafka.offsetguard.internal.client.SomePartitions;
import dev.holdfast.kafka.offsetguard.internal.cluster.Reconnects;
import dev.holdfast.kafka.offsetguard.internal.enforcement.Decisions;
import dev.holdfast.kafka.offsetguard.internal.lookup.TopicLookup;
import dev.holdfast.kafka.offsetguard.internal.lookup.Topics;
import dev.holdfast.kafka.offsetguard.internal.memory.GroupMemory;
import dev.holdfast.kafka.offsetguard.internal.partition.Holds;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionStates;
import dev.holdfast.kafka.offsetguard.internal.time.EvidenceBudget;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import dev.holdfast.kafka.versioncap.ClientVersions;
import dev.holdfast.kafka.versioncap.RefusedBrokerException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Polls one client for the application, in pieces, and does what is due before each
 * piece. Belongs to the consumer's thread.
 */
final class PollLoop<K, V> {

	private static final Logger logger = LoggerFactory.getLogger(PollLoop.class);

	/**
	 * The longest piece while the guard holds no partition. A partition that it begins to
	 * hold within the piece waits that long for orders and rechecks.
	 */
	private static final Duration LONGEST_PIECE = Duration.ofSeconds(5);

	private static final Duration LONGEST_PIECE_HELD = Duration.ofSeconds(1);

	/**
	 * The longest piece while the client has no partition. It may get some within the
	 * piece, and the guard be answered about them too late for that piece.
	 */
	private static final Duration LONGEST_PIECE_JOINING = Duration.ofMillis(100);

	private static final Duration SHORTEST_PIECE = Duration.ofMillis(50);

	/** A client that returns nothing sooner than this has not waited. */
	private static final long AT_ONCE_NANOS = Duration.ofMillis(5).toNanos();

	private final Consumer<K, V> client;

	private final List<String> bootstrapServers;

	private final ClientVersions versions;

	private final GuardClock clock;

	private final EvidenceBudget budget;

	private final GroupMemory memory;

	private final Pauses pauses;

	private final PartitionStates states;

	private final Holds holds;

	private final Decisions decisions;

	private final Wiring.Commits commits;

	private final Wiring.Triggers triggers;

	private final DecidingPolls<K, V> polls;

	private final ModeSwitch modeSwitch;

	private final BooleanSupplier patient;

	private final StoppedConsumers.Own stops;

	private final Reconnects reconnects;

	private final TopicLookup lookup;

	private final boolean startsWithinPiece;

	private boolean polling;

	private boolean clientHadAllTime;

	PollLoop(Consumer<K, V> client, GroupMemory memory, ClientVersions versions, StoppedConsumers.Own stops,
			Wiring wiring) {
		this.stops = stops;
		this.client = client;
		this.versions = versions;
		this.bootstrapServers = wiring.basics().configuration().bootstrapServers();
		// The guard sees an async client's partitions before that client starts them.
		this.startsWithinPiece = !wiring.basics().configuration().readsCommitsFirst();
		this.memory = memory;
		this.clock = wiring.basics().clock();
		this.budget = wiring.basics().budget();
		this.patient = wiring.basics()::isPatient;
		this.pauses = wiring.basics().pauses();
		this.states = wiring.basics().states();
		this.holds = wiring.basics().holds();
		this.decisions = wiring.enforcement().decisions();
		this.commits = wiring.commits();
		this.triggers = wiring.triggers();
		this.reconnects = new Reconnects(client, clock);
		this.lookup = wiring.lookups().lookup();
		this.modeSwitch = new ModeSwitch(wiring);
		this.polls = new DecidingPolls<>(client, pauses, states, wiring.basics().reports(), triggers.incident(),
				triggers.clusterChanges(), triggers.firstAssignments(),
				() -> !states.isAnyStarting() && !budget.isNearlySpent(), this::piece, this::throwFailure, clock);
	}

	/**
	 * Whether the consumer's thread is inside {@link #poll}.
	 */
	boolean isPolling() {
		return polling;
	}

	/**
	 * Polls. Makes a long poll in pieces, and in shorter ones while a partition is held:
	 * the guard looks at orders and rechecks at the beginning of a piece.
	 */
	ConsumerRecords<K, V> poll(Duration timeout) {
		long start = clock.nanoTime();
		states.pollByApplication(pauses::byApplication);
		Duration piece = piece(timeout);
		ConsumerRecords<K, V> records = pollOnce(piece, timeout, start);
		// Most polls end here, and look at the clock once.
		boolean isOver = !ConsumerConfigurationCapture.isNothing(records) || (piece == timeout && clientHadAllTime);
		return isOver ? records : pollOn(records, timeout, start);
	}

	private ConsumerRecords<K, V> pollOn(ConsumerRecords<K, V> nothing, Duration timeout, long start) {
		ConsumerRecords<K, V> records = nothing;
		long pieceStart = start;
		long now = clock.nanoTime();
		// A client that returns nothing before its time would do so again and again.
		while (ConsumerConfigurationCapture.isNothing(records) && now - pieceStart >= AT_ONCE_NANOS) {
			Duration left = timeout.minusNanos(now - start);
			if (left.isNegative() || left.isZero()) {
				return records;
			}
			pieceStart = now;
			records = pollOnce(piece(left), left, now);
			now = clock.nanoTime();
		}
		return records;
	}

	private Duration piece(Duration left) {
		if (isEvidenceOnItsWay()) {
			return shorter(left, SHORTEST_PIECE);
		}
		if (isJoining()) {
			return shorter(left, LONGEST_PIECE_JOINING);
		}
		Duration longest = holds.isEmpty() ? LONGEST_PIECE : shorter(holds.untilDue(), LONGEST_PIECE_HELD);
		return shorter(left, longer(longest, SHORTEST_PIECE));
	}

	private boolean isEvidenceOnItsWay() {
		return !states.undecided().isEmpty() || triggers.isLookingIntoLogs();
	}

	private boolean isJoining() {
		return startsWithinPiece && states.isEmpty() && patient.getAsBoolean();
	}

	private static Duration shorter(Duration one, Duration other) {
		return (one.compareTo(other) <= 0) ? one : other;
	}

	private static Duration longer(Duration one, Duration other) {
		return (one.compareTo(other) >= 0) ? one : other;
	}

	/**
	 * Polls one piece.
	 * @param left how much time the application has left, this piece included
	 */
	private ConsumerRecords<K, V> pollOnce(Duration piece, Duration left, long now) {
		throwFailure();
		commits.sender().throwCallbackFailure();
		requireAccepted();
		// The client reads no other partition that would have to wait for the guard.
		budget.renewForPoll(isJoining() ? left : piece, patient.getAsBoolean());
		commits.observer().takeNote();
		memory.forgetUnused();
		polling = true;
		try {
			modeSwitch.takeOver();
			commits.sender().used();
			lookAround(now);
			commits.heldBack().commitDue();
			commits.moved().commitDue();
			commits.first().polling();
			// A partition without a position may have had a provisional one so far: the
			// client must not deliver from there.
			throwFailure();
			// The guard may have asked just now.
			Duration rest = isEvidenceOnItsWay() ? shorter(piece, SHORTEST_PIECE) : piece;
			ConsumerRecords<K, V> records = polls.poll(rest, now, budget.isUsed());
			clientHadAllTime = rest == piece && polls.hadClientAllTime();
			holds.forgetThoseNotInVain(records.isEmpty());
			stops.polled(states);
			if (records.isEmpty()) {
				throwFailure();
				commits.sender().throwCallbackFailure();
			}
			return records;
		}
		finally {
			polling = false;
		}
	}

	/**
	 * Does what is due before the guard polls the client.
	 */
	private void lookAround(long now) {
		if (reconnects.areMany(now)) {
			lookup.makeRoom();
		}
		if (triggers.clusterChanges().isDue()) {
			if (triggers.clusterChanges().isNew()) {
				triggers.incident().forgetAll();
				triggers.starts().forgetQuestions();
				commits.first().forgetAll();
				commits.moved().forgetAll();
			}
			triggers.clusterChanges().look();
		}
		boolean isAnyoneWaiting = !triggers.incident().isOpen() || !states.undecided().isEmpty();
		if (isAnyoneWaiting && !triggers.clusterChanges().isWaiting()) {
			triggers.starts().decidePending();
		}
		triggers.rechecks().collect();
		if (triggers.resolutions().isAnyWaiting()) {
			triggers.resolutions().carryOut();
		}
		if (triggers.incident().isOpen()) {
			triggers.topicChecks().giveUp();
		}
		else {
			if (commits.first().commitDue()) {
				triggers.starts().decidePending();
			}
			// The starts have had their share already.
			budget.renewSpent();
			recheckHolds();
			checkTopics(now);
		}
	}

	private void requireAccepted() {
		try {
			versions.requireAccepted(client, bootstrapServers);
		}
		catch (RefusedBrokerException ex) {
			stops.refused(ex);
			throw ex;
		}
	}

	private void throwFailure() {
		OffsetDecisionException failure = decisions.failure();
		if (failure != null) {
			stops.failed(failure);
			triggers.resolutions().end("its consumer has failed");
			throw failure;
		}
	}

	private void recheckHolds() {
		Set<TopicPartition> due = holds.due();
		if (!due.isEmpty() && !budget.isNearlySpent()) {
			try {
				triggers.rechecks().begin(due);
			}
			catch (WakeupException ex) {
				// The client throws the same from its next poll.
				logger.debug("Woken up while looking at {} again", due);
			}
			catch (KafkaException ex) {
				// The other partitions must not wait for those that are held.
				logger.warn("Could not look at {} again: {}", SomePartitions.of(due), ex.toString());
				due.forEach(holds::postponeRecheck);
			}
		}
	}

	private void checkTopics(long now) {
		if (triggers.topicChecks().isDue(now) && !budget.isNearlySpent()) {
			try {
				triggers.topicChecks().check();
			}
			catch (WakeupException ex) {
				// The client throws the same from its next poll.
				logger.debug("Woken up while looking at topics");
				triggers.topicChecks().checkSoon();
			}
			catch (TimeoutException ex) {
				logger.debug("Topics are looked at again soon: {}", ex.getMessage());
				triggers.topicChecks().checkSoon();
			}
		}
	}

}
