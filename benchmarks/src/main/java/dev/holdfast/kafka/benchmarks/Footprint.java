/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;

/**
 * The heap that a guard takes.
 */
final class Footprint {

	private static final int CONSUMERS = 200;

	private Footprint() {
	}

	static Section measure(boolean quick) {
		String duration = (quick ? Duration.ofSeconds(3) : Duration.ofMinutes(10)).toString();
		// All run at the same time: that does not change the heap.
		CompletableFuture<Double> bare = CompletableFuture
			.supplyAsync(() -> kibibytes(Wrapping.BARE, duration, CONSUMERS));
		CompletableFuture<Double> twice = CompletableFuture
			.supplyAsync(() -> kibibytes(Wrapping.GUARDED, duration, 2 * CONSUMERS));
		double guarded = kibibytes(Wrapping.GUARDED, duration, CONSUMERS);
		double further = twice.join() - guarded;
		return new Section("Heap",
				"""
						Heap in use after a full collection, per consumer with 12 partitions, of %d consumers in memory that were
						polled, and committed, for %s, in a JVM of their own. The admin client that all consumers of a factory
						share is in it, in equal parts; it is not in the last row, which has what %d more consumers add. No broker
						is asked, so that there are no topic ids in it."""
					.formatted(CONSUMERS, duration.substring(2).toLowerCase(Locale.ROOT), CONSUMERS),
				List.of("consumers", "KiB per consumer"),
				List.of(row("bare", bare.join()), row("guarded", guarded), row("guarded, each further one", further)),
				List.of(Section.Target.atMost("Heap added per consumer", (guarded - bare.join()) / CONSUMERS, 10,
						"KiB")));
	}

	private static List<String> row(String consumers, double kibibytes) {
		return List.of(consumers, Section.number(kibibytes / CONSUMERS));
	}

	private static double kibibytes(Wrapping wrapping, String duration, int consumers) {
		try {
			return OwnJvm.run(PollingForAWhile.class, (entry) -> true, wrapping.name(), duration,
					String.valueOf(consumers)) / 1024;
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
