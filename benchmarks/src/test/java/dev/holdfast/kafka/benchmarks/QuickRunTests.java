/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * That the benchmarks work. Their numbers mean nothing here, and nothing is asked of
 * them.
 */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
@Tag("long")
class QuickRunTests {

	@Test
	void measuresEverythingAndWritesTheReport(@TempDir Path directory) throws IOException {
		Path report = directory.resolve("benchmarks.md");

		assertThat(new CommandLine(new Benchmarks()).execute("--quick", "--output", report.toString())).isZero();

		List<String> lines = Files.readAllLines(report);
		assertThat(lines).filteredOn((line) -> line.startsWith("## "))
			.containsExactly("## What must be reached", "## A poll", "## A poll and a commit", "## End to end",
					"## An incident", "## An assignment", "## Start-up", "## Heap", "## Jars");
		assertThat(lines).filteredOn((line) -> line.startsWith("- ") && line.contains("(at "))
			.hasSize(4 + 18 + 1 + 1 + 2 + 1 + 1)
			.allMatch((line) -> line.matches(".*: (reached|\\*\\*missed\\*\\*)(, but not for certain)?"));
		assertThat(lines).filteredOn((line) -> line.startsWith("| 500 |")).hasSize(Wrapping.values().length);
		assertThat(lines)
			.filteredOn((line) -> line.matches("\\| (bare|guarded.*|brave|open telemetry) \\| [0-9,.]+ \\|.*"))
			.hasSize(Wrapping.values().length + 3);
		assertThat(lines).filteredOn((line) -> line.startsWith("| 100 |"))
			.anyMatch((line) -> line
				.matches("\\| 100 \\| [0-9.]+ \\| [^|]+ \\| [1-9][0-9]* \\| [1-9][0-9]* \\| [1-9][0-9]* \\|.*"));
		assertThat(lines).noneMatch((line) -> line.contains("NaN"));
		assertThat(lines).filteredOn((line) -> line.matches("\\| (core|autoconfigure|asm) \\| [0-9.,]+ \\|"))
			.hasSize(3);
	}

	/**
	 * The fourth of 15 and the last but three: 3.5 % of the medians lie outside.
	 */
	@Test
	void medianLiesWithinAnInterval() {
		List<Double> values = IntStream.rangeClosed(1, 15).mapToObj((i) -> (double) i).toList();

		assertThat(Interval.ofMedian(values)).isEqualTo(new Interval(4, 12));
		assertThat(Interval.ofMedian(values.subList(0, 5))).isEqualTo(new Interval(1, 5));
		assertThat(Interval.ofMedian(values.subList(0, 1))).isEqualTo(new Interval(1, 1));
	}

	@Test
	void targetIsNotForCertainWhereItsLimitIsWithinTheInterval() {
		Section.Target target = Section.Target.atMost("CPU", 1.02, 1.01, "of bare");

		assertThat(target).hasToString("CPU: 1.020 of bare (at most 1.010 of bare): **missed**");
		assertThat(target.within(new Interval(1.012, 1.03))).asString().endsWith(": **missed**");
		assertThat(target.within(new Interval(1, 1.03))).hasToString(
				"CPU: 1.020 of bare, 95 %: 1 to 1.030 (at most 1.010 of bare): **missed**, but not for certain");
	}

	@Test
	void ratiosAreMediansOfPairs() {
		Ratios ratios = new Ratios();
		ratios.add(2, 1);
		ratios.add(30, 10);
		ratios.add(4, 4);

		assertThat(ratios.median()).isEqualTo(2);
		assertThat(ratios.spread()).isEqualTo("1 to 3");
		assertThat(ratios.medianOfBare()).isEqualTo(4);
		assertThat(ratios.medianOfGuarded()).isEqualTo(4);
		assertThat(ratios.medianDifference()).isEqualTo(1);
		assertThat(ratios.spreadOfDifferences()).isEqualTo("0 to 20");
	}

}
