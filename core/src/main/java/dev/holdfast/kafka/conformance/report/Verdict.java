/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.report;

import java.util.Locale;

/**
 * What a check says about the brokers, from the worst to the best.
 */
public enum Verdict {

	/**
	 * The brokers' answers contradict their own log twice, or brokers do not answer at
	 * all: positions of consumers may move.
	 */
	FAILED,

	/** Brokers do not lie, but lack something that protects consumers. */
	WARNING,

	/** The two rounds contradict each other. */
	UNDECIDED,

	/** Nothing contradicts the brokers' answers. */
	SOUND,

	/** Nothing could be asked; the detail says why. */
	SKIPPED;

	/**
	 * Whether this verdict is at least as bad as another one.
	 * @param other another verdict
	 * @return {@code true} for the same one, too
	 */
	public boolean isAtLeast(Verdict other) {
		return compareTo(other) <= 0;
	}

	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT);
	}

}
