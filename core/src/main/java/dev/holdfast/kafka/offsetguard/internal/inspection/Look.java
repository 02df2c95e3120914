/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.inspection;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;

import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import org.apache.kafka.common.KafkaException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An inspection beside the poll. The consumer's thread begins it, a thread of the
 * {@link InspectionService} makes it, and the consumer's thread takes its findings. A
 * wakeup of the consumer does not concern it.
 */
public final class Look {

	private static final Logger logger = LoggerFactory.getLogger(Look.class);

	private final List<Suspect> suspects;

	private final GuardClock clock;

	private final long begunAt;

	private final CompletableFuture<List<Findings>> findings = new CompletableFuture<>();

	private volatile @Nullable Inspection running;

	private volatile boolean abandoned;

	/** 0 until a thread begins. */
	private volatile long startedAt;

	/** Written before the findings are there. */
	private volatile long endedAt;

	Look(List<Suspect> suspects, GuardClock clock) {
		this.suspects = suspects;
		this.clock = clock;
		this.begunAt = clock.nanoTime();
	}

	/**
	 * Makes the inspection. A thread of the service calls it.
	 */
	void make(Supplier<Inspection> open, java.util.function.Function<Inspection, List<Findings>> inspect) {
		try {
			if (!abandoned) {
				startedAt = clock.nanoTime();
				try (Inspection inspection = open.get()) {
					running = inspection;
					if (!abandoned) {
						List<Findings> found = inspect.apply(inspection);
						endedAt = clock.nanoTime();
						findings.complete(found);
					}
				}
			}
		}
		catch (KafkaException ex) {
			if (!abandoned) {
				logger.warn("Could not inspect {} partition(s): {}", suspects.size(), ex.toString());
			}
		}
		finally {
			running = null;
			if (!findings.isDone()) {
				endedAt = clock.nanoTime();
			}
			// Has no effect if there are findings.
			findings.complete(nothing());
		}
	}

	/**
	 * Whether the findings are there.
	 */
	public boolean isDone() {
		return findings.isDone();
	}

	/**
	 * Whether it has waited too long for a thread, or its thread does not come back from
	 * something that has no bound of its own, such as a login.
	 * @param longest for how long an inspection may wait, or run
	 */
	public boolean isStuck(Duration longest) {
		long since = (startedAt != 0) ? startedAt : begunAt;
		return !isDone() && clock.nanoTime() - since > longest.toNanos();
	}

	/**
	 * The findings about each suspect; empty if it is not done. The consumer's thread
	 * owns them from now on.
	 */
	public List<Findings> findings() {
		return isDone() ? findings.join() : List.of();
	}

	private List<Findings> nothing() {
		return suspects.stream().map(Findings::new).toList();
	}

	/**
	 * How long ago it was begun.
	 */
	public Duration age() {
		return Duration.ofNanos(clock.nanoTime() - begunAt);
	}

	/**
	 * How long it took, or has taken so far, with the wait for a thread.
	 */
	public Duration took() {
		return isDone() ? Duration.ofNanos(endedAt - begunAt) : age();
	}

	/**
	 * Ends it soon, since the consumer no longer needs its findings.
	 */
	public void abandon() {
		abandoned = true;
		Inspection inspection = running;
		if (inspection != null) {
			inspection.abort();
		}
	}

	/**
	 * What the guard gathers evidence for.
	 */
	public enum Occasion {

		/**
		 * A position came into question: the client does not read the partition
		 * meanwhile.
		 */
		QUESTION,

		/** The guard looks again at a partition that it holds. */
		RECHECK,

		/** An operator has ordered what to do about a held partition. */
		ORDER;

		/**
		 * Whether an application or an operator waits for the evidence.
		 */
		boolean isWaitedFor() {
			return this != RECHECK;
		}

		/**
		 * Whether the evidence has to tell where actions lead that the policy does not
		 * name for any cause: an operator may choose them.
		 */
		boolean isAnyActionOpen() {
			return this != QUESTION;
		}

	}

}
