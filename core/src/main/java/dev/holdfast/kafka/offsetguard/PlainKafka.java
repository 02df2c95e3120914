/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import org.jspecify.annotations.Nullable;

/**
 * What a client without a guard does about what was reported. A pure function.
 */
final class PlainKafka {

	private PlainKafka() {
	}

	/**
	 * What it does.
	 * @return {@code null} if nothing
	 */
	static @Nullable Outcome outcome(Evidence evidence, AutoOffsetReset autoOffsetReset) {
		return switch (evidence.trigger()) {
			case TRUNCATION -> truncation(evidence, autoOffsetReset);
			case OUT_OF_RANGE, SOUGHT_OUT_OF_RANGE, HELD_ABOVE_LOG_END -> reset(autoOffsetReset);
			// No client looks at ids, and one that goes by a committed epoch waits.
			case NO_COMMITTED_OFFSET, COMMITTED_EPOCH, TOPIC_ID, CLUSTER_ID -> null;
		};
	}

	private static @Nullable Outcome truncation(Evidence evidence, AutoOffsetReset autoOffsetReset) {
		TruncationClaim claim = (evidence.claim() != null) ? evidence.claim() : evidence.repeatedClaim();
		if (claim == null) {
			return new Outcome.ReadFrom(evidence.position());
		}
		boolean strategy = autoOffsetReset.strategy() != AutoOffsetReset.Strategy.NONE;
		return (strategy && claim.isDefined()) ? new Outcome.ReadFrom(claim.divergentOffset()) : reset(autoOffsetReset);
	}

	private static Outcome reset(AutoOffsetReset autoOffsetReset) {
		return switch (autoOffsetReset.strategy()) {
			case EARLIEST -> new Outcome.LookedUp(Action.EARLIEST);
			case LATEST -> new Outcome.LookedUp(Action.LATEST);
			case BY_DURATION -> new Outcome.LookedUp(Action.AUTO_OFFSET_RESET);
			case NONE -> new Outcome.Rethrown();
		};
	}

}
