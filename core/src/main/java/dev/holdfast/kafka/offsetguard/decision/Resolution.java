/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.decision;

import dev.holdfast.kafka.offsetguard.policy.Action;

/**
 * What an operator decides about a held partition, in place of the policy.
 *
 * @param action what to do
 * @param by who decides
 * @param reason why, at most 256 characters
 */
public record Resolution(Action action, String by, String reason) {

	/** How many characters a reason, or a name, has at most. */
	public static final int MAX_LENGTH = 256;

	/**
	 * Creates a resolution.
	 * @throws IllegalArgumentException if the name or the reason is blank, too long, or
	 * has control characters in it
	 */
	public Resolution {
		require("by", by);
		require("reason", reason);
	}

	private static void require(String name, String text) {
		if (text.isBlank()) {
			throw new IllegalArgumentException("'%s' is missing".formatted(name));
		}
		if (text.length() > MAX_LENGTH) {
			throw new IllegalArgumentException(
					"'%s' has %d characters; allowed are at most %d".formatted(name, text.length(), MAX_LENGTH));
		}
		// Line separators would break a log line in two as well.
		if (text.codePoints().anyMatch((each) -> Character.isISOControl(each) || each == 0x2028 || each == 0x2029)) {
			throw new IllegalArgumentException("'%s' has control characters in it".formatted(name));
		}
	}

}
