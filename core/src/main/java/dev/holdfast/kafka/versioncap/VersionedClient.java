/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap;

/**
 * A consumer that tells which versions it speaks. Each guarded consumer is one, and so is
 * each that was constructed under a cap.
 */
public interface VersionedClient {

	/**
	 * The versions that this consumer speaks to its brokers.
	 * @return the versions, always as they are negotiated now. Thread-safe, unlike the
	 * consumer
	 */
	ClientVersions clientVersions();

}
