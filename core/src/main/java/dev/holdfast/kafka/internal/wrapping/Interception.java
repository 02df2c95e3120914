/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.internal.wrapping;

import org.apache.kafka.common.errors.WakeupException;

/**
 * Takes calls in place of a client. A wrapper calls a method of the implementation
 * instead of the client's if it has the same name and the same erased types and is not
 * private. All other calls go to the client directly.
 * <p>
 * An implementation that has one method must have all of its overloads: where
 * kafka-clients have one more, there can be no wrapper.
 */
public interface Interception {

	/**
	 * The wrapper calls it when any call ends in a {@link WakeupException}, which reaches
	 * the application next. Called on the thread of the call.
	 */
	default void onWakeup() {
	}

}
