/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.slf4j.LoggerFactory;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The start names the loggers that docs/limits.md names. A test in core proves that these
 * are the right ones.
 */
@ExtendWith(OutputCaptureExtension.class)
class HelperLoggersTests {

	private static final Path LIMITS = Path.of(System.getProperty("basedir", ""), "..", "docs", "limits.md");

	private static final Pattern LOGGER = Pattern.compile("(?m)^ +(org\\.apache\\.kafka\\.\\S+): warn$");

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(KafkaAutoConfiguration.class, HoldfastKafkaAutoConfiguration.class));

	private final Logger kafka = (Logger) LoggerFactory.getLogger("org.apache.kafka");

	@AfterEach
	void restoreLevels() {
		kafka.setLevel(null);
		HelperLoggers.NAMES.forEach((name) -> ((Logger) LoggerFactory.getLogger(name)).setLevel(null));
	}

	@Test
	void startNamesTheDocumentedLoggersOnce(CapturedOutput output) throws IOException {
		kafka.setLevel(Level.INFO);
		runner.run((context) -> assertThat(output)
			.containsOnlyOnce("To keep them quiet, set to WARN: " + String.join(", ", HelperLoggers.NAMES)));
		assertThat(documented()).isEqualTo(HelperLoggers.NAMES);
	}

	@Test
	void startIsSilentAboutLoggersThatAreQuiet(CapturedOutput output) {
		kafka.setLevel(Level.INFO);
		HelperLoggers.NAMES.forEach((name) -> ((Logger) LoggerFactory.getLogger(name)).setLevel(Level.WARN));
		runner.run((context) -> assertThat(output).contains("Guarding").doesNotContain("keep them quiet"));
	}

	@Test
	void nobodyIsToldWithoutAnOffsetGuard(CapturedOutput output) {
		kafka.setLevel(Level.INFO);
		runner.withPropertyValues("holdfast.kafka.offset-guard.enabled=false")
			.run((context) -> assertThat(output).doesNotContain("keep them quiet"));
	}

	private static List<String> documented() throws IOException {
		return LOGGER.matcher(Files.readString(LIMITS)).results().map((result) -> result.group(1)).toList();
	}

}
