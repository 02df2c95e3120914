/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure.actuate;

import java.util.Locale;

import dev.holdfast.kafka.offsetguard.decision.Reason;
import dev.holdfast.kafka.offsetguard.policy.MoveLimits;
import org.jspecify.annotations.Nullable;

/**
 * What is in the way of the action that the policy, or an operator, names.
 *
 * @param kind what it is
 * @param wouldLose for a limit, how many records the action would have skipped
 * @param wouldRewind for a limit, how many records it would have delivered again
 * @param maxSkipRecords the limit in the way, if it is this one
 * @param maxRewindRecords the limit in the way, if it is this one
 */
record ObstacleReport(String kind, @Nullable Long wouldLose, @Nullable Long wouldRewind, @Nullable Long maxSkipRecords,
		@Nullable Long maxRewindRecords) {

	static @Nullable ObstacleReport of(@Nullable Reason reason) {
		if (reason == null) {
			return null;
		}
		long records = reason.records();
		MoveLimits limits = (reason.limits() != null) ? reason.limits() : MoveLimits.unlimited();
		// Where nobody knows how far the action leads, any limit is in its way.
		return new ObstacleReport(reason.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'),
				(records > 0) ? records : null, (records < 0) ? -records : null,
				(records >= 0) ? limits.maxSkipRecords() : null, (records <= 0) ? limits.maxRewindRecords() : null);
	}

}
