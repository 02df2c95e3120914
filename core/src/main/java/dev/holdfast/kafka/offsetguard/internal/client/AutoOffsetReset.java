/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.client;

import java.time.Duration;
import java.util.Locale;

import dev.holdfast.kafka.offsetguard.policy.Action;
import org.jspecify.annotations.Nullable;

/**
 * The application's own {@code auto.offset.reset}, {@code by_duration:} (KIP-1106)
 * included.
 *
 * @param strategy the strategy
 * @param duration how far back, for {@link Strategy#BY_DURATION} only
 */
public record AutoOffsetReset(Strategy strategy, @Nullable Duration duration) {

	private static final String BY_DURATION = "by_duration:";

	public enum Strategy {

		EARLIEST, LATEST, NONE, BY_DURATION

	}

	/**
	 * Whether it leads to the same end of the log as an action.
	 */
	public boolean isAt(Action end) {
		return (strategy == Strategy.EARLIEST && end == Action.EARLIEST)
				|| (strategy == Strategy.LATEST && end == Action.LATEST);
	}

	/**
	 * Parses a value that the client has validated already, or will.
	 */
	public static AutoOffsetReset parse(String value) {
		String lowerCase = value.toLowerCase(Locale.ROOT);
		if (lowerCase.startsWith(BY_DURATION)) {
			return new AutoOffsetReset(Strategy.BY_DURATION, Duration.parse(value.substring(BY_DURATION.length())));
		}
		return new AutoOffsetReset(Strategy.valueOf(lowerCase.toUpperCase(Locale.ROOT)), null);
	}

}
