/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * Measures how long an application takes to be ready, with the starter and without.
 */
final class StartUp {

	private StartUp() {
	}

	static Section measure(boolean quick) throws IOException, InterruptedException {
		int rounds = quick ? 1 : 31;
		List<List<String>> rows = new ArrayList<>();
		Section.Target smallest = measure("smallest", StartedApplication.class, rounds, rows);
		Section.Target ordinary = measure("ordinary", OrdinaryApplication.class, rounds, rows);
		return new Section("Start-up", """
				From *main* to the context being ready, each in a JVM of its own, in turns: medians of %d rounds. The
				smallest application has one @KafkaListener that is not started, and nothing else. The ordinary one
				declares a bean, so that Spring has subclasses made anyway, and its listener is started: its first
				consumer is in the time. The version cap changes a class of kafka-clients at the start, which is why it
				stands by itself.""".formatted(rounds),
				List.of("application", "starter", "ms", "added ms (median of differences)", "95 %", "spread"), rows,
				List.of(smallest, ordinary));
	}

	/** What an application starts with. */
	private enum Starter {

		NONE, YES, CAPPED;

		double run(Class<?> application) throws IOException, InterruptedException {
			return switch (this) {
				case NONE -> OwnJvm.run(application, (entry) -> !Jars.isHoldfast(entry));
				case YES -> OwnJvm.run(application, (entry) -> true);
				case CAPPED -> OwnJvm.run(application, (entry) -> true,
						"--holdfast.kafka.version-cap.max-versions.OffsetForLeaderEpoch=-1");
			};
		}

	}

	/**
	 * Measures one application.
	 * @return the target for the time that the starter adds
	 */
	private static Section.Target measure(String name, Class<?> application, int rounds, List<List<String>> rows)
			throws IOException, InterruptedException {
		Ratios plain = new Ratios();
		Ratios capped = new Ratios();
		for (int round = -1; round < rounds; round++) {
			double[] times = new double[Starter.values().length];
			for (int i = 0; i < times.length; i++) {
				// Each kind comes first in turn.
				Starter starter = Starter.values()[Math.floorMod(round + i, times.length)];
				times[starter.ordinal()] = starter.run(application);
			}
			if (round >= 0) {
				plain.add(times[Starter.YES.ordinal()], times[Starter.NONE.ordinal()]);
				capped.add(times[Starter.CAPPED.ordinal()], times[Starter.NONE.ordinal()]);
			}
		}
		rows.add(List.of(name, "none", Section.number(plain.medianOfBare()), "", "", ""));
		rows.add(row(name, "yes", plain));
		rows.add(row(name, "with a version cap", capped));
		return Section.Target
			.atMost("Start-up added, %s application".formatted(name), plain.medianDifference(), 50, "ms")
			.within(plain.intervalOfDifferences());
	}

	private static List<String> row(String name, String starter, Ratios times) {
		return List.of(name, starter, Section.number(times.medianOfGuarded()), Section.number(times.medianDifference()),
				times.intervalOfDifferences().toString(), times.spreadOfDifferences());
	}

}
