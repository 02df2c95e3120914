/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.service;

import java.util.Locale;
import java.util.Map;

/**
 * The three listeners of the demo: one application with other properties for Holdfast.
 */
public enum Listener {

	/** Without Holdfast. */
	PLAIN(Map.of("holdfast.kafka.consumer-factories.kafkaConsumerFactory.enabled", "false")),

	/** With Holdfast's defaults. */
	GUARDED(Map.of()),

	/**
	 * Not guarded: it never asks about leader epochs, so that brokers cannot lie to it.
	 */
	CAPPED(Map.of("holdfast.kafka.offset-guard.enabled", "false",
			"holdfast.kafka.version-cap.max-versions.OffsetForLeaderEpoch", "-1"));

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
