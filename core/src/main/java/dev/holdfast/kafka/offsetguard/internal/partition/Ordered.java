/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.partition;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Resolution;
import org.jspecify.annotations.Nullable;

/**
 * What an operator has ordered about a held partition, while the guard gathers the
 * evidence for it. Belongs to the consumer's thread.
 */
public final class Ordered {

	private final Resolution resolution;

	private @Nullable Decision decision;

	public Ordered(Resolution resolution) {
		this.resolution = resolution;
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
