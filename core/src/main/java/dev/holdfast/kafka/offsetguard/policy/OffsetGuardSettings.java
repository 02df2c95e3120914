/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.policy;

import java.time.Duration;

import dev.holdfast.kafka.offsetguard.OffsetGuard;

/**
 * How an {@link OffsetGuard} behaves. Immutable.
 *
 * @param policy what to do about each cause
 * @param mode whether the guard carries decisions out
 * @param commits what the guard adds to commits, or commits itself, to know more after a
 * restart
 * @param timing how long, and how often, the guard asks brokers
 */
public record OffsetGuardSettings(OffsetPolicy policy, Mode mode, Commits commits, Timing timing) {

	private static final OffsetGuardSettings DEFAULTS = new OffsetGuardSettings(OffsetPolicy.defaults(), Mode.ENFORCE,
			new Commits(true, true, false),
			new Timing(Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofSeconds(60)));

	/**
	 * The settings of a guard that nothing is configured for.
	 * @return the default policy in the mode {@link Mode#ENFORCE}, with bookmarks, with
	 * commits of initial positions and without leader epochs, an inspection timeout of 5
	 * seconds, rechecks every 30 and topic checks every 60 seconds
	 */
	public static OffsetGuardSettings defaults() {
		return DEFAULTS;
	}

	/** Whether the guard carries decisions out. */
	public enum Mode {

		/** The guard does what it decides. */
		ENFORCE,

		/**
		 * The guard does what Kafka alone would have done, perhaps a poll later, and
		 * reports what it would have decided.
		 */
		OBSERVE

	}

	/**
	 * What the guard adds to commits, or commits itself, to know more after a restart.
	 *
	 * @param bookmark whether a commit without metadata gets a bookmark
	 * @param initialPosition whether the guard commits the first position of a partition
	 * without a commit, and where a decision has moved a partition
	 * @param leaderEpoch whether a commit gets a leader epoch, where a delivered record
	 * tells it
	 */
	public record Commits(boolean bookmark, boolean initialPosition, boolean leaderEpoch) {
	}

	/**
	 * How long, and how often, the guard asks brokers.
	 *
	 * @param inspection the bound on gathering the evidence for one decision
	 * @param holdRecheck how often the guard gathers the evidence about held partitions
	 * again
	 * @param topicCheck how often the guard compares topic ids, zero for never
	 */
	public record Timing(Duration inspection, Duration holdRecheck, Duration topicCheck) {

		/**
		 * Creates the timing.
		 * @param inspection the bound on gathering the evidence for one decision
		 * @param holdRecheck how often the guard gathers the evidence about held
		 * partitions again
		 * @param topicCheck how often the guard compares topic ids, zero for never
		 * @throws IllegalArgumentException if one is negative, or another than the last
		 * is zero
		 */
		public Timing {
			requirePositive("The inspection timeout", inspection);
			requirePositive("The hold recheck interval", holdRecheck);
			if (topicCheck.isNegative()) {
				throw new IllegalArgumentException(
						"The topic check interval must not be negative but is " + topicCheck);
			}
		}

		private static void requirePositive(String what, Duration duration) {
			if (duration.isNegative() || duration.isZero()) {
				throw new IllegalArgumentException("%s must be positive but is %s".formatted(what, duration));
			}
		}

	}

	/**
	 * Whether the guard only reports.
	 * @return {@code true} in the mode {@link Mode#OBSERVE}
	 */
	public boolean isObserving() {
		return mode == Mode.OBSERVE;
	}

}
