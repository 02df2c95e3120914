/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap.rules;

import org.jspecify.annotations.Nullable;

/**
 * Thrown when a cap cannot hold: the hook is not in kafka-clients and cannot be put there
 * any more, or a client does not follow the cap.
 */
public final class VersionCapInstallException extends IllegalStateException {

	/**
	 * Creates an exception.
	 * @param message why the cap cannot hold, and what to do
	 * @param cause what was thrown, if anything
	 */
	public VersionCapInstallException(String message, @Nullable Throwable cause) {
		super(message, cause);
	}

}
