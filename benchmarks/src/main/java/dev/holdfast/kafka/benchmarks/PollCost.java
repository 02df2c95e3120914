/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.benchmarks;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Collectors;

import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;

/**
 * Runs {@link PollBenchmark}.
 */
final class PollCost {

	/** Without Brave, whose poll takes another scale. */
	private static final Set<Wrapping> CHARTED = EnumSet.of(Wrapping.BARE, Wrapping.GUARDED, Wrapping.GUARDED_ALL_OFF,
			Wrapping.OPEN_TELEMETRY);

	private PollCost() {
	}

	/**
	 * What a poll costs with one combination of parameters.
	 */
	private record Row(int records, int partitions, Wrapping wrapping, Jmh.Cost cost) {

		static Row of(RunResult result) {
			return new Row(Integer.parseInt(result.getParams().getParam("records")),
					Integer.parseInt(result.getParams().getParam("partitions")),
					Wrapping.valueOf(result.getParams().getParam("wrapping")), Jmh.Cost.of(result));
		}

	}

	static Section measure(boolean quick) throws RunnerException {
		ChainedOptionsBuilder options = Jmh.options(PollBenchmark.class, quick);
		if (quick) {
			options.param("records", "500").param("partitions", "12");
		}
		return section(Jmh.run(options)
			.stream()
			.map(Row::of)
			.sorted(Comparator.comparingInt(Row::records)
				.thenComparingInt(Row::partitions)
				.thenComparing(Row::wrapping))
			.toList());
	}

	private static Section section(List<Row> costs) {
		List<List<String>> rows = costs.stream()
			.map((row) -> List.of(String.valueOf(row.records()), String.valueOf(row.partitions()),
					row.wrapping().toString(), Section.number(row.cost().nanos()), row.cost().within().toString(),
					Section.number(Math.rint(row.cost().bytes()))))
			.toList();
		Jmh.Cost bare = find(costs, Wrapping.BARE);
		Jmh.Cost guarded = find(costs, Wrapping.GUARDED);
		List<Section.Target> targets = new ArrayList<>();
		targets.add(above("Guarded poll of 500 records over 12 partitions, over bare", guarded, bare, 1000));
		targets.add(Section.Target.atMost("Allocated by it, over bare", Math.rint(guarded.bytes() - bare.bytes()), 64,
				"B"));
		targets.add(above("The same poll, over Brave's", guarded, find(costs, Wrapping.BRAVE), 0));
		targets.add(above("The same poll, over OpenTelemetry's", guarded, find(costs, Wrapping.OPEN_TELEMETRY), 0));
		return new Section("A poll", """
				JMH, average time and bytes allocated per poll of a consumer in memory that returns prepared records
				(keys of 8 bytes, values of 100): a fork each, 3 warm-up and 5 measured iterations of a second. The
				consumer asks nobody, so that all that is measured is what is around it. *Guarded* is the guard as it
				comes; the rows after it have one feature each off or, where it is off by default, on, then all of them
				off. A poll that has nothing to decide does the same for all of them: they differ in commits, below.
				The version cap is not among them: it changes what brokers are asked. Brave samples nothing, and the
				records carry a trace that it goes on with, one by one; OpenTelemetry makes its spans as records are
				iterated, which nobody does here.""",
				List.of("records", "partitions", "consumer", "ns per poll", "95 %", "B per poll"), rows, targets)
			.with(chart(costs));
	}

	private static Section.Target above(String what, Jmh.Cost guarded, Jmh.Cost other, double limit) {
		return Section.Target.atMost(what, guarded.nanos() - other.nanos(), limit, "ns").within(guarded.above(other));
	}

	/**
	 * A chart of the poll that the targets are about.
	 */
	private static String chart(List<Row> costs) {
		List<Row> shown = costs.stream()
			.filter((row) -> row.records() == 500 && row.partitions() == 12 && CHARTED.contains(row.wrapping()))
			.toList();
		String names = shown.stream()
			.map((row) -> "\"%s\"".formatted(row.wrapping()))
			.collect(Collectors.joining(", "));
		String nanos = shown.stream()
			.map((row) -> String.format(Locale.ROOT, "%.0f", row.cost().nanos()))
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

	private static Jmh.Cost find(List<Row> costs, Wrapping wrapping) {
		return costs.stream()
			.filter((row) -> row.records() == 500 && row.partitions() == 12 && row.wrapping() == wrapping)
			.map(Row::cost)
			.findFirst()
			.orElseThrow();
	}

}
