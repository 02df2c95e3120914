/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;

import dev.holdfast.kafka.test.Fault;
import org.apache.kafka.common.protocol.ApiKeys;

/**
 * How late answers are.
 */
enum Lateness {

	LATE_ONCE("late by 1.5 s once", Duration.ofMillis(2500)) {
		@Override
		Fault fault(ApiKeys api) {
			return Fault.delay(Duration.ofMillis(1500), api).times(1);
		}
	},

	LATE_ALWAYS("late by 2 s always", Duration.ofSeconds(6)) {
		@Override
		Fault fault(ApiKeys api) {
			return Fault.delay(Duration.ofSeconds(2), api);
		}
	},

	UNANSWERED_ONCE("unanswered once", Duration.ofMillis(4500)) {
		@Override
		Fault fault(ApiKeys api) {
			return Fault.silence(api).times(1);
		}
	},

	UNANSWERED_FOR_A_WHILE("unanswered for 20 s", Duration.ofSeconds(22)) {
		@Override
		Fault fault(ApiKeys api) {
			return Fault.silence(api);
		}
	};

	/** How long a fault stays that lasts for a while. */
	static final Duration WHILE = Duration.ofSeconds(20);

	private final String description;

	private final Duration watched;

	Lateness(String description, Duration watched) {
		this.description = description;
		this.watched = watched;
	}

	abstract Fault fault(ApiKeys api);

	boolean isUnanswered() {
		return this == UNANSWERED_ONCE || this == UNANSWERED_FOR_A_WHILE;
	}

	/**
	 * How long to look at least at what comes of it, from the first answer on that could
	 * be late.
	 */
	Duration watched() {
		return watched;
	}

	@Override
	public String toString() {
		return description;
	}

}
