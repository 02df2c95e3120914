/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.partition;

import java.time.Duration;
import java.time.Instant;
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
import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.internal.client.Pauses;
import dev.holdfast.kafka.offsetguard.internal.client.WhileAssigned;
import dev.holdfast.kafka.offsetguard.internal.ruling.Remedies;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * The held partitions of one consumer. The guard pauses them in the client, and leaves
 * them out of its commits. A partition without a position starves all others, even if it
 * is paused. So the guard gives it a provisional one.
 */
public final class Holds {

	private static final Duration FIRST_RECHECK = Duration.ofSeconds(1);

	private final Consumer<?, ?> client;

	private final PartitionStates states;

	private final Duration recheckInterval;

	private final GuardClock clock;

	private final Set<TopicPartition> held = new LinkedHashSet<>();

	private final Pauses pauses;

	/**
	 * What the guard told of positions that the client tries again and again, in vain so
	 * far.
	 */
	private final Map<TopicPartition, Decision> inVain = new HashMap<>();

	/** For other threads. */
	private final Map<TopicPartition, Shown> visible = new ConcurrentHashMap<>();

	/**
	 * What other threads see of a held partition.
	 *
	 * @param decision what the guard holds it for
	 * @param since since when the guard has held it, whatever for
	 * @param evidence what the guard has found out last
	 * @param awaitedEpoch the committed epoch that the client waits for, -1 for none
	 */
	public record Shown(Decision decision, Instant since, Evidence evidence, int awaitedEpoch) {
	}

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
	 * What the guard holds a partition for. Thread-safe.
	 * @return {@code null} if {@link #visible()} leaves it out
	 */
	public @Nullable Decision visible(TopicPartition partition) {
		Shown shown = visible.get(partition);
		return (shown != null) ? shown.decision : null;
	}

	/**
	 * What the guard holds, and why. Leaves out positions that the client only tries
	 * again, as long as that is not in vain. Thread-safe.
	 */
	public Map<TopicPartition, Shown> visible() {
		return Collections.unmodifiableMap(visible);
	}

	private void publish(TopicPartition partition) {
		Hold hold = held.contains(partition) ? find(partition) : null;
		Decision shown = (hold != null && !hold.isRetry()) ? hold.decision() : inVain.get(partition);
		if (shown != null) {
			Shown before = visible.get(partition);
			visible.put(partition, new Shown(shown, (before != null) ? before.since : shown.at(), shown.evidence(),
					(before != null) ? before.awaitedEpoch : -1));
		}
		else {
			visible.remove(partition);
		}
	}

	/**
	 * Takes note of what the guard has found out about a partition that it holds.
	 * @param awaitedEpoch the committed epoch that the client waits for, -1 for none
	 */
	public void found(TopicPartition partition, Evidence evidence, int awaitedEpoch) {
		visible.computeIfPresent(partition,
				(key, shown) -> new Shown(shown.decision, shown.since, evidence, awaitedEpoch));
	}

	/**
	 * The client tries a position again and again in vain: shows it as held from now on.
	 */
	public void heldInVain(Decision told) {
		inVain.put(told.partition(), told);
		publish(told.partition());
	}

	/**
	 * Holds a partition until the client tries its position once more, if it tries that
	 * in vain. What the guard told is about the position then: not if the application has
	 * sought the partition since, or the client has delivered records.
	 * @return whether it does
	 */
	public boolean holdInVainStill(TopicPartition partition, Duration recheckAfter) {
		Decision told = inVain.get(partition);
		if (told == null || !states.get(partition).retries().isInVain()) {
			return false;
		}
		hold(keeping(told), recheckAfter);
		return true;
	}

	/**
	 * The decision to keep the position that the client tries in vain.
	 */
	private static Decision keeping(Decision told) {
		return new Decision(told.at(), told.groupId(), told.clientId(), told.partition(), told.cause(),
				told.policyAction(), told.policyAction(), null, new Outcome.ReadFrom(told.evidence().position()),
				Decision.Impact.NONE, told.evidence(), told.observed(), told.resolution());
	}

	/**
	 * Shows partitions as held no more that are not in vain: the client has delivered
	 * records since, or was sought, or has said nothing against the position for a while,
	 * as a quiet log has no records.
	 * @param nothingDelivered whether the guard has just polled the client, and got no
	 * records
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
	 * Holds a partition until the guard looks again. If the consumer fails, a partition
	 * without a position gets no provisional one: the client might commit it on its own.
	 * But it may have one already, from before the decision.
	 */
	public void hold(Decision decision, Duration recheckAfter) {
		TopicPartition partition = decision.partition();
		Hold present = find(partition);
		long own = decision.evidence().position();
		boolean positionless = decision.outcome() instanceof Outcome.Failed && own < 0;
		pauses.pause(Set.of(partition), Pauses.Reason.HELD);
		if (!positionless && (own >= 0 || present == null)) {
			WhileAssigned.seek(client, partition, new OffsetAndMetadata(Math.max(0, own)));
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
	 * Brokers often give evidence soon that they did not give before. The guard asks for
	 * it at growing intervals, up to the configured one.
	 */
	private Duration untilRecheck(Decision decision, int rechecks) {
		Shown shown = visible.get(decision.partition());
		Evidence evidence = (shown != null && shown.decision == decision) ? shown.evidence : decision.evidence();
		boolean isComplete = decision.evidence().isAnswered() && Remedies.isComplete(decision.cause(), evidence);
		return (decision.cause().isWorthAskingSoon() || !isComplete)
				? shorter(FIRST_RECHECK.multipliedBy(1L << Math.min(rechecks, 20))) : recheckInterval;
	}

	/**
	 * Whether commits have to leave out the position of a partition. A partition that
	 * only waits before the client reads it again has a good one.
	 */
	public boolean isPositionInDoubt(TopicPartition partition) {
		Hold hold = find(partition);
		return hold != null && !hold.isRetry();
	}

}
