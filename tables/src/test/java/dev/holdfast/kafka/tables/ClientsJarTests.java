/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.tables;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * Nothing in the directory of the jars is passed over.
 */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class ClientsJarTests {

	@TempDir
	private Path directory;

	@Test
	void areOrderedByRelease() throws IOException {
		add("kafka-clients-4.10.0.jar");
		add("kafka-clients-4.9.1.jar");

		assertThat(ClientsJar.in(directory).keySet()).containsExactly(new KafkaRelease(4, 9), new KafkaRelease(4, 10));
	}

	@Test
	void areOnePerRelease() throws IOException {
		add("kafka-clients-4.2.1.jar");
		add("kafka-clients-4.2.2.jar");

		assertRefused("two jars of release 4.2, kafka-clients-4.2.1.jar and kafka-clients-4.2.2.jar; allowed: one for "
				+ "each release");
	}

	@Test
	void areNamedAsMavenDoes() throws IOException {
		add("kafka-clients-4.2.jar");

		assertRefused("kafka-clients-4.2.jar is out of place; allowed: kafka-clients-<major>.<minor>.<patch>.jar");
	}

	@Test
	void areThere() {
		assertRefused("no jars");
	}

	@Test
	void areInADirectory() throws IOException {
		Path missing = directory.resolve("missing");

		assertThatExceptionOfType(UnusableInputException.class).isThrownBy(() -> ClientsJar.in(missing))
			.withMessage("There is no directory " + missing);
	}

	@Test
	void haveApiKeys() throws IOException {
		Path file = add("kafka-clients-4.2.2.jar");
		ClientsJar jar = new ClientsJar(new KafkaRelease(4, 2), file);

		assertThatExceptionOfType(UnusableInputException.class).isThrownBy(jar::read)
			.withMessageStartingWith(file + " is no kafka-clients jar, or of a kind unknown to this program")
			.withMessageContaining("ApiKeys");
	}

	private Path add(String name) throws IOException {
		return Files.createFile(directory.resolve(name));
	}

	private void assertRefused(String message) {
		assertThatExceptionOfType(UnusableInputException.class).isThrownBy(() -> ClientsJar.in(directory))
			.withMessageStartingWith(directory.toString())
			.withMessageEndingWith(message);
	}

}
