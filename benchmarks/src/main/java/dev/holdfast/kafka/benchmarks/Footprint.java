/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.benchmarks;

import java.io.IOException;
import java.time.Duration;
import java.util.List;

/**
 * The heap that a guard takes.
 */
final class Footprint {

	private Footprint() {
	}

	static Section measure(boolean quick) throws IOException, InterruptedException {
		String duration = (quick ? Duration.ofSeconds(3) : Duration.ofMinutes(10)).toString();
		double bare = OwnJvm.run(PollingForAWhile.class, (entry) -> true, Wrapping.BARE.name(), duration);
		double guarded = OwnJvm.run(PollingForAWhile.class, (entry) -> true, Wrapping.GUARDED.name(), duration);
		return new Section("Heap",
				"""
						Heap in use after a full collection, per consumer with 12 partitions, of 200 consumers in memory that were
						polled for %s, in a JVM of their own. The admin client that all consumers of a factory share is in it,
						in equal parts."""
					.formatted(duration.substring(2).toLowerCase(java.util.Locale.ROOT)),
				List.of("consumers", "KiB per consumer"),
				List.of(List.of("bare, in memory", Section.number(bare / 1024)),
						List.of("guarded, in memory", Section.number(guarded / 1024))),
				List.of(Section.Target.atMost("Heap added per consumer", (guarded - bare) / 1024, 10, "KiB")));
	}

}
