/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap.rules;

import org.jspecify.annotations.Nullable;

/**
 * No client of this JVM can be capped: the hook is not in kafka-clients, and cannot be
 * put there any more.
 */
public final class VersionCapInstallException extends IllegalStateException {

	public VersionCapInstallException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
