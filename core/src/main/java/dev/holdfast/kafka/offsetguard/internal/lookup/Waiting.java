/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.lookup;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;

/**
 * How long a question has waited for its answer, and how old the answer is.
 */
final class Waiting {

	/**
	 * An answer that is older is asked for again. As long as two more answers may take,
	 * which are waited for one after the other.
	 */
	private static final long LIFE = TimeUnit.SECONDS.toNanos(60);

	private final GuardClock clock;

	private final long askedAt;

	private final CompletableFuture<Long> endedAt;

	/**
	 * Begins now.
	 * @param done completed with the answer
	 */
	Waiting(CompletableFuture<?> done, GuardClock clock) {
		this.clock = clock;
		this.askedAt = clock.nanoTime();
		this.endedAt = done.handle((answer, failure) -> clock.nanoTime());
	}

	/**
	 * How long it has waited, or did until there was an answer, in nanoseconds.
	 */
	long waited() {
		return (endedAt.isDone() ? endedAt.join() : clock.nanoTime()) - askedAt;
	}

	/**
	 * Whether the answer is too old to be used.
	 */
	boolean isOutdated() {
		return endedAt.isDone() && clock.nanoTime() - endedAt.join() > LIFE;
	}

}
