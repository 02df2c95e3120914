/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.trial;

import dev.holdfast.kafka.sample.service.Listener;
import dev.holdfast.kafka.sample.service.OrderService;

/**
 * One of the groups of a trial.
 *
 * @param listener which one it is
 * @param topic its topic
 * @param group the name of its group
 * @param service its order service
 */
public record Participant(Listener listener, String topic, String group, OrderService<Watch> service) {

	public Watch watch() {
		return service.observer();
	}

}
