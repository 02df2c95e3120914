/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.partition;

import java.time.Duration;
import java.util.Collection;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.internal.client.Pauses;
import dev.holdfast.kafka.offsetguard.internal.client.WhileAssigned;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The held partitions of one consumer: paused in the client, and left out of its commits.
 * A paused partition still needs a position, since one without starves all others; so it
 * gets a provisional one.
 */
public final class Holds {

	private static final Duration FIRST_RECHECK = Duration.ofSeconds(1);

	private final Consumer<?, ?> client;

	private final PartitionStates states;

	private final Duration recheckInterval;

	private final GuardClock clock;

	private final Set<TopicPartition> held = new LinkedHashSet<>();

	private final Pauses pauses;

	/** What was told of positions that are tried again and again, in vain so far. */
	private final Map<TopicPartition, Decision> inVain = new HashMap<>();

	/** For others to see. */
	private final Map<TopicPartition, Decision> visible = new ConcurrentHashMap<>();

	public Holds(Consumer<?, ?> client, Pauses pauses, PartitionStates states, Duration recheckInterval,
			GuardClock clock) {
		this.client = client;
		this.pauses = pauses;
		this.states = states;
		this.recheckInterval = recheckInterval;
		this.clock = clock;
	}

	public boolean isEmpty() {
		return held.isEmpty();
	}

	/**
	 * What is held and why, positions that are only tried again aside, as long as that is
	 * not in vain. Thread-safe.
	 */
	public Map<TopicPartition, Decision> visible() {
		return Collections.unmodifiableMap(visible);
	}

	private void publish(TopicPartition partition) {
		Hold hold = held.contains(partition) ? find(partition) : null;
		Decision shown = (hold != null && !hold.isRetry()) ? hold.decision() : inVain.get(partition);
		if (shown != null) {
			visible.put(partition, shown);
		}
		else {
			visible.remove(partition);
		}
	}

	/**
	 * A position is tried again and again in vain: shows it as held from now on.
	 */
	public void heldInVain(Decision told) {
		inVain.put(told.partition(), told);
		publish(told.partition());
	}

	/**
	 * Shows those as held no more that have delivered records since, or were sought, or
	 * about which the client has said nothing for a while: a quiet log has no records.
	 * @param nothingDelivered whether the client was just polled and had no records
	 */
	public void forgetThoseNotInVain(boolean nothingDelivered) {
		if (inVain.isEmpty()) {
			return;
		}
		Set<TopicPartition> paused = client.paused();
		for (TopicPartition partition : List.copyOf(inVain.keySet())) {
			PartitionState state = states.get(partition);
			state.retries().polled(paused.contains(partition), nothingDelivered);
			if (!state.retries().isInVainStill(state.isHeld())) {
				inVain.remove(partition);
				publish(partition);
			}
		}
	}

	public boolean contains(TopicPartition partition) {
		return held.contains(partition);
	}

	public @Nullable Hold find(TopicPartition partition) {
		PartitionState state = states.find(partition);
		return (state != null) ? state.hold() : null;
	}

	/**
	 * Whether a partition is held that has never had a position since it was assigned.
	 */
	public boolean isWithoutPosition(TopicPartition partition) {
		Hold hold = find(partition);
		return hold != null && hold.isWithoutPosition();
	}

	public void hold(Decision decision) {
		hold(decision, untilRecheck(decision, 0));
	}

	/**
	 * Holds a partition for a while. One without a position whose consumer fails gets no
	 * provisional one: the client is never polled again, and might commit it on its own.
	 */
	public void hold(Decision decision, Duration recheckAfter) {
		TopicPartition partition = decision.partition();
		Hold present = find(partition);
		long own = decision.evidence().position();
		boolean positionless = decision.outcome() instanceof Outcome.Failed && own < 0;
		if (!positionless) {
			pauses.pause(Set.of(partition), Pauses.Reason.HELD);
			if (own >= 0 || present == null) {
				WhileAssigned.seek(client, partition, new OffsetAndMetadata(Math.max(0, own)));
			}
		}
		long position = (own < 0 && present != null) ? present.position() : own;
		states.get(partition).hold(new Hold(decision, position, 0, clock.nanoTime() + shorter(recheckAfter).toNanos()));
		held.add(partition);
		publish(partition);
	}

	public void postponeRecheck(TopicPartition partition) {
		Hold hold = find(partition);
		if (hold != null) {
			long delay = untilRecheck(hold.decision(), hold.rechecks() + 1).toNanos();
			states.get(partition).hold(hold.rechecked(clock.nanoTime() + delay));
		}
	}

	public void release(TopicPartition partition) {
		Hold hold = find(partition);
		if (held.remove(partition) && hold != null) {
			states.get(partition).release();
			publish(partition);
			pauses.resume(Set.of(partition), Pauses.Reason.HELD);
		}
	}

	public void forget(Collection<TopicPartition> partitions) {
		partitions.forEach(held::remove);
		partitions.forEach(inVain::remove);
		partitions.forEach(visible::remove);
	}

	/**
	 * Forgets those that are not assigned any more.
	 */
	public void retain(Collection<TopicPartition> assigned) {
		held.retainAll(assigned);
		inVain.keySet().retainAll(assigned);
		visible.keySet().retainAll(assigned);
	}

	/**
	 * The held partitions whose evidence is due again.
	 */
	public Set<TopicPartition> due() {
		if (held.isEmpty()) {
			return Set.of();
		}
		long now = clock.nanoTime();
		Set<TopicPartition> due = new HashSet<>();
		for (TopicPartition partition : held) {
			Hold hold = find(partition);
			if (hold != null && hold.isDue(now)) {
				due.add(partition);
			}
		}
		if (!due.isEmpty()) {
			due.retainAll(client.assignment());
		}
		return due;
	}

	/**
	 * The time until the first of the held partitions is due.
	 */
	public Duration untilDue() {
		long now = clock.nanoTime();
		long nanos = Long.MAX_VALUE;
		for (TopicPartition partition : held) {
			Hold hold = find(partition);
			if (hold != null) {
				nanos = Math.min(nanos, hold.recheckAt() - now);
			}
		}
		return Duration.ofNanos(nanos);
	}

	private Duration shorter(Duration recheckAfter) {
		return (recheckAfter.compareTo(recheckInterval) < 0) ? recheckAfter : recheckInterval;
	}

	/**
	 * Evidence that was not to be had is often to be had soon after: asks for it at
	 * growing intervals, up to the one that was set.
	 */
	private Duration untilRecheck(Decision decision, int rechecks) {
		return (decision.cause().isWorthAskingSoon() || !decision.evidence().isAnswered())
				? shorter(FIRST_RECHECK.multipliedBy(1L << Math.min(rechecks, 20))) : recheckInterval;
	}

	/**
	 * Whether the position of a partition may not be committed. That of one that is only
	 * waiting to be read again is a good one.
	 */
	public boolean isPositionInDoubt(TopicPartition partition) {
		Hold hold = find(partition);
		return hold != null && !hold.isRetry();
	}

}
