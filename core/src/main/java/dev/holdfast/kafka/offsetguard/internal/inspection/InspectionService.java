/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.inspection;

import java.util.concurrent.Executor;
import java.util.concurrent.PriorityBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The threads on which inspectors look into logs, for all consumers of a guard: a few
 * daemons, each with one short-lived consumer at a time. They end when they have had
 * nothing to do for a while. So the guard's threads and connections are bounded, however
 * many consumers are in doubt at the same time. Rechecks of held partitions come last.
 * Thread-safe.
 */
public final class InspectionService {

	/** How many inspections run at the same time; more wait for their turn. */
	public static final int THREADS = 4;

	private static final long KEEP_ALIVE_SECONDS = 5;

	private final AtomicInteger names = new AtomicInteger();

	private final AtomicLong orders = new AtomicLong();

	private final Executor threads;

	/**
	 * Work for a thread.
	 *
	 * @param waitedFor whether an application or an operator waits for it
	 * @param order decides between two that are equally urgent
	 */
	private record Work(Runnable look, boolean waitedFor, long order) implements Runnable, Comparable<Work> {

		@Override
		public void run() {
			look.run();
		}

		@Override
		public int compareTo(Work other) {
			return (waitedFor == other.waitedFor) ? Long.compare(order, other.order) : (waitedFor ? -1 : 1);
		}

	}

	public InspectionService() {
		ThreadPoolExecutor pool = new ThreadPoolExecutor(THREADS, THREADS, KEEP_ALIVE_SECONDS, TimeUnit.SECONDS,
				new PriorityBlockingQueue<>(), this::thread);
		pool.allowCoreThreadTimeOut(true);
		this.threads = pool;
	}

	/**
	 * Lets the given executor do the work instead.
	 */
	public InspectionService(Executor threads) {
		this.threads = threads;
	}

	private Thread thread(Runnable work) {
		Thread thread = new Thread(work, "holdfast-inspection-" + names.incrementAndGet());
		thread.setDaemon(true);
		return thread;
	}

	/**
	 * Lets a thread do some work, with the context class loader of the caller: clients
	 * load the classes in their configuration with it.
	 * @param waitedFor whether it comes before rechecks of held partitions
	 */
	void begin(Runnable look, boolean waitedFor) {
		ClassLoader loader = Thread.currentThread().getContextClassLoader();
		threads.execute(new Work(() -> {
			Thread.currentThread().setContextClassLoader(loader);
			look.run();
		}, waitedFor, orders.incrementAndGet()));
	}

}
