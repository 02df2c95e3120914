/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.internal.wrapping;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when there can be no wrapper, in this JVM or for these kafka-clients. Nothing
 * has happened to the client.
 */
public final class UnwrappableConsumerException extends RuntimeException {

	UnwrappableConsumerException(String reason, @Nullable Throwable cause) {
		super(reason, cause);
	}

}
