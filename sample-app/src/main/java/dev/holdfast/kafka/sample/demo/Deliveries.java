/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.demo;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;

import org.springframework.context.ApplicationListener;
import org.springframework.kafka.event.ListenerContainerIdleEvent;
import org.springframework.kafka.listener.RecordInterceptor;

/**
 * Takes note of the records on their way to a listener.
 */
final class Deliveries implements RecordInterceptor<Object, Object>, ApplicationListener<ListenerContainerIdleEvent> {

	/** Long enough for the guard to look again at a held partition. */
	private static final long PATIENCE_SECONDS = 60;

	private final Queue<Delivery> received = new ConcurrentLinkedQueue<>();

	private volatile Goal goal = new Goal(-1);

	@Override
	public ConsumerRecord<Object, Object> intercept(ConsumerRecord<Object, Object> record,
			Consumer<Object, Object> consumer) {
		received.add(new Delivery(record.offset(), Instant.now()));
		return record;
	}

	/**
	 * Looks whether an idle listener has reached its goal. It has then skipped the
	 * records that it has not received.
	 */
	@Override
	public void onApplicationEvent(ListenerContainerIdleEvent event) {
		Goal current = goal;
		for (TopicPartition partition : event.getConsumer().assignment()) {
			try {
				if (event.getConsumer().position(partition, Duration.ofMillis(100)) == current.position()) {
					current.reached().complete(null);
				}
			}
			catch (TimeoutException ex) {
				// No position yet; there will be another event.
			}
		}
	}

	/**
	 * Waits until the listener is idle at a position.
	 * @param position the position
	 * @return whether it got there in reasonable time
	 */
	boolean awaitIdleAt(long position) {
		Goal next = new Goal(position);
		goal = next;
		return next.reached()
			.thenApply((nothing) -> true)
			.completeOnTimeout(false, PATIENCE_SECONDS, TimeUnit.SECONDS)
			.join();
	}

	List<Delivery> received() {
		return List.copyOf(received);
	}

	/**
	 * One order that reached a listener.
	 *
	 * @param offset its offset
	 * @param at when it came
	 */
	record Delivery(long offset, Instant at) {

	}

	private record Goal(long position, CompletableFuture<Void> reached) {

		Goal(long position) {
			this(position, new CompletableFuture<>());
		}

	}

}
