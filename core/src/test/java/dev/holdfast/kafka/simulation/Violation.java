/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.simulation;

/**
 * An invariant does not hold.
 */
final class Violation extends RuntimeException {

	private static final long serialVersionUID = 1L;

	private final String invariant;

	Violation(String invariant, String what) {
		super(invariant + ": " + what);
		this.invariant = invariant;
	}

	/** Which one, so that a smaller history breaks the same. */
	String invariant() {
		return invariant;
	}

}
