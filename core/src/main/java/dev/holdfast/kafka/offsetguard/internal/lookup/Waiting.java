/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.lookup;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * How long a question has waited for its answer, and how old the answer is.
 */
final class Waiting {

	/**
	 * An answer that is older is asked for again. As long as two more answers may take,
	 * which are waited for one after the other.
	 */
	private static final long LIFE = TimeUnit.SECONDS.toNanos(60);

	private final long askedAt = System.nanoTime();

	private final CompletableFuture<Long> endedAt;

	/**
	 * Begins now.
	 * @param done completed with the answer
	 */
	Waiting(CompletableFuture<?> done) {
		this.endedAt = done.handle((answer, failure) -> System.nanoTime());
	}

	/**
	 * How long it has waited, or did until there was an answer, in nanoseconds.
	 */
	long waited() {
		return (endedAt.isDone() ? endedAt.join() : System.nanoTime()) - askedAt;
	}

	/**
	 * Whether the answer is too old to be used.
	 */
	boolean isOutdated() {
		return endedAt.isDone() && System.nanoTime() - endedAt.join() > LIFE;
	}

}
