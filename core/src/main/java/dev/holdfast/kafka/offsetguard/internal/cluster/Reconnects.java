/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.cluster;

import java.time.Duration;

import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.Metric;

/**
 * Notices that brokers accept a client's connections and close them at once, again and
 * again. Brokers that limit connections do so. A broker that is away accepts none.
 * Belongs to the consumer's thread.
 */
public final class Reconnects {

	/** Clients try again at least once a second, unless they are told otherwise. */
	private static final Duration INTERVAL = Duration.ofSeconds(15);

	private static final int MANY = 5;

	private final Consumer<?, ?> client;

	private double opened;

	private double closed;

	private long lookAt;

	public Reconnects(Consumer<?, ?> client, GuardClock clock) {
		this.client = client;
		this.lookAt = clock.nanoTime() + INTERVAL.toNanos();
	}

	/**
	 * Whether brokers have closed many connections since the last look, and the client
	 * has opened as many. Looks now and then.
	 * @param nanoTime the time, in {@link GuardClock#nanoTime()}
	 */
	public boolean areMany(long nanoTime) {
		if (nanoTime - lookAt < 0) {
			return false;
		}
		lookAt = nanoTime + INTERVAL.toNanos();
		double openedBefore = opened;
		double closedBefore = closed;
		opened = metric("connection-creation-total");
		closed = metric("connection-close-total");
		return Math.min(opened - openedBefore, closed - closedBefore) >= MANY;
	}

	private double metric(String name) {
		for (Metric each : client.metrics().values()) {
			if (each.metricName().name().equals(name) && each.metricValue() instanceof Double value) {
				return value;
			}
		}
		return 0;
	}

}
