/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.demo;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * Rows as a table in Markdown.
 */
final class Table {

	private Table() {
	}

	static String of(List<String> headings, List<List<String>> rows) {
		List<List<String>> lines = new ArrayList<>();
		lines.add(headings);
		lines.addAll(rows);
		List<Integer> widths = IntStream.range(0, headings.size())
			.mapToObj((column) -> lines.stream().mapToInt((line) -> line.get(column).length()).max().orElse(0))
			.toList();
		lines.add(1, widths.stream().map((width) -> String.join("", Collections.nCopies(width, "-"))).toList());
		return lines.stream().map((line) -> format(line, widths)).collect(Collectors.joining("\n"));
	}

	private static String format(List<String> cells, List<Integer> widths) {
		return IntStream.range(0, cells.size())
			.mapToObj((column) -> ("%-" + widths.get(column) + "s").formatted(cells.get(column)))
			.collect(Collectors.joining(" | ", "| ", " |"));
	}

}
