/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.util.List;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.policy.Cause;

import static dev.holdfast.kafka.offsetguard.Consumers.range;

/**
 * What happens to a group between two runs of its consumer: every cause but
 * {@code log-truncated}, which takes three brokers. Ten records of the partition in
 * question were read and committed before, and ten more came meanwhile.
 */
enum Trouble {

	NO_COMMITTED_OFFSET(Cause.NO_COMMITTED_OFFSET, range(0, 20), 0, 0, 0),

	NEW_PARTITION(Cause.NEW_PARTITION, range(0, 10), 0, 0, 0),

	COMMITTED_OFFSET_LOST(Cause.COMMITTED_OFFSET_LOST, List.of(), 0, 0, 0),

	BELOW_LOG_START(Cause.BELOW_LOG_START, range(15, 20), 5, 0, 0),

	ABOVE_LOG_END(Cause.ABOVE_LOG_END, List.of(), 0, 0, 0),

	FALSE_TRUNCATION(Cause.FALSE_TRUNCATION, range(10, 20), 0, 0, 10),

	SPURIOUS_OUT_OF_RANGE(Cause.SPURIOUS_OUT_OF_RANGE, range(10, 20), 0, 0, 10),

	EPOCH_AHEAD(Cause.EPOCH_AHEAD, range(10, 20), 0, 0, 0),

	TOPIC_RECREATED(Cause.TOPIC_RECREATED, range(0, 30), 0, 0, 10),

	UNVERIFIABLE(Cause.UNVERIFIABLE, List.of(), 0, 0, 0);

	private final Cause cause;

	private final List<Long> delivered;

	private final Decision.Impact impact;

	Trouble(Cause cause, List<Long> delivered, long lost, long rewound, long spared) {
		this.cause = cause;
		this.delivered = delivered;
		this.impact = new Decision.Impact(lost, rewound, spared);
	}

	Cause cause() {
		return cause;
	}

	/**
	 * The offsets that a guarded consumer delivers next by default.
	 */
	List<Long> delivered() {
		return delivered;
	}

	/**
	 * The impact of the default decision.
	 */
	Decision.Impact impact() {
		return impact;
	}

}
