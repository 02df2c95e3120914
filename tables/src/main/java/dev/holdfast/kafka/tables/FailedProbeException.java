/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.tables;

/**
 * A consumer did not get done what consumers are there for.
 */
final class FailedProbeException extends RuntimeException {

	FailedProbeException(String message) {
		super(message);
	}

}
