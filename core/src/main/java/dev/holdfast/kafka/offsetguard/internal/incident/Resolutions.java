/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.incident;

import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.decision.Resolution;
import dev.holdfast.kafka.offsetguard.decision.ResolutionResult;
import dev.holdfast.kafka.offsetguard.internal.enforcement.Decisions;
import dev.holdfast.kafka.offsetguard.internal.partition.Holds;
import dev.holdfast.kafka.offsetguard.internal.ruling.ActionChooser;
import dev.holdfast.kafka.offsetguard.internal.time.EvidenceBudget;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * Decisions about held partitions that are made elsewhere, and carried out by the
 * consumer's own thread. What is said so may be called from any thread.
 */
public final class Resolutions {

	private final Consumer<?, ?> client;

	private final Holds holds;

	private final ActionChooser chooser;

	private final Decisions decisions;

	private final HoldRechecks rechecks;

	private final Queue<Order> waiting = new ConcurrentLinkedQueue<>();

	private volatile @Nullable String closed;

	public Resolutions(Consumer<?, ?> client, Holds holds, ActionChooser chooser, Decisions decisions,
			HoldRechecks rechecks) {
		this.client = client;
		this.holds = holds;
		this.chooser = chooser;
		this.decisions = decisions;
		this.rechecks = rechecks;
	}

	/**
	 * A decision made elsewhere. It can be cancelled until the consumer has begun to
	 * carry it out.
	 */
	public static final class Order extends CompletableFuture<ResolutionResult> {

		private final TopicPartition partition;

		private final Resolution resolution;

		private final AtomicBoolean taken = new AtomicBoolean();

		public Order(TopicPartition partition, Resolution resolution) {
			this.partition = partition;
			this.resolution = resolution;
		}

		private boolean begin() {
			return !isDone() && taken.compareAndSet(false, true);
		}

		@Override
		public boolean cancel(boolean mayInterruptIfRunning) {
			return begin() ? super.cancel(mayInterruptIfRunning) : isCancelled();
		}

	}

	/**
	 * Hands over a decision. Thread-safe.
	 */
	public void add(Order order) {
		waiting.add(order);
		String reason = closed;
		if (reason != null) {
			close(reason);
		}
	}

	/**
	 * Whether anything was handed over. Thread-safe.
	 */
	public boolean isAnyWaiting() {
		return !waiting.isEmpty();
	}

	/**
	 * Carries out what was handed over.
	 */
	public void carryOut(EvidenceBudget budget) {
		// Each needs evidence of its own: what is left waits for the next poll.
		Order order = waiting.isEmpty() ? null : waiting.poll();
		while (order != null) {
			carryOut(order);
			order = budget.isNearlySpent() ? null : waiting.poll();
		}
	}

	private void carryOut(Order order) {
		if (!order.begin()) {
			return;
		}
		try {
			order.complete(result(order.partition, order.resolution));
		}
		catch (RuntimeException | Error ex) {
			order.complete(new ResolutionResult.Failed(ex.toString()));
			throw ex;
		}
	}

	private ResolutionResult result(TopicPartition partition, Resolution resolution) {
		if (!client.assignment().contains(partition)) {
			return new ResolutionResult.NotAssigned();
		}
		Decision hold = holds.visible().get(partition);
		if (hold == null) {
			return new ResolutionResult.NotHeld();
		}
		// Evidence, and the cause with it, may have changed since it was asked for.
		if (!hold.cause().resolutions().contains(resolution.action())) {
			return new ResolutionResult.NotAllowed(hold.cause(), hold.cause().resolutions());
		}
		if (holds.find(partition) == null) {
			return new ResolutionResult.Failed(
					"Its position is being tried again just now, and nothing was done: " + "try again");
		}
		Decision before = decisions.last();
		chooser.order(partition, resolution);
		try {
			boolean asked = rechecks.recheck(Set.of(partition));
			return result(partition, resolution, hold, before, asked);
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
	}

	private ResolutionResult result(TopicPartition partition, Resolution resolution, Decision hold,
			@Nullable Decision before, boolean asked) {
		Decision decision = decisions.last();
		Decision now = holds.visible().get(partition);
		if (now != null && !now.cause().resolutions().contains(resolution.action())) {
			return new ResolutionResult.NotAllowed(now.cause(), now.cause().resolutions());
		}
		if (decision == null || decision == before || !decision.partition().equals(partition)
				|| decision.outcome() instanceof Outcome.Held) {
			return asked ? new ResolutionResult.StillHeld(hold) : new ResolutionResult.Failed(
					"The brokers did not answer in time, and nothing was done: try again");
		}
		if (!resolution.equals(decision.resolution())) {
			// What it was held for is gone: it reads on without anybody's help.
			return new ResolutionResult.NotHeld();
		}
		return new ResolutionResult.Resolved(decision);
	}

	/**
	 * Nobody will carry anything out any more. Thread-safe.
	 */
	public void close(String reason) {
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
