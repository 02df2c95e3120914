/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.doctor;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

import dev.holdfast.kafka.conformance.report.Advice;

/**
 * Turns advice into YAML for an application's configuration, with the reason behind each
 * value.
 */
final class Yaml {

	private static final String INDENT = "  ";

	private static final String CAP = "holdfast.kafka.version-cap";

	private Yaml() {
	}

	static List<String> of(List<Advice> advice) {
		Map<String, Advice> sorted = new TreeMap<>();
		advice.forEach((each) -> sorted.put(each.property(), each));
		List<String> lines = new ArrayList<>();
		List<String> open = List.of();
		for (Advice each : sorted.values()) {
			List<String> path = List.of(each.property().split("\\."));
			int common = 0;
			while (common < path.size() - 1 && common < open.size() && open.get(common).equals(path.get(common))) {
				common++;
			}
			for (int depth = common; depth < path.size() - 1; depth++) {
				lines.add(INDENT.repeat(depth) + path.get(depth) + ":");
				if (String.join(".", path.subList(0, depth + 1)).equals(CAP)) {
					lines.addAll(profiles(advice, INDENT.repeat(depth + 1)));
				}
			}
			lines.add("%s%s: %s   # %s".formatted(INDENT.repeat(path.size() - 1), path.get(path.size() - 1),
					each.value(), each.reason()));
			open = path.subList(0, path.size() - 1);
		}
		return lines;
	}

	/**
	 * As comments: which of them fits the brokers is not in their answers.
	 */
	private static List<String> profiles(List<Advice> advice, String indent) {
		return FittingProfiles.of(advice)
			.stream()
			.map((profile) -> "%s# The same rules, if these brokers are %s: profile: %s".formatted(indent,
					profile.description(), profile.name()))
			.toList();
	}

}
