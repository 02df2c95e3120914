/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.incident;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Resolution;
import dev.holdfast.kafka.offsetguard.decision.ResolutionResult;
import dev.holdfast.kafka.offsetguard.internal.enforcement.Decisions;
import dev.holdfast.kafka.offsetguard.internal.enforcement.Inquiry;
import dev.holdfast.kafka.offsetguard.internal.inspection.InspectionService;
import dev.holdfast.kafka.offsetguard.internal.lookup.TopicLookup;
import dev.holdfast.kafka.offsetguard.internal.partition.Holds;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionStates;
import dev.holdfast.kafka.offsetguard.internal.start.StartingPositions;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;

/**
 * Operators' orders about held partitions. The consumer's own thread carries them out.
 * Other threads may call only the methods that are marked as thread-safe.
 */
public final class Resolutions {

	/**
	 * How many orders the guard carries out at the same time, as each has its own
	 * inspection and its own time. More orders wait.
	 */
	private static final int MOST = InspectionService.THREADS;

	private final Consumer<?, ?> client;

	private final Holds holds;

	private final OrderInProgress.Parts parts;

	private final Queue<Order> waiting = new ConcurrentLinkedQueue<>();

	/** Orders whose evidence is on its way. */
	private final Map<Order, OrderInProgress> running = new LinkedHashMap<>();

	private volatile @Nullable String closed;

	public Resolutions(Consumer<?, ?> client, PartitionStates states, Holds holds, StartingPositions startingPositions,
			Inquiry inquiry, LeaderEpochs leaderEpochs, TopicLookup lookup, boolean readCommitted, Duration timeout,
			GuardClock clock) {
		this.client = client;
		this.holds = holds;
		this.parts = new OrderInProgress.Parts(states, holds, startingPositions, inquiry, leaderEpochs, lookup,
				readCommitted, timeout, clock);
	}

	/**
	 * An operator's order. The caller can cancel it until the consumer has begun to carry
	 * it out.
	 */
	public static final class Order extends CompletableFuture<ResolutionResult> {

		private final TopicPartition partition;

		private final Resolution resolution;

		private final AtomicBoolean taken = new AtomicBoolean();

		private final boolean trial;

		/**
		 * Creates an order.
		 * @param trial whether the operator only wants to know what the guard would do
		 */
		public Order(TopicPartition partition, Resolution resolution, boolean trial) {
			this.partition = partition;
			this.resolution = resolution;
			this.trial = trial;
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
	 * Hands over an order. Thread-safe.
	 */
	public void add(Order order) {
		waiting.add(order);
		String reason = closed;
		if (reason != null) {
			close(reason);
		}
	}

	/**
	 * Whether an order waits or is in progress.
	 */
	public boolean isAnyWaiting() {
		return !waiting.isEmpty() || isRunning();
	}

	/**
	 * Whether evidence is on its way.
	 */
	public boolean isRunning() {
		return !running.isEmpty();
	}

	/**
	 * Begins to carry out waiting orders, and decides where the evidence has come.
	 * Carries out orders about one partition one after the other.
	 */
	public void carryOut() {
		Order next = waiting.peek();
		while (next != null && running.size() < MOST && !isRunning(next.partition)) {
			waiting.remove(next);
			begin(next);
			next = waiting.peek();
		}
		for (Map.Entry<Order, OrderInProgress> each : List.copyOf(running.entrySet())) {
			proceed(each.getKey(), each.getValue());
		}
	}

	private boolean isRunning(TopicPartition partition) {
		return running.values().stream().anyMatch((each) -> each.partition().equals(partition));
	}

	private void begin(Order order) {
		if (!order.begin()) {
			return;
		}
		Decision hold = holds.visible(order.partition);
		ResolutionResult refusal = refusal(order, hold);
		if (refusal != null || hold == null) {
			order.complete((refusal != null) ? refusal : new ResolutionResult.NotHeld());
		}
		else {
			running.put(order, new OrderInProgress(parts, order.partition, order.resolution, order.trial, hold));
		}
	}

	private @Nullable ResolutionResult refusal(Order order, @Nullable Decision hold) {
		if (!client.assignment().contains(order.partition)) {
			return new ResolutionResult.NotAssigned();
		}
		// Evidence, and the cause with it, may have changed since the operator gave the
		// order.
		if (hold != null && !hold.cause().resolutions().contains(order.resolution.action())) {
			return new ResolutionResult.NotAllowed(hold.cause(), hold.cause().resolutions());
		}
		return (hold != null && holds.find(order.partition) == null) ? new ResolutionResult.Failed(
				"Its position is being tried again just now, and nothing was done: try again") : null;
	}

	private void proceed(Order order, OrderInProgress progress) {
		ResolutionResult result = new ResolutionResult.Failed("The guard could not look at the partition");
		try {
			result = progress.proceed();
		}
		catch (KafkaException ex) {
			result = new ResolutionResult.Failed("The guard could not look at the partition: " + ex);
			if (ex instanceof WakeupException) {
				// The wakeup is meant for the poll around this.
				client.wakeup();
			}
		}
		finally {
			if (result != null) {
				running.remove(order);
				progress.end();
				order.complete(result);
			}
		}
	}

	/**
	 * Fails orders that wait or come later: the consumer carries out no more.
	 * Thread-safe.
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

	/**
	 * Does as {@link #close(String)}, and ends what the consumer has begun. Only the
	 * consumer's thread may call it.
	 */
	public void end(String reason) {
		close(reason);
		running.forEach((order, progress) -> {
			progress.end();
			order.complete(new ResolutionResult.Failed(reason));
		});
		running.clear();
	}

}
