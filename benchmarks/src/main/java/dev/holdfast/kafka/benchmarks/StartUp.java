/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.benchmarks;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/**
 * How long an application takes to be ready, with the starter and without.
 */
final class StartUp {

	private StartUp() {
	}

	static Section measure(boolean quick) throws IOException, InterruptedException {
		int rounds = quick ? 1 : 21;
		Ratios plain = new Ratios();
		Ratios capped = new Ratios();
		List<Double> added = new ArrayList<>();
		List<Double> addedWithCap = new ArrayList<>();
		for (int round = -1; round < rounds; round++) {
			double without = OwnJvm.run(StartedApplication.class, (entry) -> !Jars.isHoldfast(entry));
			double with = OwnJvm.run(StartedApplication.class, (entry) -> true);
			double withCap = OwnJvm.run(StartedApplication.class, (entry) -> true,
					"--holdfast.kafka.version-cap.max-versions.OffsetForLeaderEpoch=-1");
			if (round >= 0) {
				plain.add(with, without);
				capped.add(withCap, without);
				added.add(with - without);
				addedWithCap.add(withCap - without);
			}
		}
		return new Section("Start-up", """
				From *main* to the context being ready, of an application with one @KafkaListener that is not started,
				each in a JVM of its own, in alternation: medians of %d rounds. The version cap changes a class of
				kafka-clients at the start, which is why it stands by itself.""".formatted(rounds),
				List.of("application", "ms", "added ms (median of differences)"),
				List.of(List.of("without the starter", Section.number(plain.medianOfBare()), ""),
						List.of("with the starter", Section.number(plain.medianOfGuarded()),
								Section.number(Ratios.median(added))),
						List.of("with the starter and a version cap", Section.number(capped.medianOfGuarded()),
								Section.number(Ratios.median(addedWithCap)))),
				List.of(Section.Target.atMost("Start-up added", Ratios.median(added), 50, "ms")));
	}

}
