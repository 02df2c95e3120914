/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * Decisions about held partitions that are made elsewhere, and carried out by the
 * consumer's own thread. What is said so may be called from any thread.
 */
final class Resolutions {

	private final Consumer<?, ?> client;

	private final Holds holds;

	private final ActionChooser chooser;

	private final Decisions decisions;

	private final Incident incident;

	private final Queue<Order> waiting = new ConcurrentLinkedQueue<>();

	private volatile @Nullable String closed;

	Resolutions(Consumer<?, ?> client, Holds holds, ActionChooser chooser, Decisions decisions, Incident incident) {
		this.client = client;
		this.holds = holds;
		this.chooser = chooser;
		this.decisions = decisions;
		this.incident = incident;
	}

	/**
	 * A decision made elsewhere. It can be cancelled until the consumer has begun to
	 * carry it out.
	 */
	static final class Order extends CompletableFuture<ResolutionResult> {

		private final TopicPartition partition;

		private final Resolution resolution;

		private final AtomicBoolean taken = new AtomicBoolean();

		Order(TopicPartition partition, Resolution resolution) {
			this.partition = partition;
			this.resolution = resolution;
		}

		private boolean begin() {
			return taken.compareAndSet(false, true);
		}

		@Override
		public boolean cancel(boolean mayInterruptIfRunning) {
			return begin() ? super.cancel(mayInterruptIfRunning) : isCancelled();
		}

	}

	/**
	 * Hands over a decision. Thread-safe.
	 */
	void add(Order order) {
		waiting.add(order);
		String reason = closed;
		if (reason != null) {
			close(reason);
		}
	}

	/**
	 * Carries out what was handed over.
	 */
	void carryOut() {
		Order order = waiting.isEmpty() ? null : waiting.poll();
		while (order != null) {
			carryOut(order);
			order = waiting.poll();
		}
	}

	private void carryOut(Order order) {
		if (order.begin()) {
			order.complete(result(order.partition, order.resolution));
		}
	}

	private ResolutionResult result(TopicPartition partition, Resolution resolution) {
		Decision hold = holds.visible().get(partition);
		if (hold == null) {
			return new ResolutionResult.NotHeld();
		}
		// Evidence, and the cause with it, may have changed since it was asked for.
		if (!hold.cause().resolutions().contains(resolution.action())) {
			return new ResolutionResult.NotAllowed(hold.cause(), hold.cause().resolutions());
		}
		Decision before = decisions.last();
		chooser.order(partition, resolution);
		try {
			incident.recheck(Set.of(partition));
		}
		catch (KafkaException ex) {
			if (ex instanceof WakeupException) {
				// Meant for the poll around this.
				client.wakeup();
			}
			return new ResolutionResult.Failed("The partition could not be looked at: " + ex);
		}
		finally {
			chooser.withdraw();
		}
		Decision decision = decisions.last();
		if (decision == null || decision == before || !decision.partition().equals(partition)
				|| decision.outcome() instanceof Outcome.Held) {
			return new ResolutionResult.StillHeld(hold);
		}
		return new ResolutionResult.Resolved(decision);
	}

	/**
	 * Nobody will carry anything out any more. Thread-safe.
	 */
	void close(String reason) {
		closed = reason;
		Order order = waiting.poll();
		while (order != null) {
			if (order.begin()) {
				order.complete(new ResolutionResult.Failed(reason));
			}
			order = waiting.poll();
		}
	}

}
