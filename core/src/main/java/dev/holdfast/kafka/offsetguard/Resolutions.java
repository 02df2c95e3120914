/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.util.Queue;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;

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
	 * A decision made elsewhere.
	 *
	 * @param partition the partition
	 * @param action what to do
	 * @param result completed with what came of it
	 */
	record Order(TopicPartition partition, Action action, CompletableFuture<Decision> result) {

		void refuse(String reason) {
			result.completeExceptionally(new IllegalStateException("%s %s".formatted(partition, reason)));
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
		TopicPartition partition = order.partition();
		if (!holds.visible().containsKey(partition)) {
			order.refuse("is not held any more");
			return;
		}
		Decision before = decisions.last();
		chooser.order(partition, order.action());
		try {
			incident.recheck(Set.of(partition));
		}
		catch (KafkaException ex) {
			order.refuse("could not be looked at: " + ex);
			if (ex instanceof WakeupException) {
				// Meant for the poll around this.
				client.wakeup();
			}
			return;
		}
		finally {
			chooser.withdraw();
		}
		Decision decision = decisions.last();
		boolean made = decision != null && decision != before && decision.partition().equals(partition)
				&& !(decision.outcome() instanceof Outcome.Held);
		if (made) {
			order.result().complete(decision);
		}
		else {
			order.refuse("is still held: the evidence does not tell where '%s' leads".formatted(order.action()));
		}
	}

	/**
	 * Nobody will carry anything out any more. Thread-safe.
	 */
	void close(String reason) {
		closed = reason;
		Order order = waiting.poll();
		while (order != null) {
			order.refuse("is not held any more: " + reason);
			order = waiting.poll();
		}
	}

}
