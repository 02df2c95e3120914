/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.time;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/**
 * The time that the guard may spend within one call of the application. Counts only what
 * the guard spends, not what the client itself waits for records.
 */
public final class EvidenceBudget {

	/**
	 * How long one piece of a poll waits at most for answers that may as well come later,
	 * and no longer than half the piece: the client reads the other partitions meanwhile.
	 */
	private static final long SHARE = TimeUnit.MILLISECONDS.toNanos(200);

	/** Polls without any time get a share, too. */
	private static final long LEAST_SHARE = TimeUnit.MILLISECONDS.toNanos(10);

	private final Duration whole;

	private final long wholeNanos;

	private final GuardClock clock;

	private long shareNanos;

	private long limitNanos;

	private long longestNanos;

	private long spentNanos;

	private int spendings;

	private long spendingSince;

	private boolean used;

	public EvidenceBudget(Duration whole, GuardClock clock) {
		this.whole = whole;
		this.wholeNanos = whole.toNanos();
		this.shareNanos = wholeNanos;
		this.limitNanos = wholeNanos;
		this.longestNanos = wholeNanos;
		this.clock = clock;
	}

	/**
	 * A new call of the application begins.
	 * @param atMost how long the guard may take, if that is less than the whole
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
	 * A piece of a poll begins. Allocates nothing, as every poll calls this.
	 * @param piece how long the guard polls the client
	 * @param isPatient whether the guard may leave open questions to the next call. If so
	 * they get a share of the piece, else the whole.
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
			spendingSince = clock.nanoTime();
		}
	}

	/**
	 * Gives the guard the same share once more within a poll, if it has spent anything.
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
	 * Whether the guard has spent anything since the piece of a poll began.
	 */
	public boolean isUsed() {
		return used;
	}

	/**
	 * The time in which the guard gathers evidence for one decision, within a call or
	 * beside it.
	 */
	public Duration whole() {
		return whole;
	}

	/**
	 * Whether the guard has spent more than half of the longest time for this call: it
	 * leaves what can wait for the next one.
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
	 * What is left for a question that brokers have to answer within this call, or the
	 * guard asks in vain.
	 */
	public Duration longest() {
		return left(longestNanos);
	}

	private Duration left(long allNanos) {
		return Duration.ofNanos(Math.max(0, allNanos - spentNanos()));
	}

	private long spentNanos() {
		return (spendings > 0) ? spentNanos + clock.nanoTime() - spendingSince : spentNanos;
	}

	/**
	 * Counts the time until the caller closes the result.
	 */
	public Spending spend() {
		used = true;
		if (spendings++ == 0) {
			spendingSince = clock.nanoTime();
		}
		return () -> {
			if (--spendings == 0) {
				spentNanos += clock.nanoTime() - spendingSince;
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
