/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.lookup;

import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * What brokers say about a topic.
 *
 * @param id its id, {@code null} where brokers tell none
 * @param partitions how many partitions it has
 */
public record TopicFacts(@Nullable Uuid id, int partitions) {

	static final TopicFacts UNKNOWN = new TopicFacts(null, -1);

	public TopicFacts {
		if (Uuid.ZERO_UUID.equals(id)) {
			id = null;
		}
	}

	TopicFacts withoutId() {
		return new TopicFacts(null, partitions);
	}

}
