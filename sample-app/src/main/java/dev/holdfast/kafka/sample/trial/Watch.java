/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.trial;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.DecisionListener;
import dev.holdfast.kafka.offsetguard.evidence.LogBounds;
import dev.holdfast.kafka.sample.Order;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

import org.springframework.context.ApplicationListener;
import org.springframework.kafka.event.ListenerContainerPartitionIdleEvent;
import org.springframework.kafka.listener.RecordInterceptor;

/**
 * Sees what reaches the listener of one group, and where its consumer is. Thread-safe.
 */
public final class Watch implements RecordInterceptor<Object, Object>, DecisionListener,
		ApplicationListener<ListenerContainerPartitionIdleEvent> {

	/** Long enough for the guard to look again at a held partition. */
	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private static final Duration MOMENT = Duration.ofMillis(100);

	private final Ledger ledger = new Ledger();

	private final Map<TopicPartition, Long> positions = new HashMap<>();

	private final Map<TopicPartition, Long> lowest = new HashMap<>();

	private final Set<TopicPartition> held = new HashSet<>();

	private final List<Decision> decisions = new ArrayList<>();

	@Override
	public synchronized ConsumerRecord<Object, Object> intercept(ConsumerRecord<Object, Object> record,
			Consumer<Object, Object> consumer) {
		TopicPartition partition = new TopicPartition(record.topic(), record.partition());
		Order order = Order.from(record.value().toString());
		ledger.received(partition, record.offset(), Integer.parseInt(order.id()));
		positions.put(partition, record.offset() + 1);
		lowest.merge(partition, record.offset(), Math::min);
		notifyAll();
		return record;
	}

	/**
	 * Asks an idle consumer where it is: it may have skipped records.
	 */
	@Override
	public void onApplicationEvent(ListenerContainerPartitionIdleEvent event) {
		TopicPartition partition = event.getTopicPartition();
		try {
			seen(partition, event.getConsumer().position(partition, MOMENT));
		}
		catch (TimeoutException | IllegalStateException ex) {
			// It has no position yet, or not this partition any more.
		}
	}

	private synchronized void seen(TopicPartition partition, long position) {
		positions.put(partition, position);
		notifyAll();
	}

	@Override
	public synchronized void onDecision(Decision decision) {
		decisions.add(decision);
		// Where it is now, the next record or idle event tells.
		positions.remove(decision.partition());
		if (decision.isMove()) {
			held.remove(decision.partition());
		}
		else {
			held.add(decision.partition());
		}
		notifyAll();
	}

	synchronized void published(TopicPartition partition, long offset, int order) {
		ledger.published(partition, offset, order);
	}

	synchronized void cut(TopicPartition partition, long end) {
		ledger.cut(partition, end);
	}

	/**
	 * Counts anew from now on.
	 */
	synchronized void mark() {
		ledger.mark();
		decisions.clear();
	}

	/**
	 * The consumer has gone, and a new one is going to start.
	 */
	synchronized void left() {
		positions.clear();
		held.clear();
	}

	/**
	 * Waits until the consumer has come somewhere, or is held.
	 * @param ends where, by partition
	 */
	void awaitAt(Map<TopicPartition, Long> ends) {
		await(() -> ends.entrySet()
			.stream()
			.allMatch((end) -> held.contains(end.getKey()) || position(end.getKey()) >= end.getValue()));
	}

	/**
	 * Where the consumer is in the log as it is now, -1 if that is not known. A position
	 * beyond its end is from before the log was cut.
	 */
	private long position(TopicPartition partition) {
		long position = positions.getOrDefault(partition, -1L);
		return (position <= ledger.end(partition)) ? position : -1;
	}

	/**
	 * Waits until the guard has decided something since the mark.
	 */
	void awaitDecision() {
		await(() -> !decisions.isEmpty());
	}

	private synchronized void await(BooleanSupplier condition) {
		long deadline = System.nanoTime() + PATIENCE.toNanos();
		try {
			while (!condition.getAsBoolean()) {
				long left = deadline - System.nanoTime();
				if (left <= 0) {
					throw new IllegalStateException(
							"After %s: at %s, held %s, decided %s".formatted(PATIENCE, positions, held, decisions));
				}
				TimeUnit.NANOSECONDS.timedWait(this, left);
			}
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException("Interrupted", ex);
		}
	}

	public synchronized OptionalLong first(TopicPartition partition) {
		return ledger.first(partition);
	}

	public synchronized List<Decision> decisions() {
		return List.copyOf(decisions);
	}

	public synchronized Set<TopicPartition> held() {
		return Set.copyOf(held);
	}

	/**
	 * Where the consumer was seen last.
	 * @return its positions, without those that are not known
	 */
	public synchronized Map<TopicPartition, Long> positions() {
		return Map.copyOf(positions);
	}

	/**
	 * Whoever looks now and then would miss that a consumer has gone back and has come
	 * again.
	 * @return the lowest offsets of the orders that came since this was asked last
	 */
	public synchronized Map<TopicPartition, Long> takeLowest() {
		Map<TopicPartition, Long> taken = Map.copyOf(lowest);
		lowest.clear();
		return taken;
	}

	/**
	 * Counts.
	 * @param bounds the bounds of the logs
	 * @return what became of the orders
	 */
	public synchronized Tally tally(Map<TopicPartition, LogBounds> bounds) {
		return ledger.tally((partition) -> {
			LogBounds log = bounds.get(partition);
			long position = held.contains(partition) ? 0 : Math.max(0, position(partition));
			return (log != null) ? Math.max(log.logStartOffset(), position) : position;
		});
	}

}
