/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

/**
 * Thrown when the application has a Spring Boot that Holdfast does not work with.
 */
final class UnsupportedSpringBootException extends RuntimeException {

	UnsupportedSpringBootException(String version) {
		super("Holdfast needs Spring Boot 4, and this application has Spring Boot " + version);
	}

}
