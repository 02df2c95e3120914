/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.docs;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.DecisionListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import org.springframework.stereotype.Component;

/**
 * The example of docs/decisions.md for a listener to decisions.
 */
@Component
class PositionAlarm implements DecisionListener {

	private static final Logger logger = LoggerFactory.getLogger(PositionAlarm.class);

	@Override
	public void onDecision(Decision decision) {
		if (decision.isNotable()) {
			logger.error("{} of {}: {} records skipped, {} delivered again", decision.cause(), decision.partition(),
					decision.impact().lost(), decision.impact().rewound());
		}
	}

}
