/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap.rules;

import java.util.Map;

/**
 * What a consumer may be configured to do beyond reading and committing, and the versions
 * that it needs for that: below them kafka-clients cannot write its requests.
 */
public enum ConsumerNeed {

	/** A {@code group.instance.id} in the classic protocol (KIP-345). */
	STATIC_MEMBERSHIP("with a group.instance.id",
			Map.of("JoinGroup", 5, "SyncGroup", 3, "Heartbeat", 3, "OffsetCommit", 7)),

	/** {@code isolation.level=read_committed} (KIP-98). */
	READ_COMMITTED("with isolation.level=read_committed", Map.of("ListOffsets", 2)),

	/**
	 * {@code allow.auto.create.topics=false} (KIP-361), with which the offset guard's
	 * inspectors run.
	 */
	NO_TOPIC_CREATION("that is guarded, or has allow.auto.create.topics=false", Map.of("Metadata", 4));

	private final String description;

	private final Map<String, Integer> floors;

	ConsumerNeed(String description, Map<String, Integer> floors) {
		this.description = description;
		this.floors = floors;
	}

	/**
	 * What such a consumer has or is.
	 * @return words that follow "a consumer"
	 */
	String description() {
		return description;
	}

	/**
	 * The lowest versions that it needs, by API.
	 */
	Map<String, Integer> floors() {
		return floors;
	}

}
