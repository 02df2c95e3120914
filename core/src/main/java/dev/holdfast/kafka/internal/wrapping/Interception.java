/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.internal.wrapping;

import org.apache.kafka.common.errors.WakeupException;

/**
 * What takes calls in place of a client. Each method of an implementation that a consumer
 * has too, with the same name and the same erased types, is called instead of the
 * client's; it must not be private. All other calls go to the client directly.
 * <p>
 * Whoever takes one method takes all of its overloads: where kafka-clients have one more,
 * a client is not wrapped at all.
 */
public interface Interception {

	/**
	 * A call, of whatever method, ends in a {@link WakeupException}, which reaches the
	 * application next. Called on the thread of the call.
	 */
	default void onWakeup() {
	}

}
