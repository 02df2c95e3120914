/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.benchmarks;

import java.util.Collection;
import java.util.Objects;

import org.openjdk.jmh.profile.GCProfiler;
import org.openjdk.jmh.results.RunResult;
import org.openjdk.jmh.runner.Runner;
import org.openjdk.jmh.runner.RunnerException;
import org.openjdk.jmh.runner.options.ChainedOptionsBuilder;
import org.openjdk.jmh.runner.options.OptionsBuilder;
import org.openjdk.jmh.runner.options.TimeValue;
import org.openjdk.jmh.runner.options.VerboseMode;
import org.openjdk.jmh.util.Statistics;

/**
 * Runs a JMH benchmark, and measures its allocations, too.
 */
final class Jmh {

	private Jmh() {
	}

	/**
	 * One result.
	 *
	 * @param nanos the mean
	 * @param within the interval in which the mean lies
	 * @param bytes how much an operation allocates
	 */
	record Cost(double nanos, Interval within, double bytes) {

		static Cost of(RunResult result) {
			return new Cost(result.getPrimaryResult().getScore(), within(result.getPrimaryResult().getStatistics()),
					Objects.requireNonNull(result.getSecondaryResults().get("gc.alloc.rate.norm")).getScore());
		}

		private static Interval within(Statistics nanos) {
			if (nanos.getN() == 1) {
				return new Interval(nanos.getMean(), nanos.getMean());
			}
			double[] within = nanos.getConfidenceIntervalAt(Interval.CONFIDENCE);
			return new Interval(within[0], within[1]);
		}

		/**
		 * The interval in which the difference to another cost lies, with no less
		 * confidence.
		 */
		Interval above(Cost other) {
			return new Interval(within.from() - other.within.to(), within.to() - other.within.from());
		}

	}

	/**
	 * The options to run a benchmark with each of its parameters.
	 */
	static ChainedOptionsBuilder options(Class<?> benchmark, boolean quick) {
		ChainedOptionsBuilder options = new OptionsBuilder().include("^" + benchmark.getName() + "\\.")
			.addProfiler(GCProfiler.class)
			.verbosity(VerboseMode.SILENT)
			.jvmArgsAppend("-Xms512m", "-Xmx512m");
		if (quick) {
			options.forks(1)
				.warmupIterations(1)
				.measurementIterations(1)
				.warmupTime(TimeValue.milliseconds(300))
				.measurementTime(TimeValue.milliseconds(300));
		}
		return options;
	}

	static Collection<RunResult> run(ChainedOptionsBuilder options) throws RunnerException {
		return new Runner(options.build()).run();
	}

}
