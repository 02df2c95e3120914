/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.time;

import java.time.Duration;

/**
 * The time that gathering evidence may take within one call of the application. Counts
 * only what is spent, not what the client itself waits for records.
 */
public final class EvidenceBudget {

	private final Duration whole;

	private long spentNanos;

	private int spendings;

	private long spendingSince;

	public EvidenceBudget(Duration whole) {
		this.whole = whole;
	}

	/**
	 * A new call of the application begins, or the next piece of a long one.
	 */
	public void renew() {
		spentNanos = 0;
		if (spendings > 0) {
			spendingSince = System.nanoTime();
		}
	}

	/**
	 * A new call of the application begins that may not take as long as the whole.
	 */
	public void renew(Duration atMost) {
		renew();
		spentNanos = Math.max(0, whole.minus(atMost).toNanos());
	}

	public Duration whole() {
		return whole;
	}

	/**
	 * Whether too little is left to begin an inspection with: evidence that is incomplete
	 * for lack of time would hold partitions for no good reason.
	 */
	public boolean isNearlySpent() {
		return spentNanos() > whole.toNanos() / 2;
	}

	public Duration left() {
		return Duration.ofNanos(Math.max(0, whole.toNanos() - spentNanos()));
	}

	private long spentNanos() {
		return (spendings > 0) ? spentNanos + System.nanoTime() - spendingSince : spentNanos;
	}

	/**
	 * Counts the time until the result is closed.
	 */
	public Spending spend() {
		if (spendings++ == 0) {
			spendingSince = System.nanoTime();
		}
		return () -> {
			if (--spendings == 0) {
				spentNanos += System.nanoTime() - spendingSince;
			}
		};
	}

	/**
	 * Time being spent.
	 */
	public interface Spending extends AutoCloseable {

		@Override
		void close();

	}

}
