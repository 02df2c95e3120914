/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import ch.qos.logback.classic.LoggerContext;
import org.apache.logging.log4j.LogManager;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Beside Spring Boot's default logging, which is on this class path, the kit brings no
 * logging of its own.
 */
@Timeout(10)
class LoggingTests {

	@Test
	void logbackIsTheOnlyProvider() {
		assertThat(LoggerFactory.getILoggerFactory()).isInstanceOf(LoggerContext.class);
		assertThat(LogManager.getFactory().getClass().getName())
			.isEqualTo("org.apache.logging.slf4j.SLF4JLoggerContextFactory");
		assertThat(getClass().getClassLoader().getResource("org/apache/logging/log4j/core/LoggerContext.class"))
			.isNull();
	}

}
