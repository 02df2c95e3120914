/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

/**
 * Thrown when the guard cannot guard a consumer as it was created. The guard has closed
 * that consumer by then.
 */
public final class UnguardableConsumerException extends RuntimeException {

	UnguardableConsumerException(String reason) {
		super(reason);
	}

	UnguardableConsumerException(String reason, Throwable cause) {
		super(reason, cause);
	}

}
