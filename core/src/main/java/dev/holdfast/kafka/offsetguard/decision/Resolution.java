/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.decision;

import java.time.Instant;

import dev.holdfast.kafka.offsetguard.policy.Action;
import org.jspecify.annotations.Nullable;

/**
 * What an operator decides about a held partition, in place of the policy.
 *
 * @param action what to do
 * @param by who decides
 * @param reason why, at most 256 characters
 * @param offset for {@link Action#OFFSET} where to go on; for a timestamp of the
 * operator's own, where that leads, once the guard has asked for it; else {@code null}
 * @param timestamp for {@link Action#TIMESTAMP} the time to go to, {@code null} for that
 * of the last record delivered
 */
public record Resolution(Action action, String by, String reason, @Nullable Long offset, @Nullable Instant timestamp) {

	private static final Instant LATEST = Instant.parse("9999-12-31T23:59:59Z");

	/** How many characters a reason, or a name, has at most. */
	public static final int MAX_LENGTH = 256;

	/**
	 * Creates a resolution.
	 * @param action what to do
	 * @param by who decides
	 * @param reason why, at most 256 characters
	 * @param offset where to go on, or where the timestamp leads; else {@code null}
	 * @param timestamp the time to go to, {@code null} for that of the last record
	 * delivered
	 * @throws IllegalArgumentException if the name or the reason is blank, too long, or
	 * has control characters in it; or if an offset or a timestamp is missing, negative,
	 * or not for this action; or if a timestamp is after the year 9999
	 */
	public Resolution {
		require("by", by);
		require("reason", reason);
		requireTarget(action, offset, timestamp);
	}

	/**
	 * Creates a resolution whose action tells by itself where it leads.
	 * @param action what to do
	 * @param by who decides
	 * @param reason why, at most 256 characters
	 */
	public Resolution(Action action, String by, String reason) {
		this(action, by, reason, null, null);
	}

	/**
	 * The same, with the offset to which its timestamp leads.
	 * @param found the offset
	 * @return the resolution
	 */
	public Resolution leadingTo(long found) {
		return new Resolution(action, by, reason, found, timestamp);
	}

	private static void requireTarget(Action action, @Nullable Long offset, @Nullable Instant timestamp) {
		if (action == Action.OFFSET && offset == null) {
			throw new IllegalArgumentException("'offset' is missing");
		}
		if (offset != null && offset < 0) {
			throw new IllegalArgumentException("'offset' is negative");
		}
		if (offset != null && action != Action.OFFSET && timestamp == null) {
			throw new IllegalArgumentException("'offset' is for the action 'offset' only");
		}
		// Kafka gives numbers below 0 other meanings, and later times do not fit a long.
		if (timestamp != null && (timestamp.isBefore(Instant.EPOCH) || timestamp.isAfter(LATEST))) {
			throw new IllegalArgumentException(
					"'timestamp' is %s; allowed are times from %s to %s".formatted(timestamp, Instant.EPOCH, LATEST));
		}
		if (timestamp != null && action != Action.TIMESTAMP) {
			throw new IllegalArgumentException("'timestamp' is for the action 'timestamp' only");
		}
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
