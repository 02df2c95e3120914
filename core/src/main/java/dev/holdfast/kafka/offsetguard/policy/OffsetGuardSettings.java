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
 * @param mode whether decisions are carried out
 * @param commits what is put into commits, or committed, to know more after a restart
 * @param timing how long, and how often, brokers are asked
 */
public record OffsetGuardSettings(OffsetPolicy policy, Mode mode, Commits commits, Timing timing) {

	private static final OffsetGuardSettings DEFAULTS = new OffsetGuardSettings(OffsetPolicy.defaults(), Mode.ENFORCE,
			new Commits(true, true, false),
			new Timing(Duration.ofSeconds(5), Duration.ofSeconds(30), Duration.ofSeconds(60)));

	/**
	 * The settings of a guard about which nothing is configured.
	 * @return default policy, decisions carried out, bookmarks and initial positions
	 * committed, an inspection timeout of 5 seconds, rechecks every 30 and topic checks
	 * every 60 seconds
	 */
	public static OffsetGuardSettings defaults() {
		return DEFAULTS;
	}

	/** Whether decisions are carried out. */
	public enum Mode {

		/** What is decided is done. */
		ENFORCE,

		/**
		 * What Kafka alone would have done is done, perhaps a poll later, and what would
		 * have been decided is reported.
		 */
		OBSERVE

	}

	/**
	 * What is put into commits, or committed, to know more after a restart.
	 *
	 * @param bookmark whether a commit without metadata gets a bookmark
	 * @param initialPosition whether the first position of a partition without a commit
	 * is committed
	 * @param leaderEpoch whether a commit gets a leader epoch, where records delivered
	 * tell it
	 */
	public record Commits(boolean bookmark, boolean initialPosition, boolean leaderEpoch) {
	}

	/**
	 * How long, and how often, brokers are asked.
	 *
	 * @param inspection the bound on gathering evidence within one poll
	 * @param holdRecheck how often the evidence about held partitions is gathered again
	 * @param topicCheck how often topic ids are compared, zero for never
	 */
	public record Timing(Duration inspection, Duration holdRecheck, Duration topicCheck) {

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

	public boolean isObserving() {
		return mode == Mode.OBSERVE;
	}

}
