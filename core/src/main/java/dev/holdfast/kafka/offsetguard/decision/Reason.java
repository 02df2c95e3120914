/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.decision;

import dev.holdfast.kafka.offsetguard.policy.MoveLimits;
import org.jspecify.annotations.Nullable;

/**
 * Why the guard holds a partition, or lets its consumer fail, although the policy names
 * another action.
 *
 * @param kind what is in the way
 * @param records for {@link Kind#LIMIT} how many records the policy's action would have
 * skipped (above 0) or delivered again (below 0); 0 where that is not known, and for all
 * other kinds
 * @param limits for {@link Kind#LIMIT} the limits, {@code null} for all other kinds
 */
public record Reason(Kind kind, long records, @Nullable MoveLimits limits) {

	/** What is in the way of the policy's action. */
	public enum Kind {

		/** The action moves the position further than {@link MoveLimits} allow. */
		LIMIT,

		/** Brokers have not told where the action leads. */
		NO_TARGET,

		/** The action needs a proof that the log does not give. */
		UNPROVEN,

		/** The application's own policy has failed, or named what is not allowed. */
		NOT_ALLOWED,

		/** Brokers refuse the position that the guard has kept, again and again. */
		IN_VAIN,

		/**
		 * The client waits for a leader with the committed epoch, wherever the guard
		 * seeks it to.
		 */
		EPOCH_NOT_REACHED,

		/**
		 * The guard cannot hold a partition that never had a position: the client would
		 * commit the provisional one by itself ({@code enable.auto.commit}).
		 */
		CANNOT_HOLD

	}

	/**
	 * Creates a reason that is not about a number of records.
	 * @param kind what is in the way
	 * @return the reason
	 */
	public static Reason of(Kind kind) {
		return new Reason(kind, 0, null);
	}

	/**
	 * Creates a reason that is about limits.
	 * @param records how many records the policy's action would have skipped (above 0) or
	 * delivered again (below 0); 0 where that is not known
	 * @param limits the limits
	 * @return the reason
	 */
	public static Reason limit(long records, MoveLimits limits) {
		return new Reason(Kind.LIMIT, records, limits);
	}

}
