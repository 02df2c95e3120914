/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.tables;

import java.util.Map;

/**
 * A row of the table.
 *
 * @param id the API key
 * @param name the API's name in the newest release that offers it
 * @param highest its highest stable version in each release that offers it
 */
record Api(int id, String name, Map<KafkaRelease, Integer> highest) {

	/**
	 * The cell of a release.
	 * @param release any
	 * @return the highest version there, empty if the release does not offer the API
	 */
	String cell(KafkaRelease release) {
		Integer version = highest.get(release);
		return (version != null) ? version.toString() : "";
	}

}
