/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.docs;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.core.env.EnumerablePropertySource;
import org.springframework.core.io.ByteArrayResource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The toggles that the sample's configuration shows in comments exist, and have the
 * defaults that it shows.
 */
@Timeout(10)
class TogglesInSampleTests {

	private static final String FILE = "sample-app/src/main/resources/application.yml";

	@Test
	void areThoseOfTheMetadata() throws IOException {
		Map<String, String> defaults = ReadmeTests.metadata("holdfast.");
		// Java's spelling, which YAML takes as well.
		ReadmeTests.metadata("management.endpoint.holdfast.")
			.forEach((name, value) -> defaults.put(name, value.replace('_', '-')));

		Map<String, String> shown = shown();

		assertThat(shown).hasSizeGreaterThan(10);
		assertThat(defaults).containsAllEntriesOf(shown);
	}

	private static Map<String, String> shown() throws IOException {
		String yaml = Readme.read(FILE)
			.lines()
			.filter((line) -> line.matches("#[ a-z].*:.*"))
			.map((line) -> line.substring(1))
			.filter((line) -> !line.startsWith(" Toggles"))
			.collect(Collectors.joining("\n"));
		Map<String, String> shown = new TreeMap<>();
		new YamlPropertySourceLoader().load(FILE, new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8)))
			.forEach((source) -> {
				EnumerablePropertySource<?> toggles = (EnumerablePropertySource<?>) source;
				for (String name : toggles.getPropertyNames()) {
					shown.put(name, String.valueOf(toggles.getProperty(name)));
				}
			});
		return shown;
	}

}
