/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The held partitions of one consumer: paused in the client, invisible to the
 * application's own pauses, and left out of its commits. A paused partition still needs a
 * position, since one without starves all others; so it gets a provisional one.
 */
final class Holds {

	private static final Duration FIRST_RECHECK = Duration.ofSeconds(1);

	private final Consumer<?, ?> client;

	private final PartitionStates states;

	private final Duration recheckInterval;

	private final Set<TopicPartition> held = new LinkedHashSet<>();

	private final HeldBackCommits heldBack;

	/** What was told of positions that are tried again and again, in vain so far. */
	private final Map<TopicPartition, Decision> inVain = new HashMap<>();

	/** For others to see: a copy that is replaced when anything is held or released. */
	private volatile Map<TopicPartition, Decision> visible = Map.of();

	/** Paused only while evidence about them is gathered. */
	private final Set<TopicPartition> suspended = new HashSet<>();

	Holds(Consumer<?, ?> client, PartitionStates states, HeldBackCommits heldBack, Duration recheckInterval) {
		this.client = client;
		this.heldBack = heldBack;
		this.states = states;
		this.recheckInterval = recheckInterval;
	}

	boolean isEmpty() {
		return held.isEmpty();
	}

	/**
	 * What is held and why, positions that are only tried again aside, as long as that is
	 * not in vain. Thread-safe.
	 */
	Map<TopicPartition, Decision> visible() {
		return visible;
	}

	private void publish() {
		Map<TopicPartition, Decision> copy = new HashMap<>();
		for (TopicPartition partition : held) {
			Hold hold = find(partition);
			if (hold != null && !hold.isRetry()) {
				copy.put(partition, hold.decision());
			}
		}
		inVain.forEach(copy::putIfAbsent);
		visible = Map.copyOf(copy);
	}

	/**
	 * A position is tried again and again in vain: shows it as held from now on.
	 */
	void heldInVain(Decision told) {
		inVain.put(told.partition(), told);
		publish();
	}

	/**
	 * Shows those as held no more that have delivered records since, or were sought, or
	 * about which the client has said nothing for a while: a quiet log has no records.
	 * @param nothingDelivered whether the client was just polled and had no records
	 */
	void forgetThoseNotInVain(boolean nothingDelivered) {
		if (inVain.isEmpty()) {
			return;
		}
		Set<TopicPartition> paused = client.paused();
		if (inVain.keySet().removeIf((partition) -> {
			PartitionState state = states.get(partition);
			state.polled(paused.contains(partition), nothingDelivered);
			return !state.isInVainStill();
		})) {
			publish();
		}
	}

	boolean contains(TopicPartition partition) {
		return held.contains(partition);
	}

	@Nullable Hold find(TopicPartition partition) {
		PartitionState state = states.find(partition);
		return (state != null) ? state.hold() : null;
	}

	/**
	 * Whether a partition is held that has never had a position since it was assigned.
	 */
	boolean isWithoutPosition(TopicPartition partition) {
		Hold hold = find(partition);
		return hold != null && hold.isWithoutPosition();
	}

	void hold(Decision decision) {
		hold(decision, untilRecheck(decision, 0));
	}

	/**
	 * Holds a partition for a while. One without a position whose consumer fails gets no
	 * provisional one: the client is never polled again, and might commit it on its own.
	 */
	void hold(Decision decision, Duration recheckAfter) {
		TopicPartition partition = decision.partition();
		Hold present = find(partition);
		long own = decision.evidence().position();
		boolean pausedByApplication = (present != null) ? present.pausedByApplication()
				: client.paused().contains(partition);
		boolean positionless = decision.outcome() instanceof Outcome.Failed && own < 0;
		if (!positionless) {
			client.pause(Set.of(partition));
			if (own >= 0 || present == null) {
				client.seek(partition, new OffsetAndMetadata(Math.max(0, own)));
			}
		}
		long position = (own < 0 && present != null) ? present.position() : own;
		states.get(partition)
			.hold(new Hold(decision, position, pausedByApplication, 0,
					System.nanoTime() + shorter(recheckAfter).toNanos()));
		held.add(partition);
		publish();
		if (isPositionInDoubt(partition)) {
			heldBack.doubt(partition);
		}
	}

	/**
	 * Keeps the client from fetching partitions until {@link #resumeSuspended()}.
	 */
	void suspend(Collection<TopicPartition> partitions) {
		Set<TopicPartition> fetchable = new HashSet<>(partitions);
		fetchable.retainAll(client.assignment());
		fetchable.removeAll(client.paused());
		client.pause(fetchable);
		suspended.addAll(fetchable);
	}

	void resumeSuspended() {
		resumeSuspended(Set.of());
	}

	/**
	 * Lets the client fetch from suspended partitions again.
	 * @param undecided those about which nothing could be decided yet
	 */
	void resumeSuspended(Set<TopicPartition> undecided) {
		if (!suspended.isEmpty()) {
			Set<TopicPartition> resumable = new HashSet<>(suspended);
			resumable.removeAll(undecided);
			suspended.removeAll(resumable);
			resumable.retainAll(client.assignment());
			client.resume(resumable);
		}
	}

	void postponeRecheck(TopicPartition partition) {
		Hold hold = find(partition);
		if (hold != null) {
			long delay = untilRecheck(hold.decision(), hold.rechecks() + 1).toNanos();
			states.get(partition).hold(hold.rechecked(System.nanoTime() + delay));
		}
	}

	void release(TopicPartition partition) {
		if (suspended.remove(partition)) {
			client.resume(Set.of(partition));
		}
		Hold hold = find(partition);
		if (held.remove(partition) && hold != null) {
			states.get(partition).release();
			publish();
			if (!hold.pausedByApplication()) {
				client.resume(Set.of(partition));
			}
		}
	}

	/**
	 * The application commits all positions: holds back that of a held partition, unless
	 * it never had one.
	 */
	void holdBackPosition(TopicPartition partition) {
		Hold hold = find(partition);
		if (hold != null && !hold.isWithoutPosition()) {
			heldBack.holdBack(partition, new OffsetAndMetadata(hold.position()));
		}
	}

	void forget(Collection<TopicPartition> partitions) {
		partitions.forEach(held::remove);
		partitions.forEach(suspended::remove);
		partitions.forEach(inVain::remove);
		publish();
	}

	/**
	 * Forgets those that are not assigned any more.
	 */
	void retain(Collection<TopicPartition> assigned) {
		held.retainAll(assigned);
		suspended.retainAll(assigned);
		inVain.keySet().retainAll(assigned);
		publish();
	}

	/**
	 * The held partitions whose evidence is due again.
	 */
	Set<TopicPartition> due() {
		if (held.isEmpty()) {
			return Set.of();
		}
		long now = System.nanoTime();
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
	Duration untilDue() {
		long now = System.nanoTime();
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
		return (decision.cause() == Cause.UNVERIFIABLE || !decision.evidence().isAnswered())
				? shorter(FIRST_RECHECK.multipliedBy(1L << Math.min(rechecks, 20))) : recheckInterval;
	}

	Set<TopicPartition> pausedByApplication() {
		Set<TopicPartition> paused = states.undecided().withoutOwn(client.paused());
		if (held.isEmpty() && suspended.isEmpty()) {
			return paused;
		}
		Set<TopicPartition> visible = new HashSet<>(paused);
		visible.removeAll(suspended);
		visible.removeIf((partition) -> {
			Hold hold = find(partition);
			return hold != null && !hold.pausedByApplication();
		});
		return visible;
	}

	void pauseByApplication(Collection<TopicPartition> partitions) {
		client.pause(partitions);
		partitions.forEach(suspended::remove);
		states.undecided().note(partitions, true);
		notePause(partitions, true);
	}

	void resumeByApplication(Collection<TopicPartition> resumed) {
		Collection<TopicPartition> partitions = states.undecided().note(resumed, false);
		if (held.isEmpty() && suspended.isEmpty()) {
			client.resume(partitions);
			return;
		}
		notePause(partitions, false);
		client.resume(partitions.stream()
			.filter((partition) -> !held.contains(partition) && !suspended.contains(partition))
			.toList());
	}

	private void notePause(Collection<TopicPartition> partitions, boolean paused) {
		for (TopicPartition partition : partitions) {
			Hold hold = find(partition);
			if (hold != null) {
				states.get(partition).hold(hold.withPausedByApplication(paused));
			}
		}
	}

	/**
	 * What an application may commit of what it wants to commit.
	 */
	Map<TopicPartition, OffsetAndMetadata> committable(Map<TopicPartition, OffsetAndMetadata> offsets) {
		if (held.isEmpty()) {
			heldBack.forget(offsets.keySet());
			return offsets;
		}
		Map<TopicPartition, OffsetAndMetadata> committable = new HashMap<>(offsets);
		offsets.forEach((partition, offset) -> {
			if (isPositionInDoubt(partition)) {
				committable.remove(partition);
				heldBack.holdBack(partition, offset);
			}
			else {
				heldBack.forget(partition);
			}
		});
		return committable;
	}

	/**
	 * Whether the position of a partition may not be committed. That of one that is only
	 * waiting to be read again is a good one.
	 */
	boolean isPositionInDoubt(TopicPartition partition) {
		Hold hold = find(partition);
		return hold != null && !hold.isRetry();
	}

}
