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

	private Footprint() {
	}

	static Section measure(boolean quick) {
		String duration = (quick ? Duration.ofSeconds(3) : Duration.ofMinutes(10)).toString();
		// At the same time: heap is no matter of time.
		CompletableFuture<Double> besides = CompletableFuture.supplyAsync(() -> heap(Wrapping.BARE, duration));
		double guarded = heap(Wrapping.GUARDED, duration);
		double bare = besides.join();
		return new Section("Heap",
				"""
						Heap in use after a full collection, per consumer with 12 partitions, of 200 consumers in memory that were
						polled for %s, in a JVM of their own. The admin client that all consumers of a factory share is in it,
						in equal parts."""
					.formatted(duration.substring(2).toLowerCase(Locale.ROOT)),
				List.of("consumers", "KiB per consumer"),
				List.of(List.of("bare, in memory", Section.number(bare / 1024)),
						List.of("guarded, in memory", Section.number(guarded / 1024))),
				List.of(Section.Target.atMost("Heap added per consumer", (guarded - bare) / 1024, 10, "KiB")));
	}

	private static double heap(Wrapping wrapping, String duration) {
		try {
			return OwnJvm.run(PollingForAWhile.class, (entry) -> true, wrapping.name(), duration);
		}
		catch (IOException ex) {
			throw new UncheckedIOException(ex);
		}
		catch (InterruptedException ex) {
			throw new IllegalStateException(ex);
		}
	}

}
