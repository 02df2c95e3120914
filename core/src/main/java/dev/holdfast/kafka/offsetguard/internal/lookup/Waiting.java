/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.lookup;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;

/**
 * How long the guard has waited for an answer, and how old the answer is.
 */
final class Waiting {

	/**
	 * The guard asks again instead of using an older answer. Two more answers, one after
	 * the other, may take as long as this.
	 */
	private static final long LIFE = TimeUnit.SECONDS.toNanos(60);

	private final GuardClock clock;

	private final long askedAt;

	private final CompletableFuture<Long> endedAt;

	/**
	 * Begins to wait now.
	 * @param done completed with the answer
	 */
	Waiting(CompletableFuture<?> done, GuardClock clock) {
		this.clock = clock;
		this.askedAt = clock.nanoTime();
		this.endedAt = done.handle((answer, failure) -> clock.nanoTime());
	}

	/**
	 * How long the wait has lasted so far, or until there was an answer, in nanoseconds.
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
