/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.enforcement;

import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.BooleanSupplier;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.internal.client.AutoOffsetReset;
import dev.holdfast.kafka.offsetguard.internal.client.WhileAssigned;
import dev.holdfast.kafka.offsetguard.internal.partition.Hold;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionState;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionStates;
import dev.holdfast.kafka.offsetguard.internal.time.EvidenceBudget;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import dev.holdfast.kafka.offsetguard.internal.time.Retry;
import dev.holdfast.kafka.offsetguard.policy.Action;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.TimeoutException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks up where partitions without a position start, with one request a broker. It asks
 * through the client itself, and so with the application's isolation level.
 */
public final class ResetOffsets {

	private static final Logger logger = LoggerFactory.getLogger(ResetOffsets.class);

	private final Consumer<?, ?> client;

	private final PartitionStates states;

	private final AutoOffsetReset autoOffsetReset;

	private final EvidenceBudget budget;

	private final BooleanSupplier undecidable;

	private final java.util.function.Consumer<InvalidOffsetException> reports;

	private final TimestampOffsets timestampOffsets;

	/** The client does not take answers that come after the time it was given. */
	private final Retry ends;

	/**
	 * Creates it.
	 * @param undecidable whether partitions may wait, paused, until the guard knows where
	 * they start
	 * @param reports takes what the client reports instead of an answer
	 */
	public ResetOffsets(Consumer<?, ?> client, PartitionStates states, AutoOffsetReset autoOffsetReset,
			TimestampOffsets timestampOffsets, EvidenceBudget budget, BooleanSupplier undecidable,
			java.util.function.Consumer<InvalidOffsetException> reports, GuardClock clock) {
		this.client = client;
		this.states = states;
		this.autoOffsetReset = autoOffsetReset;
		this.budget = budget;
		this.undecidable = undecidable;
		this.reports = reports;
		this.timestampOffsets = timestampOffsets;
		this.ends = new Retry(clock);
	}

	/**
	 * Forgets what it has asked about the last assignment.
	 */
	public void forgetQuestions() {
		timestampOffsets.forget();
	}

	/**
	 * What an action comes to for partitions without a position.
	 * @param timestamps for {@link Action#TIMESTAMP}, by partition; the guard holds those
	 * that are missing
	 */
	public Map<TopicPartition, Outcome> outcomes(Action action, Collection<TopicPartition> partitions,
			Map<TopicPartition, Long> timestamps) {
		return switch (action) {
			case EARLIEST, LATEST -> end(action, partitions);
			case AUTO_OFFSET_RESET -> reset(partitions);
			case TIMESTAMP -> at(timestamps, partitions);
			case FAIL -> all(partitions, new Outcome.Failed());
			// A partition that never had a position has nothing to keep.
			case HOLD, KEEP, DIVERGENCE, LATEST_KNOWN, OFFSET -> all(partitions, new Outcome.Held());
		};
	}

	/**
	 * What the consumer's own {@code auto.offset.reset} comes to.
	 */
	public Map<TopicPartition, Outcome> reset(Collection<TopicPartition> partitions) {
		return switch (autoOffsetReset.strategy()) {
			case EARLIEST -> end(Action.EARLIEST, partitions);
			case LATEST -> end(Action.LATEST, partitions);
			case BY_DURATION -> byDuration(partitions);
			case NONE -> all(partitions, new Outcome.Rethrown());
		};
	}

	/**
	 * Takes note of where newly assigned partitions end, if plain Kafka would start them
	 * there when they have no commit. Otherwise the consumer would skip the records that
	 * come while the guard asks others. Leaves out partitions whose end the client looks
	 * for by itself, or whose commit the guard knows by now. Asks the same leaders again
	 * at growing intervals: each question adds to what a slow broker has to answer.
	 * @param timeout how long the client may ask leaders that were not asked before
	 * @param again how long it may ask all others
	 * @throws WakeupException if the application has woken the consumer up; the guard
	 * asks again
	 */
	public void noteEnds(Set<TopicPartition> assigned, Duration timeout, Duration again) {
		if (autoOffsetReset.strategy() != AutoOffsetReset.Strategy.LATEST) {
			return;
		}
		Set<TopicPartition> unknown = new HashSet<>(assigned);
		unknown.removeIf((partition) -> !isEndWanted(partition));
		boolean isNew = unknown.stream().anyMatch((partition) -> !states.get(partition).plainStart().isEndAsked());
		if (unknown.isEmpty() || !(isNew || ends.isDue())) {
			return;
		}
		try {
			ask(Action.LATEST, unknown, isNew ? timeout : again)
				.forEach((partition, end) -> states.get(partition).plainStart().found(end));
			ends.note(false);
		}
		catch (WakeupException | InterruptException ex) {
			throw ex;
		}
		catch (KafkaException ex) {
			unknown.forEach((partition) -> states.get(partition).plainStart().endAsked());
			ends.note(true);
			logger.debug("Not known yet where {} partitions end", unknown.size(), ex);
		}
	}

	private boolean isEndWanted(TopicPartition partition) {
		PartitionState state = states.get(partition);
		boolean isKnownToBeCommitted = state.plainStart().isEndAsked() && state.plainStart().isCommitted();
		return state.isPlainStartUnknown() && !isKnownToBeCommitted && !states.undecided().isLooking(partition);
	}

	/**
	 * Lets a paused client look up where plain Kafka would have started.
	 */
	void startAsPlain(TopicPartition partition) {
		WhileAssigned.seekAsPlain(client, partition, autoOffsetReset.strategy());
	}

	/**
	 * Prepares to let the client look up an end of the log, or to seek it where its own
	 * {@code auto.offset.reset} leads. The guard does nothing about a partition before it
	 * knows that it can.
	 * @return what seeks the client, nothing if the outcome is another one
	 * @throws RetriableException if the leader has not told yet where that leads
	 */
	Runnable lookUp(TopicPartition partition, @Nullable Outcome outcome) {
		if (!(outcome instanceof Outcome.LookedUp lookedUp)) {
			return () -> {
			};
		}
		Runnable seek = seekTo(lookedUp.end(), partition);
		return () -> {
			seek.run();
			states.get(partition).seekToUnknown();
		};
	}

	private Runnable seekTo(Action end, TopicPartition partition) {
		if (end == Action.EARLIEST) {
			return () -> WhileAssigned.act(client, Set.of(partition), client::seekToBeginning);
		}
		if (end == Action.LATEST) {
			return () -> WhileAssigned.act(client, Set.of(partition), client::seekToEnd);
		}
		if (!(reset(Set.of(partition)).get(partition) instanceof Outcome.ReadFrom readFrom)) {
			throw new TimeoutException("Not told yet where '%s' leads for %s".formatted(end, partition));
		}
		return () -> WhileAssigned.seek(client, partition, new OffsetAndMetadata(readFrom.offset()));
	}

	/**
	 * What plain Kafka would have done about a held partition that never had a position.
	 * The client looks by itself for an end of the log, unless it has found it already.
	 */
	@Nullable Outcome plainStart(Hold hold) {
		if (hold.position() >= 0) {
			return new Outcome.ReadFrom(hold.position());
		}
		boolean isLooking = autoOffsetReset.strategy() != AutoOffsetReset.Strategy.BY_DURATION;
		return isLooking ? null : new Outcome.LookedUp(Action.AUTO_OFFSET_RESET);
	}

	/**
	 * Where plain Kafka would have started a partition without a commit that waits for
	 * answers. It may be known already, the client may have found it, or the guard asks
	 * now. It stays the same, however late the answers come.
	 * @return empty if the brokers do not answer in time
	 */
	public OptionalLong plainStart(TopicPartition partition, Duration timeout) {
		PartitionState state = states.get(partition);
		if (state.isPlainStartUnknown()) {
			OptionalLong found = states.undecided().isLooking(partition) ? found(partition, timeout)
					: lookedUp(partition, state.resetAt(), timeout);
			found.ifPresent(state.plainStart()::found);
		}
		long start = state.plainStart().offset();
		return (start >= 0) ? OptionalLong.of(start) : OptionalLong.empty();
	}

	/**
	 * Where plain Kafka would have started a held partition that never had a position.
	 * @return empty if the brokers do not answer in time
	 * @throws InvalidOffsetException if the client has something to report about others
	 */
	public OptionalLong plainStart(TopicPartition partition, Decision decision, Duration timeout) {
		boolean isLooking = decision.outcome() instanceof Outcome.Held
				&& autoOffsetReset.strategy() != AutoOffsetReset.Strategy.BY_DURATION;
		try {
			return isLooking ? OptionalLong.of(position(partition, timeout))
					: lookedUp(partition, states.get(partition).plainStart().assignedAt(), timeout);
		}
		catch (RetriableException ex) {
			// The async client also tells of connections that it has lost on the way.
			return OptionalLong.empty();
		}
	}

	private OptionalLong lookedUp(TopicPartition partition, Instant at, Duration timeout) {
		Long start = lookUp(partition, at, timeout).get(partition);
		return (start != null) ? OptionalLong.of(start) : OptionalLong.empty();
	}

	private Map<TopicPartition, Long> lookUp(TopicPartition partition, Instant at, Duration timeout) {
		return switch (autoOffsetReset.strategy()) {
			case EARLIEST -> client.beginningOffsets(Set.of(partition), timeout);
			case LATEST -> client.endOffsets(Set.of(partition), timeout);
			case BY_DURATION -> timestampOffsets.all(Map.of(partition, before(at)), timeout);
			case NONE -> Map.of();
		};
	}

	/**
	 * The client tells the ends of all partitions or of none. Where one leader is silent,
	 * the guard lets the client look each end up by itself, since a partition without a
	 * position starves all others. While the start is undecided, the client does so only
	 * if it looks for the same end.
	 */
	private Map<TopicPartition, Outcome> end(Action end, Collection<TopicPartition> partitions) {
		Map<TopicPartition, Outcome> outcomes = new HashMap<>();
		Set<TopicPartition> unknown = new HashSet<>(partitions);
		boolean isPlain = autoOffsetReset.isAt(end);
		if (isPlain) {
			// A log start may have moved since.
			unknown.removeIf((partition) -> (end == Action.LATEST || states.isStarting(partition))
					&& isNoted(partition, outcomes));
		}
		if (isPlain && undecidable.getAsBoolean()) {
			unknown.removeIf(this::isLookedForByClient);
		}
		else if (isPlain) {
			unknown.removeIf((partition) -> isGivenUp(partition, end, outcomes));
		}
		boolean isLeftToClient = isPlain && undecidable.getAsBoolean() && unknown.stream().allMatch(states::isStarting);
		if (unknown.isEmpty()) {
			return outcomes;
		}
		Duration timeout = isLeftToClient ? budget.left() : budget.longest();
		try {
			outcomes.putAll(readFrom(ask(end, unknown, timeout)));
		}
		catch (TimeoutException ex) {
			if (!isLeftToClient) {
				if (isPlain) {
					unknown.forEach((partition) -> states.get(partition).plainStart().giveUp());
				}
				outcomes.putAll(all(unknown, new Outcome.LookedUp(end)));
			}
		}
		return outcomes;
	}

	/**
	 * Whether the client looks for the start of a partition that waits.
	 */
	private boolean isLookedForByClient(TopicPartition partition) {
		return states.isStarting(partition) && states.undecided().isLooking(partition);
	}

	private Map<TopicPartition, Long> ask(Action end, Set<TopicPartition> partitions, Duration timeout) {
		if (timeout.toMillis() == 0) {
			// A client that has no time answers nothing, and throws nothing.
			throw new TimeoutException("No time is left to ask where logs end");
		}
		return (end == Action.EARLIEST) ? client.beginningOffsets(partitions, timeout)
				: client.endOffsets(partitions, timeout);
	}

	/**
	 * Where a leader had all the time there is, the client looks by itself. Another
	 * question of the guard's would only make it wait longer.
	 */
	private boolean isGivenUp(TopicPartition partition, Action end, Map<TopicPartition, Outcome> outcomes) {
		boolean isGivenUp = states.isStarting(partition) && states.get(partition).plainStart().isGivenUp();
		if (isGivenUp) {
			outcomes.put(partition, new Outcome.LookedUp(end));
		}
		return isGivenUp;
	}

	/**
	 * Whether plain Kafka's start is noted already: later answers would come too late.
	 */
	private boolean isNoted(TopicPartition partition, Map<TopicPartition, Outcome> outcomes) {
		PartitionState state = states.get(partition);
		if (state.isPlainStartUnknown() && states.undecided().isLooking(partition)) {
			found(partition, Duration.ZERO).ifPresent(state.plainStart()::found);
		}
		long noted = state.isPositioned() ? -1 : state.plainStart().offset();
		if (noted >= 0) {
			outcomes.put(partition, new Outcome.ReadFrom(noted));
		}
		return noted >= 0;
	}

	private long position(TopicPartition partition, Duration timeout) {
		states.clientLooks();
		return client.position(partition, timeout);
	}

	/**
	 * What the client has found, looking for where plain Kafka would have started.
	 */
	private OptionalLong found(TopicPartition partition, Duration timeout) {
		try {
			return OptionalLong.of(position(partition, timeout));
		}
		catch (InvalidOffsetException ex) {
			// The client reports something about other partitions.
			reports.accept(ex);
			return OptionalLong.empty();
		}
		catch (RetriableException ex) {
			// The async client also tells of connections that it has lost on the way.
			return OptionalLong.empty();
		}
	}

	private Map<TopicPartition, Outcome> byDuration(Collection<TopicPartition> partitions) {
		Map<TopicPartition, Outcome> outcomes = new HashMap<>();
		Set<TopicPartition> unknown = new HashSet<>(partitions);
		unknown.removeIf((partition) -> isNoted(partition, outcomes));
		if (!unknown.isEmpty()) {
			Map<TopicPartition, Long> timestamps = new HashMap<>();
			unknown.forEach((partition) -> timestamps.put(partition, before(states.get(partition).resetAt())));
			outcomes.putAll(readFrom(timestampOffsets.known(timestamps)));
		}
		return outcomes;
	}

	private long before(Instant instant) {
		return instant.minus(Objects.requireNonNull(autoOffsetReset.duration())).toEpochMilli();
	}

	private Map<TopicPartition, Outcome> at(Map<TopicPartition, Long> timestamps,
			Collection<TopicPartition> partitions) {
		Map<TopicPartition, Outcome> outcomes = all(partitions, new Outcome.Held());
		outcomes.keySet().removeAll(timestamps.keySet());
		if (!timestamps.isEmpty()) {
			outcomes.putAll(readFrom(timestampOffsets.known(timestamps)));
		}
		return outcomes;
	}

	private static Map<TopicPartition, Outcome> readFrom(Map<TopicPartition, Long> offsets) {
		Map<TopicPartition, Outcome> outcomes = new HashMap<>();
		offsets.forEach((partition, offset) -> outcomes.put(partition, new Outcome.ReadFrom(offset)));
		return outcomes;
	}

	private static <T> Map<TopicPartition, T> all(Collection<TopicPartition> partitions, T value) {
		Map<TopicPartition, T> map = new HashMap<>();
		partitions.forEach((partition) -> map.put(partition, value));
		return map;
	}

}
