/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

import org.apache.kafka.common.TopicPartition;

/**
 * Offsets for people, in the order of delivery: {@code orders-0: 0-69, 71, 60-69}. The
 * text has a bound.
 */
final class OffsetRuns {

	private static final int LIMIT = 20;

	private OffsetRuns() {
	}

	static String of(Map<TopicPartition, List<Long>> offsets) {
		if (offsets.isEmpty()) {
			return "nothing";
		}
		return join("; ", "partitions",
				offsets.entrySet()
					.stream()
					.sorted(Map.Entry.comparingByKey(
							Comparator.comparing(TopicPartition::topic).thenComparing(TopicPartition::partition)))
					.map((each) -> each.getKey() + ": " + join(", ", "runs", runs(each.getValue())))
					.toList());
	}

	private static List<String> runs(List<Long> offsets) {
		List<String> runs = new ArrayList<>();
		int first = 0;
		for (int next = 1; next <= offsets.size(); next++) {
			if (next == offsets.size() || offsets.get(next) != offsets.get(next - 1) + 1) {
				runs.add(run(offsets.get(first), offsets.get(next - 1)));
				first = next;
			}
		}
		return runs;
	}

	private static String run(long first, long last) {
		return (first == last) ? Long.toString(first) : first + "-" + last;
	}

	private static String join(String separator, String things, List<String> all) {
		String shown = all.stream().limit(LIMIT).collect(Collectors.joining(separator));
		return (all.size() <= LIMIT) ? shown
				: "%s%sand %d more %s".formatted(shown, separator, all.size() - LIMIT, things);
	}

}
