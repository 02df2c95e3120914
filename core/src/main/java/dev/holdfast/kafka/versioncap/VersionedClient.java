/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap;

/**
 * A consumer that tells which versions it speaks. Each consumer that was constructed
 * under a cap, or is guarded, is one.
 */
public interface VersionedClient {

	/**
	 * What this consumer speaks to its brokers.
	 * @return the versions, as they are negotiated at any time. Thread-safe, unlike the
	 * consumer
	 */
	ClientVersions clientVersions();

}
