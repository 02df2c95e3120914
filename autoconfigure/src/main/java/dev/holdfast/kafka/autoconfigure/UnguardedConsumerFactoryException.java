/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when {@code holdfast.kafka.on-unguarded} is {@code fail} and Holdfast cannot
 * guard a consumer factory, or a consumer that it has created.
 */
final class UnguardedConsumerFactoryException extends RuntimeException {

	UnguardedConsumerFactoryException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
