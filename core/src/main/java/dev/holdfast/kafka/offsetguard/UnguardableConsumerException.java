/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

/**
 * Thrown when a consumer was created in a way that cannot be guarded. The consumer that
 * was created is closed by then.
 */
public final class UnguardableConsumerException extends RuntimeException {

	UnguardableConsumerException(String reason) {
		super(reason);
	}

	UnguardableConsumerException(String reason, Throwable cause) {
		super(reason, cause);
	}

}
