/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.inspection;

import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The threads on which inspectors look into logs, for all consumers of a guard: a few
 * daemons, each with one short-lived consumer at a time, which end when nobody has needed
 * them for a while. So the guard's threads and connections are bounded, however many
 * consumers are in doubt at once. Thread-safe.
 */
public final class InspectionService {

	/** More inspections than these wait for their turn. */
	public static final int THREADS = 4;

	private static final long KEEP_ALIVE_SECONDS = 5;

	private final AtomicInteger names = new AtomicInteger();

	private final ThreadPoolExecutor threads;

	public InspectionService() {
		this.threads = new ThreadPoolExecutor(THREADS, THREADS, KEEP_ALIVE_SECONDS, TimeUnit.SECONDS,
				new LinkedBlockingQueue<>(), this::thread);
		this.threads.allowCoreThreadTimeOut(true);
	}

	private Thread thread(Runnable work) {
		Thread thread = new Thread(work, "holdfast-inspection-" + names.incrementAndGet());
		thread.setDaemon(true);
		return thread;
	}

	/**
	 * Has a thread do some work, with the class loader of the caller's: clients load what
	 * their configuration names by it.
	 */
	void begin(Runnable look) {
		ClassLoader loader = Thread.currentThread().getContextClassLoader();
		threads.execute(() -> {
			Thread.currentThread().setContextClassLoader(loader);
			look.run();
		});
	}

}
