/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.admin;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.BiConsumer;
import java.util.function.Supplier;
import java.util.stream.Collectors;

import dev.holdfast.kafka.offsetguard.internal.time.Deadline;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * An admin client.
 *
 * @param thread its thread, {@code null} if it is not known
 */
record OpenedAdmin(Admin admin, @Nullable Thread thread) {

	/** How Kafka names the threads of admin clients. */
	private static final String THREAD = "kafka-admin-client-thread | ";

	/**
	 * Opens one, and finds its thread. Another client of the same id may be about to end.
	 */
	static OpenedAdmin open(String clientId, Supplier<Admin> admin) {
		Set<Thread> before = threads(clientId);
		Admin opened = admin.get();
		Set<Thread> after = threads(clientId);
		after.removeAll(before);
		return new OpenedAdmin(opened, after.stream().findFirst().orElse(null));
	}

	private static Set<Thread> threads(String clientId) {
		Thread[] threads = new Thread[2 * Thread.activeCount() + 10];
		int count = Thread.enumerate(threads);
		return Arrays.stream(threads, 0, count)
			.filter((each) -> each.getName().equals(THREAD + clientId))
			.collect(Collectors.toCollection(HashSet::new));
	}

	/**
	 * Whether its thread has ended by an exception: it never answers again.
	 */
	boolean isDead() {
		return thread != null && !thread.isAlive();
	}

	/**
	 * The admin client of consumers that share one. It is constructed on a thread of its
	 * own, as Kafka resolves names meanwhile and logs in: nobody holds a lock then, and
	 * only who needs it waits, for a moment. Another one takes the place of a dead one.
	 * Thread-safe.
	 */
	static final class Holder {

		/** Enough for a consumer to connect, as clients try at least once a second. */
		private static final Duration REST = Duration.ofSeconds(15);

		private final Supplier<OpenedAdmin> construction;

		private final AdminDeaths deaths;

		private final Runnable replacing;

		private final GuardClock clock;

		private @Nullable OpenedAdmin opened;

		private @Nullable Opening opening;

		private boolean closed;

		private @Nullable Deadline rest;

		/**
		 * Creates it. It opens nothing yet.
		 * @param construction opens an admin client
		 * @param deaths says when another one is opened in place of a dead one
		 * @param replacing called before that
		 */
		Holder(Supplier<OpenedAdmin> construction, AdminDeaths deaths, Runnable replacing, GuardClock clock) {
			this.construction = construction;
			this.deaths = deaths;
			this.replacing = replacing;
			this.clock = clock;
		}

		/**
		 * The admin client.
		 * @throws TimeoutException if it is still being opened
		 * @throws KafkaException if it cannot be opened
		 */
		Admin admin() {
			Opening awaited;
			synchronized (this) {
				OpenedAdmin present = opened;
				if (present != null && present.isDead() && !closed && deaths.isToBeReplaced()) {
					SharedAdmins.close(present.admin());
					replacing.run();
					present = null;
				}
				if (present != null) {
					return present.admin();
				}
				requireRested();
				awaited = (opening != null) ? opening : new Opening();
				if (opening == null) {
					opening = awaited;
					awaited.begin(construction, this::ended);
				}
			}
			return awaited.await().admin();
		}

		private void requireRested() {
			Deadline until = rest;
			if (until != null && !until.isOver()) {
				throw new KafkaException("It leaves its connections to a consumer whose own are closed by brokers");
			}
		}

		private synchronized void ended(Opening ended, @Nullable OpenedAdmin made) {
			boolean isWanted = opening == ended && !closed;
			opening = (opening == ended) ? null : opening;
			if (made != null && isWanted) {
				opened = made;
				deaths.opened();
			}
			else if (made != null) {
				SharedAdmins.close(made.admin());
			}
		}

		/**
		 * Closes it, and opens none for a while.
		 */
		synchronized void makeRoom() {
			if (!closed && (opened != null || opening != null)) {
				if (opened != null) {
					SharedAdmins.close(opened.admin());
				}
				opened = null;
				opening = null;
				rest = Deadline.after(REST, clock);
			}
		}

		synchronized void close() {
			if (!closed && opened != null) {
				SharedAdmins.close(opened.admin());
			}
			closed = true;
		}

	}

	/**
	 * An admin client under construction.
	 */
	private static final class Opening {

		/** From its begin, for all consumers that wait for it. */
		private static final Duration MOST_WAITED = Duration.ofSeconds(1);

		/** Resolvers and logins go by real time. */
		private final Deadline deadline = Deadline.after(MOST_WAITED, GuardClock.system());

		private final CompletableFuture<OpenedAdmin> opened = new CompletableFuture<>();

		/**
		 * Begins it.
		 * @param ended gets the client, {@code null} if it could not be opened, before
		 * those who wait do
		 */
		void begin(Supplier<OpenedAdmin> construction, BiConsumer<Opening, @Nullable OpenedAdmin> ended) {
			Thread thread = new Thread(() -> construct(construction, ended), "holdfast-opening");
			thread.setDaemon(true);
			thread.start();
		}

		private void construct(Supplier<OpenedAdmin> construction, BiConsumer<Opening, @Nullable OpenedAdmin> ended) {
			try {
				OpenedAdmin admin = construction.get();
				ended.accept(this, admin);
				opened.complete(admin);
			}
			catch (RuntimeException | Error ex) {
				ended.accept(this, null);
				opened.completeExceptionally(ex);
			}
		}

		OpenedAdmin await() {
			try {
				return opened.get(deadline.left(MOST_WAITED).toNanos(), TimeUnit.NANOSECONDS);
			}
			catch (InterruptedException ex) {
				throw new InterruptException(ex);
			}
			catch (java.util.concurrent.TimeoutException ex) {
				throw new TimeoutException("It is being opened: Kafka resolves names for it, or it logs in");
			}
			catch (ExecutionException ex) {
				if (ex.getCause() instanceof Error error) {
					throw error;
				}
				throw (RuntimeException) Objects.requireNonNull(ex.getCause());
			}
		}

	}

}
