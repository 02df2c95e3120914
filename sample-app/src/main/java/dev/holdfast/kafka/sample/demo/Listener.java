/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.demo;

import java.util.Locale;
import java.util.Map;

/**
 * The two listeners of the demo: one application, which differs in one property.
 */
enum Listener {

	/** Without the guard. */
	PLAIN(Map.of("holdfast.kafka.consumer-factories.kafkaConsumerFactory.enabled", "false")),

	/** As the application comes. */
	GUARDED(Map.of());

	private final Map<String, Object> settings;

	Listener(Map<String, Object> settings) {
		this.settings = settings;
	}

	Map<String, Object> settings() {
		return settings;
	}

	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT);
	}

}
