/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.DecisionListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Logs each decision in one line: WARN when anything moved or is held, INFO otherwise.
 */
final class DecisionLog implements DecisionListener {

	static final String LOGGER_NAME = "dev.holdfast.kafka.decisions";

	private static final Logger logger = LoggerFactory.getLogger(LOGGER_NAME);

	@Override
	public void onDecision(Decision decision) {
		if (decision.isNotable()) {
			logger.warn("{}", decision.summary());
		}
		else if (logger.isInfoEnabled()) {
			logger.info("{}", decision.summary());
		}
	}

}
