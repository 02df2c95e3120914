/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.partition;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Reason;
import dev.holdfast.kafka.offsetguard.decision.Resolution;
import org.jspecify.annotations.Nullable;

/**
 * What an operator has ordered about a held partition, while the guard gathers the
 * evidence for it. Belongs to the consumer's thread.
 */
public final class Ordered {

	private final Resolution resolution;

	private final boolean trial;

	private @Nullable Decision decision;

	private @Nullable Reason refusal;

	/**
	 * Creates it.
	 * @param trial whether the operator only wants to know what the guard would do
	 */
	public Ordered(Resolution resolution, boolean trial) {
		this.resolution = resolution;
		this.trial = trial;
	}

	/**
	 * Whether the operator only wants to know what the guard would do.
	 */
	public boolean isTrial() {
		return trial;
	}

	/**
	 * The guard still holds the partition.
	 * @param reason what is in the way of the order
	 */
	public void refused(@Nullable Reason reason) {
		refusal = reason;
	}

	/**
	 * What is in the way of the order.
	 */
	public @Nullable Reason refusal() {
		return refusal;
	}

	public Resolution resolution() {
		return resolution;
	}

	/**
	 * The guard has decided about the partition, as ordered or otherwise.
	 */
	public void decided(Decision made) {
		decision = made;
	}

	/**
	 * The last decision since the order.
	 * @return {@code null} if the guard has made none
	 */
	public @Nullable Decision decision() {
		return decision;
	}

}
