/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.tables;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * A table as the text of its file: a comment, a line of headings, and a line for each
 * API.
 */
final class TableText {

	private static final String COMMENT = "# Made by ReleaseTable in the module tables; do not edit. Each API's highest "
			+ "stable version in a Kafka release; empty: its brokers do not offer the API, or only unstable versions.";

	private static final List<String> HEADINGS = List.of("id", "api");

	private static final Pattern NUMBER = Pattern.compile("\\d{1,4}");

	private TableText() {
	}

	static String of(Table table) {
		List<String> lines = new ArrayList<>();
		lines.add(COMMENT);
		lines.add(join(HEADINGS, table.releases().stream().map(KafkaRelease::toString)));
		table.apis().values().forEach((api) -> lines.add(row(api, table.releases())));
		return String.join("\n", lines) + "\n";
	}

	private static String row(Api api, SortedSet<KafkaRelease> releases) {
		return join(List.of(Integer.toString(api.id()), api.name()), releases.stream().map(api::cell));
	}

	private static String join(List<String> first, Stream<String> others) {
		return Stream.concat(first.stream(), others).collect(Collectors.joining(","));
	}

	static Table parse(String text) {
		List<String> lines = text.lines().toList();
		if (lines.size() < 2 || !lines.get(0).startsWith("#")) {
			throw new UnusableInputException("No table; allowed: a comment, a line of headings, a line for each API");
		}
		List<KafkaRelease> releases = releases(lines.get(1));
		SortedMap<Integer, Api> apis = new TreeMap<>();
		for (int line = 3; line <= lines.size(); line++) {
			Api api = api(line, lines.get(line - 1), releases);
			if (apis.put(api.id(), api) != null) {
				throw new UnusableInputException("Line %d: a second line for API key %d".formatted(line, api.id()));
			}
		}
		return new Table(new TreeSet<>(releases), apis);
	}

	private static List<KafkaRelease> releases(String line) {
		List<String> cells = cells(line);
		if (cells.size() < HEADINGS.size() || !cells.subList(0, HEADINGS.size()).equals(HEADINGS)) {
			throw new UnusableInputException(
					"Line 2: headings '%s'; allowed: id,api and the releases, such as id,api,2.8,3.0".formatted(line));
		}
		List<KafkaRelease> releases = cells.stream().skip(HEADINGS.size()).map(KafkaRelease::parse).toList();
		if (releases.stream().distinct().count() < releases.size()) {
			throw new UnusableInputException("Line 2: a release is there twice");
		}
		return releases;
	}

	private static Api api(int line, String text, List<KafkaRelease> releases) {
		List<String> cells = cells(text);
		int expected = HEADINGS.size() + releases.size();
		if (cells.size() != expected) {
			throw new UnusableInputException(
					"Line %d: %d cells; allowed: %d, as there are headings".formatted(line, cells.size(), expected));
		}
		Map<KafkaRelease, Integer> highest = new TreeMap<>();
		for (int index = 0; index < releases.size(); index++) {
			String cell = cells.get(HEADINGS.size() + index);
			if (!cell.isEmpty()) {
				highest.put(releases.get(index), number(line, cell));
			}
		}
		return new Api(number(line, cells.get(0)), cells.get(1), highest);
	}

	private static int number(int line, String cell) {
		if (!NUMBER.matcher(cell).matches()) {
			throw new UnusableInputException("Line %d: '%s'; allowed: a number from 0 to 9999".formatted(line, cell));
		}
		return Integer.parseInt(cell);
	}

	private static List<String> cells(String line) {
		// Without the -1, split drops empty cells at the end.
		return List.of(line.split(",", -1));
	}

}
