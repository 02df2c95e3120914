/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.starter;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;

import org.springframework.core.io.ClassPathResource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What an application gets with the starter: as Maven resolves it, compared with a list.
 * The list changes on purpose only.
 */
class StarterDependenciesTests {

	private static final Pattern COORDINATES = Pattern.compile("^\\s+([\\w.-]+:[\\w.-]+):jar:.*$", Pattern.MULTILINE);

	@Test
	void nothingElseComesAlong() throws IOException {
		assertThat(resolved()).containsExactlyInAnyOrderElementsOf(expected());
	}

	@Test
	void onlyHoldfastItselfComesOnTopOfBootsStarter() throws IOException {
		assertThat(resolved()).filteredOn((coordinates) -> coordinates.startsWith("dev.holdfast:"))
			.containsExactlyInAnyOrder("dev.holdfast:holdfast-kafka-core",
					"dev.holdfast:holdfast-kafka-spring-boot-autoconfigure");
		assertThat(resolved()).contains("org.springframework.boot:spring-boot-starter-kafka")
			.noneMatch((coordinates) -> coordinates.endsWith(":holdfast-kafka-test"));
	}

	private static List<String> resolved() throws IOException {
		return COORDINATES.matcher(read("resolved-dependencies.txt"))
			.results()
			.map((MatchResult result) -> result.group(1))
			.toList();
	}

	private static List<String> expected() throws IOException {
		return read("expected-dependencies.txt").lines().filter((line) -> !line.startsWith("#")).toList();
	}

	private static String read(String name) throws IOException {
		return new ClassPathResource(name).getContentAsString(StandardCharsets.UTF_8);
	}

}
