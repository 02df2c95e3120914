/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.tables;

/**
 * What was given cannot be worked with; the message says what is allowed.
 */
final class UnusableInputException extends RuntimeException {

	UnusableInputException(String message) {
		super(message);
	}

	UnusableInputException(String message, Throwable cause) {
		super(message, cause);
	}

}
