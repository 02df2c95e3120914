/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.simulation;

import java.time.Duration;
import java.time.Instant;
import java.util.PriorityQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BooleanSupplier;

import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;

/**
 * The time of one history, and what is due when. Who waits lets time pass, and with it
 * all that happens meanwhile, on the one thread there is.
 */
final class SimulatedTime implements GuardClock {

	/** What it takes to look at the clock: a loop that only looks at it ends, too. */
	private static final long GLANCE = 1_000;

	private static final long MOST_EVENTS = 400_000;

	private final PriorityQueue<Event> events = new PriorityQueue<>();

	private long nanos = TimeUnit.DAYS.toNanos(1);

	private long order;

	private long happened;

	private record Event(long at, long order, Runnable what) implements Comparable<Event> {

		@Override
		public int compareTo(Event other) {
			return (at != other.at) ? Long.compare(at, other.at) : Long.compare(order, other.order);
		}

	}

	void after(long millis, Runnable what) {
		at(nanosAfter(millis), what);
	}

	void at(long dueNanos, Runnable what) {
		events.add(new Event(dueNanos, order++, what));
	}

	long nanosAfter(long millis) {
		return nanos + TimeUnit.MILLISECONDS.toNanos(millis);
	}

	long millis() {
		return TimeUnit.NANOSECONDS.toMillis(nanos);
	}

	/**
	 * Lets time pass until a condition holds.
	 * @return whether it holds
	 */
	boolean await(BooleanSupplier condition, long untilNanos) {
		while (!condition.getAsBoolean()) {
			Event next = events.peek();
			if (next == null || next.at > untilNanos) {
				nanos = Math.max(nanos, untilNanos);
				return false;
			}
			if (++happened > MOST_EVENTS) {
				throw new IllegalStateException("More happens than a history may have: something asks for ever");
			}
			events.remove();
			nanos = Math.max(nanos, next.at);
			next.what.run();
		}
		return true;
	}

	long nanosAfter(Duration duration) {
		return nanos + Math.min(duration.toNanos(), TimeUnit.DAYS.toNanos(1));
	}

	void pass(long millis) {
		await(() -> false, nanos + TimeUnit.MILLISECONDS.toNanos(millis));
	}

	@Override
	public long nanoTime() {
		nanos += GLANCE;
		return nanos;
	}

	long nanos() {
		return nanos;
	}

	@Override
	public Instant instant() {
		return Instant.ofEpochMilli(millis());
	}

	@Override
	public void await(Future<?> answer, Duration timeout)
			throws InterruptedException, ExecutionException, TimeoutException {
		if (!await(answer::isDone, nanosAfter(timeout))) {
			throw new TimeoutException();
		}
		answer.get();
	}

	@Override
	public void pause(Duration duration) {
		await(() -> false, nanosAfter(duration));
	}

}
