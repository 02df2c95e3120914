/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.docs;

import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import org.junit.jupiter.api.Test;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The Chinese README says what the English one says, as far as a test can read both: the
 * same commands and code, tables with the same figures and names, the same links.
 */
class TranslatedReadmeTests {

	private static final String ENGLISH = "README.md";

	private static final String CHINESE = "README.zh-CN.md";

	private static final Pattern CODE = Pattern.compile("```.*?```", Pattern.DOTALL);

	private static final Pattern FIGURE_OR_NAME = Pattern.compile("`[^`]+`|\\d+(?:\\.\\d+)*");

	private static final Pattern LINK = Pattern.compile("\\]\\(([^)\\s]+)\\)");

	@Test
	void hasTheSameCommandsAndCode() {
		assertThat(all(CODE, Readme.read(CHINESE))).isNotEmpty().isEqualTo(all(CODE, Readme.read(ENGLISH)));
	}

	@Test
	void hasTheSameFiguresAndNamesInEachRowOfItsTables() {
		assertThat(rows(CHINESE)).isNotEmpty().isEqualTo(rows(ENGLISH));
	}

	@Test
	void leadsToTheSamePages() {
		assertThat(links(CHINESE, ENGLISH)).isNotEmpty().isEqualTo(links(ENGLISH, CHINESE));
	}

	private static List<List<String>> rows(String page) {
		return CODE.matcher(Readme.read(page))
			.replaceAll("")
			.lines()
			.filter((line) -> line.startsWith("|"))
			.map((row) -> all(FIGURE_OR_NAME, row).stream().sorted().toList())
			.toList();
	}

	/** Where a page leads, but for the other language. */
	private static List<String> links(String page, String other) {
		return LINK.matcher(Readme.read(page))
			.results()
			.map((link) -> link.group(1))
			.filter((link) -> !link.equals(other))
			.sorted()
			.toList();
	}

	private static List<String> all(Pattern pattern, String text) {
		return pattern.matcher(text).results().map(MatchResult::group).toList();
	}

}
