/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.tables;

/**
 * Thrown for arguments or files that a program cannot use. The message says what is
 * allowed.
 */
final class UnusableInputException extends RuntimeException {

	UnusableInputException(String message) {
		super(message);
	}

	UnusableInputException(String message, Throwable cause) {
		super(message, cause);
	}

}
