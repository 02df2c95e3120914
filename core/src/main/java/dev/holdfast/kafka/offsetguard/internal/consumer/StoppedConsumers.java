/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.consumer;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Objects;
import java.util.Set;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.OffsetDecisionException;
import dev.holdfast.kafka.offsetguard.decision.StoppedConsumer;
import dev.holdfast.kafka.offsetguard.internal.client.ClientConfiguration;
import dev.holdfast.kafka.offsetguard.internal.enforcement.Listeners;
import dev.holdfast.kafka.offsetguard.internal.lookup.Topics;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionStates;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import dev.holdfast.kafka.versioncap.RefusedBrokerException;
import org.jspecify.annotations.Nullable;

/**
 * The consumers of a guard whose {@code poll} throws for good, also after the application
 * has closed them. The guard forgets them when a later consumer of the same group, or,
 * without a group, of the same client id, has started all its partitions and some of the
 * same topic. Thread-safe.
 */
public final class StoppedConsumers {

	/** Applications may make consumers without end. */
	private static final int MOST = 256;

	private final Deque<Stop> stops = new ArrayDeque<>();

	private long consumers;

	/** Every poll asks. */
	private volatile boolean anyStopped;

	/**
	 * A consumer that has stopped.
	 *
	 * @param lastMade the number of the last consumer that the application had made by
	 * then
	 */
	private record Stop(StoppedConsumer consumer, long lastMade) {
	}

	/**
	 * What one consumer tells of itself. Belongs to its thread.
	 */
	final class Own {

		private final ClientConfiguration configuration;

		private final GuardClock clock;

		private final Listeners listeners;

		private final long number;

		private boolean stopped;

		private Own(ClientConfiguration configuration, GuardClock clock, Listeners listeners, long number) {
			this.listeners = listeners;
			this.configuration = configuration;
			this.clock = clock;
			this.number = number;
		}

		/**
		 * The consumer has polled. It runs once it has started all its partitions: before
		 * that, the next poll may throw for the same reason.
		 */
		void polled(PartitionStates states) {
			if (anyStopped && !states.isAnyStarting()) {
				runs(configuration, number, Topics.names(states.partitions()));
			}
		}

		/**
		 * The consumer's {@code poll} throws for good.
		 */
		void failed(OffsetDecisionException ex) {
			stop(StoppedConsumer.State.FAILED, ex.decision(), ex);
		}

		/**
		 * As {@link #failed}, since the guard has refused a broker.
		 */
		void refused(RefusedBrokerException ex) {
			stop(StoppedConsumer.State.REFUSED, null, ex);
		}

		private void stop(StoppedConsumer.State state, @Nullable Decision decision, Exception ex) {
			if (!stopped) {
				stopped = true;
				StoppedConsumer consumer = new StoppedConsumer(configuration.groupId(), configuration.clientId(), state,
						clock.instant(), decision, Objects.requireNonNullElse(ex.getMessage(), ex.toString()));
				add(consumer);
				listeners.stopped(consumer);
			}
		}

	}

	/**
	 * The application makes a consumer.
	 */
	synchronized Own of(ClientConfiguration configuration, GuardClock clock, Listeners listeners) {
		return new Own(configuration, clock, listeners, ++consumers);
	}

	private synchronized void add(StoppedConsumer consumer) {
		stops.removeIf((stop) -> isSame(stop.consumer, consumer));
		if (stops.size() == MOST) {
			stops.removeFirst();
		}
		stops.addLast(new Stop(consumer, consumers));
		anyStopped = true;
	}

	/** A listener that was started again has stopped again. */
	private static boolean isSame(StoppedConsumer one, StoppedConsumer other) {
		boolean samePartition = one.decision() != null && other.decision() != null
				&& one.decision().partition().equals(other.decision().partition());
		return Objects.equals(one.groupId(), other.groupId())
				&& (samePartition || one.clientId().equals(other.clientId()));
	}

	/**
	 * Forgets the consumers that this one has replaced: they stopped before the
	 * application made it.
	 */
	private synchronized void runs(ClientConfiguration running, long number, Set<String> topics) {
		stops.removeIf((stop) -> stop.lastMade < number && Objects.equals(stop.consumer.groupId(), running.groupId())
				&& (running.groupId() != null || stop.consumer.clientId().equals(running.clientId()))
				&& isAbout(stop.consumer.decision(), topics));
		anyStopped = !stops.isEmpty();
	}

	/** Another listener of the group, on other topics, may have run all the time. */
	private static boolean isAbout(@Nullable Decision decision, Set<String> topics) {
		return (decision != null) ? topics.contains(decision.partition().topic()) : !topics.isEmpty();
	}

	/**
	 * Those that have stopped, in their order.
	 */
	public synchronized List<StoppedConsumer> all() {
		return stops.stream().map(Stop::consumer).toList();
	}

}
