/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.report;

import java.io.Serial;

import org.apache.kafka.common.KafkaException;

/**
 * No broker could be asked: there is no connection, or the user could not log in.
 */
public final class BrokersUnreachableException extends KafkaException {

	@Serial
	private static final long serialVersionUID = 1L;

	/**
	 * Creates an exception.
	 * @param message what was tried, and what became of it
	 * @param cause the client's exception
	 */
	public BrokersUnreachableException(String message, Throwable cause) {
		super(message, cause);
	}

}
