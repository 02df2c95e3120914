/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap.rules;

import java.util.Locale;

/**
 * How a consumer coordinates with its group. Which APIs it needs depends on it.
 */
public enum GroupProtocol {

	/** JoinGroup and SyncGroup: a client assigns the partitions. */
	CLASSIC,

	/** Heartbeats to the coordinator, which assigns the partitions (KIP-848). */
	CONSUMER;

	/**
	 * Reads the value of {@code group.protocol}.
	 * @param value the value; its case does not matter
	 * @return the protocol
	 * @throws IllegalArgumentException if there is no such protocol
	 */
	public static GroupProtocol of(String value) {
		return valueOf(value.trim().toUpperCase(Locale.ROOT));
	}

	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT);
	}

}
