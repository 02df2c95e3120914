/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.benchmarks;

import java.util.Comparator;
import java.util.List;

import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.RunnerException;

/**
 * Runs {@link CommitBenchmark}.
 */
final class CommitCost {

	private CommitCost() {
	}

	/**
	 * What a poll and a commit cost with one wrapping.
	 */
	private record Row(Wrapping wrapping, Jmh.Cost cost) {

		static Row of(RunResult result) {
			return new Row(Wrapping.valueOf(result.getParams().getParam("wrapping")), Jmh.Cost.of(result));
		}

	}

	static Section measure(boolean quick) throws RunnerException {
		List<List<String>> rows = Jmh.run(Jmh.options(CommitBenchmark.class, quick))
			.stream()
			.map(Row::of)
			.sorted(Comparator.comparing(Row::wrapping))
			.map((row) -> List.of(row.wrapping().toString(), Section.number(row.cost().nanos()),
					row.cost().within().toString(), Section.number(Math.rint(row.cost().bytes()))))
			.toList();
		return new Section("A poll and a commit", """
				The same for a poll of 500 records over 12 partitions and a commit of all 12, by name. Bookmarks
				are made in commits, and leader epochs looked up; the consumer in memory has a cluster, but no
				topic ids.""", List.of("consumer", "ns", "95 %", "B"), rows, List.of());
	}

}
