/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.tables;

/**
 * Thrown when a consumer did not read and commit as it should.
 */
final class FailedProbeException extends RuntimeException {

	FailedProbeException(String message) {
		super(message);
	}

}
