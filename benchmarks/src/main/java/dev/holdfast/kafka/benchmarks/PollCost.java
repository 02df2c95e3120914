/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.benchmarks;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;

/**
 * Runs {@link PollBenchmark}.
 */
final class PollCost {

	/** Brave's poll has a scale of its own. */
	private static final Set<Wrapping> CHARTED = EnumSet.of(Wrapping.BARE, Wrapping.GUARDED, Wrapping.GUARDED_ALL_OFF,
			Wrapping.OPEN_TELEMETRY);

	private PollCost() {
	}

	/**
	 * What one combination costs.
	 */
	private record Cost(int records, int partitions, Wrapping wrapping, double nanos, double error, double bytes) {

		static Cost of(RunResult result) {
			return new Cost(Integer.parseInt(result.getParams().getParam("records")),
					Integer.parseInt(result.getParams().getParam("partitions")),
					Wrapping.valueOf(result.getParams().getParam("wrapping")), result.getPrimaryResult().getScore(),
					result.getPrimaryResult().getScoreError(),
					Objects.requireNonNull(result.getSecondaryResults().get("gc.alloc.rate.norm")).getScore());
		}

	}

	static Section measure(boolean quick) throws RunnerException {
		ChainedOptionsBuilder options = new OptionsBuilder().include(PollBenchmark.class.getName() + ".poll")
			.addProfiler(GCProfiler.class)
			.verbosity(VerboseMode.SILENT)
			.jvmArgsAppend("-Xms512m", "-Xmx512m");
		if (quick) {
			options.param("records", "500")
				.param("partitions", "12")
				.forks(1)
				.warmupIterations(1)
				.measurementIterations(1)
				.warmupTime(TimeValue.milliseconds(300))
				.measurementTime(TimeValue.milliseconds(300));
		}
		Collection<RunResult> results = new Runner(options.build()).run();
		return section(results.stream()
			.map(Cost::of)
			.sorted(Comparator.comparingInt(Cost::records)
				.thenComparingInt(Cost::partitions)
				.thenComparing(Cost::wrapping))
			.toList());
	}

	private static Section section(List<Cost> costs) {
		List<List<String>> rows = costs.stream()
			.map((cost) -> List.of(String.valueOf(cost.records()), String.valueOf(cost.partitions()), name(cost),
					Section.number(cost.nanos()), Double.isNaN(cost.error()) ? "" : Section.number(cost.error()),
					Section.number(Math.rint(cost.bytes()))))
			.toList();
		Cost bare = find(costs, Wrapping.BARE);
		Cost guarded = find(costs, Wrapping.GUARDED);
		List<Section.Target> targets = new ArrayList<>();
		targets.add(Section.Target.atMost("Guarded poll of 500 records over 12 partitions, over bare",
				guarded.nanos() - bare.nanos(), 1000, "ns"));
		targets.add(Section.Target.atMost("Allocated by it, over bare", Math.rint(guarded.bytes() - bare.bytes()), 64,
				"B"));
		targets.add(Section.Target.atMost("The same poll against Brave's", guarded.nanos(),
				find(costs, Wrapping.BRAVE).nanos(), "ns"));
		targets.add(Section.Target.atMost("The same poll against OpenTelemetry's", guarded.nanos(),
				find(costs, Wrapping.OPEN_TELEMETRY).nanos(), "ns"));
		return new Section("A poll", """
				JMH, average time and bytes allocated per poll of a consumer in memory that returns prepared records
				(keys of 8 bytes, values of 100): a fork each, 3 warm-up and 5 measured iterations of a second. The
				consumer asks nobody, so that all that is measured is what is around it. *Guarded* is the guard as it
				comes; the rows after it have one feature each off or, where it is off by default, on, then all of them
				off. The version cap has no part in a poll: it changes what brokers are asked. Brave samples nothing,
				OpenTelemetry records spans and exports none.""",
				List.of("records", "partitions", "consumer", "ns per poll", "± (99.9 %)", "B per poll"), rows, targets)
			.with(chart(costs));
	}

	/**
	 * The poll that the targets are about.
	 */
	private static String chart(List<Cost> costs) {
		List<Cost> shown = costs.stream()
			.filter((cost) -> cost.records() == 500 && cost.partitions() == 12 && CHARTED.contains(cost.wrapping()))
			.toList();
		String names = shown.stream().map((cost) -> '"' + name(cost) + '"').collect(Collectors.joining(", "));
		String nanos = shown.stream()
			.map((cost) -> String.format(Locale.ROOT, "%.0f", cost.nanos()))
			.collect(Collectors.joining(", "));
		return """
				```mermaid
				xychart-beta
				    title "A poll of 500 records over 12 partitions, in nanoseconds"
				    x-axis [%s]
				    y-axis "ns"
				    bar [%s]
				```
				""".formatted(names, nanos);
	}

	private static String name(Cost cost) {
		return cost.wrapping().name().toLowerCase(Locale.ROOT).replace('_', ' ');
	}

	private static Cost find(List<Cost> costs, Wrapping wrapping) {
		return costs.stream()
			.filter((cost) -> cost.records() == 500 && cost.partitions() == 12 && cost.wrapping() == wrapping)
			.findFirst()
			.orElseThrow();
	}

}
