/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.tables;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * Compares a table with the jars.
 *
 * @param table the table
 * @param jars the table that the jars give
 */
record TableComparison(Table table, Table jars) {

	/**
	 * Compares the two tables.
	 * @return a line for each difference
	 */
	List<String> differences() {
		List<String> differences = new ArrayList<>();
		without(table.releases(), jars.releases())
			.forEach((release) -> differences.add("release %s: in the table, but there is no jar".formatted(release)));
		without(jars.releases(), table.releases())
			.forEach((release) -> differences.add("release %s: not in the table".formatted(release)));
		SortedSet<Integer> ids = new TreeSet<>(table.apis().keySet());
		ids.addAll(jars.apis().keySet());
		ids.forEach((id) -> differences.addAll(differences(id)));
		return differences;
	}

	private List<String> differences(int id) {
		Api inJars = jars.apis().getOrDefault(id, new Api(id, "", Map.of()));
		Api inTable = table.apis().getOrDefault(id, new Api(id, "", Map.of()));
		List<String> differences = new ArrayList<>();
		if (!inTable.name().equals(inJars.name())) {
			differences
				.add("API key %d: table %s, jars %s".formatted(id, orNone(inTable.name()), orNone(inJars.name())));
		}
		String name = inJars.name().isEmpty() ? inTable.name() : inJars.name();
		SortedSet<KafkaRelease> both = new TreeSet<>(table.releases());
		both.retainAll(jars.releases());
		for (KafkaRelease release : both) {
			String tableCell = inTable.cell(release);
			String jarCell = inJars.cell(release);
			if (!tableCell.equals(jarCell)) {
				differences.add("%s (API key %d), release %s: table %s, jar %s".formatted(name, id, release,
						orNone(tableCell), orNone(jarCell)));
			}
		}
		return differences;
	}

	private static String orNone(String text) {
		return text.isEmpty() ? "none" : text;
	}

	private static <T extends Comparable<T>> SortedSet<T> without(SortedSet<T> all, SortedSet<T> others) {
		SortedSet<T> rest = new TreeSet<>(all);
		rest.removeAll(others);
		return rest;
	}

}
