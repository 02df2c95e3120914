/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.show;

import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.sample.trial.Trial;
import org.jspecify.annotations.Nullable;

/**
 * Publishes orders to a trial at a steady rate, to one partition after the other, while
 * somebody looks. Thread-safe.
 */
final class Traffic {

	private final ScheduledExecutorService clock;

	private int rate;

	private boolean paused;

	private boolean watched;

	private @Nullable Trial trial;

	private @Nullable ScheduledFuture<?> task;

	private int next;

	Traffic(ScheduledExecutorService clock, int rate) {
		this.clock = clock;
		this.rate = rate;
	}

	synchronized int rate() {
		return rate;
	}

	synchronized boolean paused() {
		return paused;
	}

	synchronized void pause(boolean yes) {
		paused = yes;
		schedule();
	}

	synchronized void rate(int orders) {
		rate = orders;
		schedule();
	}

	synchronized void watched(boolean yes) {
		watched = yes;
		schedule();
	}

	/**
	 * Publishes to another trial, or to none.
	 * @param to the trial
	 */
	synchronized void to(@Nullable Trial to) {
		trial = to;
		schedule();
	}

	private void schedule() {
		if (task != null) {
			task.cancel(false);
			task = null;
		}
		if (trial != null && watched && !paused) {
			long period = TimeUnit.SECONDS.toMicros(1) / rate;
			task = clock.scheduleAtFixedRate(this::publish, period, period, TimeUnit.MICROSECONDS);
		}
	}

	private synchronized void publish() {
		if (trial != null) {
			trial.publish(next++ % trial.partitions().size());
		}
	}

}
