/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import org.apache.kafka.common.requests.RequestHeader;

/**
 * A fault at work, with its count. Thread-safe.
 */
final class ActiveFault implements Fault.Handle {

	private final Fault fault;

	private final Consumer<ActiveFault> onClose;

	private final CountDownLatch ended = new CountDownLatch(1);

	private final Set<WireConnection> silenced = new HashSet<>();

	private long hits;

	ActiveFault(Fault fault, Consumer<ActiveFault> onClose) {
		this.fault = fault;
		this.onClose = onClose;
	}

	Effect effect() {
		return this.fault.effect();
	}

	Scope scope() {
		return this.fault.scope();
	}

	boolean concerns(int broker, RequestHeader header) {
		return this.fault.effect().concerns(header) && this.fault.scope().covers(broker, header);
	}

	/**
	 * Apply the fault once, unless it has ended or has hit often enough.
	 * @param application tells whether there was anything to apply it to; if so, that
	 * counts as a hit
	 * @return whether it has hit
	 */
	synchronized boolean hit(BooleanSupplier application) {
		if (this.ended.getCount() == 0 || this.hits >= this.fault.times() || !application.getAsBoolean()) {
			return false;
		}
		this.hits++;
		return true;
	}

	/**
	 * Silence a connection till the fault ends.
	 * @return whether it is silenced; {@code false} if the fault has ended or is used up
	 */
	boolean silence(WireConnection connection) {
		return hit(() -> this.silenced.add(connection));
	}

	/**
	 * Wait, but no longer than the fault lasts.
	 */
	void pause(Duration duration) throws InterruptedException {
		this.ended.await(duration.toNanos(), TimeUnit.NANOSECONDS);
	}

	@Override
	public synchronized long hits() {
		return this.hits;
	}

	@Override
	public void close() {
		Set<WireConnection> connections;
		synchronized (this) {
			this.ended.countDown();
			connections = Set.copyOf(this.silenced);
			this.silenced.clear();
		}
		this.onClose.accept(this);
		connections.forEach(WireConnection::close);
	}

	@Override
	public String toString() {
		return this.fault.toString();
	}

}
