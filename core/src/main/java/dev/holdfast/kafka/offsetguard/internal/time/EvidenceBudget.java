/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.time;

import java.time.Duration;

/**
 * The time that the guard may spend within one call of the application. Counts only what
 * is spent, not what the client itself waits for records.
 */
public final class EvidenceBudget {

	private final Duration whole;

	private Duration limit;

	private Duration longest;

	private long spentNanos;

	private int spendings;

	private long spendingSince;

	public EvidenceBudget(Duration whole) {
		this.whole = whole;
		this.limit = whole;
		this.longest = whole;
	}

	/**
	 * A new call of the application begins.
	 * @param atMost how much of it the guard may spend; no more than the whole
	 */
	public void renew(Duration atMost) {
		renew(atMost, atMost);
	}

	/**
	 * A new call of the application begins, or the next piece of a long one.
	 * @param atMost how much of it the guard may spend on questions that outlive the
	 * call; no more than the whole
	 * @param longest how much it may spend on what ends with the call; no more than the
	 * whole
	 */
	public void renew(Duration atMost, Duration longest) {
		this.limit = shorter(atMost, whole);
		this.longest = shorter(longest, whole);
		spentNanos = 0;
		if (spendings > 0) {
			spendingSince = System.nanoTime();
		}
	}

	/**
	 * As much as before may be spent once more on questions that outlive the call, if
	 * some of it was spent.
	 */
	public void renewSpent(Duration atMost) {
		if (spentNanos() > 0) {
			renew(atMost, longest());
		}
	}

	/**
	 * The time within which evidence for one decision is gathered, be it within a call or
	 * beside it.
	 */
	public Duration whole() {
		return whole;
	}

	/**
	 * Whether more than half of the longest that this call may take is spent: what can
	 * wait is left for the next one.
	 */
	public boolean isNearlySpent() {
		return spentNanos() > longest.toNanos() / 2;
	}

	/**
	 * Whether there is time enough to inspect logs within this call: evidence that is
	 * incomplete for lack of time would hold partitions for no good reason.
	 */
	public boolean isEnoughToInspect() {
		return left().compareTo(whole.dividedBy(2)) >= 0;
	}

	/**
	 * What is left for questions that outlive the call.
	 */
	public Duration left() {
		return left(limit);
	}

	/**
	 * What is left for a question that has to be answered within this call, or is asked
	 * in vain.
	 */
	public Duration longest() {
		return left(longest);
	}

	private Duration left(Duration all) {
		return Duration.ofNanos(Math.max(0, all.toNanos() - spentNanos()));
	}

	private static Duration shorter(Duration one, Duration other) {
		return (one.compareTo(other) <= 0) ? one : other;
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
