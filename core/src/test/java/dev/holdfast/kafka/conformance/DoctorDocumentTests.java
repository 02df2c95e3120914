/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import dev.holdfast.kafka.conformance.report.Check;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * docs/doctor.md has a section for each check, in their order.
 */
@Timeout(value = 30, unit = TimeUnit.SECONDS)
class DoctorDocumentTests {

	private static final Path DOCUMENT = Path.of(System.getProperty("basedir", ""), "..", "docs", "doctor.md");

	@Test
	void eachCheckHasItsSection() throws IOException {
		List<String> sections = Files.readAllLines(DOCUMENT)
			.stream()
			.filter((line) -> line.startsWith("### `"))
			.map((line) -> line.substring("### `".length(), line.length() - 1))
			.toList();

		assertThat(sections).isEqualTo(Stream.of(Check.values()).map(Check::id).toList());
	}

}
