/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.time;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The time that the guard may spend within one call of the application. Counts only what
 * is spent, not what the client itself waits for records.
 */
public final class EvidenceBudget {

	/**
	 * How long one piece of a poll waits for answers that may as well come later, and no
	 * longer than half of it: the partitions that are not concerned are read meanwhile.
	 */
	private static final long SHARE = TimeUnit.MILLISECONDS.toNanos(200);

	/** Polls without any time come along, too. */
	private static final long LEAST_SHARE = TimeUnit.MILLISECONDS.toNanos(10);

	private final Duration whole;

	private final long wholeNanos;

	private long shareNanos;

	private long limitNanos;

	private long longestNanos;

	private long spentNanos;

	private int spendings;

	private long spendingSince;

	private boolean used;

	public EvidenceBudget(Duration whole) {
		this.whole = whole;
		this.wholeNanos = whole.toNanos();
		this.shareNanos = wholeNanos;
		this.limitNanos = wholeNanos;
		this.longestNanos = wholeNanos;
	}

	/**
	 * A new call of the application begins.
	 * @param atMost how much of it the guard may spend; no more than the whole
	 */
	public void renew(Duration atMost) {
		renew(atMost.compareTo(whole) < 0 ? atMost.toNanos() : wholeNanos);
	}

	private void renew(long atMost) {
		limitNanos = atMost;
		longestNanos = atMost;
		startAnew();
	}

	/**
	 * A piece of a poll begins. Allocates nothing, as every poll comes along here.
	 * @param piece how long the client is polled for, at most an hour
	 * @param isPatient whether the guard may leave questions that outlive the call to the
	 * next one: they get a share of the piece. Else they get the whole.
	 */
	public void renewForPoll(Duration piece, boolean isPatient) {
		shareNanos = isPatient ? Math.min(share(piece.toNanos()), wholeNanos) : wholeNanos;
		limitNanos = shareNanos;
		longestNanos = wholeNanos;
		used = false;
		startAnew();
	}

	private static long share(long pieceNanos) {
		return Math.min(SHARE, Math.max(LEAST_SHARE, pieceNanos / 2));
	}

	private void startAnew() {
		spentNanos = 0;
		if (spendings > 0) {
			spendingSince = System.nanoTime();
		}
	}

	/**
	 * Within a poll: the same share may be spent once more, if anything was spent.
	 */
	public void renewSpent() {
		long spent = spentNanos();
		if (spent > 0) {
			longestNanos = Math.max(0, longestNanos - spent);
			limitNanos = Math.min(shareNanos, longestNanos);
			startAnew();
		}
	}

	/**
	 * Whether anything was spent since the piece of a poll began.
	 */
	public boolean isUsed() {
		return used;
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
		return spentNanos() > longestNanos / 2;
	}

	/**
	 * Whether there is time enough to inspect logs within this call: evidence that is
	 * incomplete for lack of time would hold partitions for no good reason.
	 */
	public boolean isEnoughToInspect() {
		return limitNanos - spentNanos() >= wholeNanos / 2;
	}

	/**
	 * What is left for questions that outlive the call.
	 */
	public Duration left() {
		return left(limitNanos);
	}

	/**
	 * What is left for a question that has to be answered within this call, or is asked
	 * in vain.
	 */
	public Duration longest() {
		return left(longestNanos);
	}

	private Duration left(long allNanos) {
		return Duration.ofNanos(Math.max(0, allNanos - spentNanos()));
	}

	private long spentNanos() {
		return (spendings > 0) ? spentNanos + System.nanoTime() - spendingSince : spentNanos;
	}

	/**
	 * Counts the time until the result is closed.
	 */
	public Spending spend() {
		used = true;
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
