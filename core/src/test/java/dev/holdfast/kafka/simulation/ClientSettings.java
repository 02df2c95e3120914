/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.simulation;

/**
 * A client's configuration.
 *
 * @param group {@code null} if it has none
 * @param reset {@code auto.offset.reset}
 * @param requestTimeout in milliseconds
 * @param isInspector whether it waits for news only shortly
 */
record ClientSettings(String group, Protocol protocol, String reset, boolean autoCommit, int maxPollRecords,
		long requestTimeout, long apiTimeout, boolean isInspector) {

	enum Protocol {

		EAGER, COOPERATIVE, CONSUMER

	}

	boolean isAsync() {
		return protocol == Protocol.CONSUMER;
	}

	ClientSettings withReset(String other) {
		return new ClientSettings(group, protocol, other, autoCommit, maxPollRecords, requestTimeout, apiTimeout,
				isInspector);
	}

	long fetchWait() {
		return isInspector ? 100 : 500;
	}

}
