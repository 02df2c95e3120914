/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;

import dev.holdfast.kafka.test.KafkaCluster;
import org.apache.kafka.clients.consumer.Consumer;

/**
 * Measures how long it takes from {@code subscribe} to the first record, for a group that
 * has committed.
 */
final class AssignmentCost {

	private final int rounds;

	private final int[] counts;

	private AssignmentCost(boolean quick) {
		this.rounds = quick ? 1 : 11;
		this.counts = quick ? new int[] { 1, 100 } : new int[] { 1, 10, 100, 1000 };
	}

	static Section measure(boolean quick) throws InterruptedException, ExecutionException {
		return new AssignmentCost(quick).section();
	}

	private Section section() throws InterruptedException, ExecutionException {
		List<List<String>> rows = new ArrayList<>();
		List<Section.Target> targets = new ArrayList<>();
		try (KafkaCluster cluster = KafkaCluster.start()) {
			for (int count : counts) {
				measure(new ManyPartitions(cluster, count), count, rows, targets);
			}
		}
		return new Section("An assignment", """
				From *subscribe* to the first record of a group with committed offsets, bare and guarded in turns;
				the guard's admin client has to connect first. *Guarded* starts from its own commits, whose bookmarks
				have it compare topics and the client validate each position; *guarded, at first* from commits
				without, as in the first start after it was introduced. A request round is one *committed* over all
				partitions by a connected consumer. Medians of %d rounds.""".formatted(rounds),
				List.of("partitions", "bare ms", "guarded ms", "95 %", "guarded, at first, ms", "95 %",
						"request round ms", "guarded / (1.5 bare + 3 rounds)"),
				rows, targets);
	}

	/** The kind of consumer that gets the assignment. */
	private enum Kind {

		BARE, GUARDED, GUARDED_AT_FIRST

	}

	private void measure(ManyPartitions many, int count, List<List<String>> rows, List<Section.Target> targets)
			throws InterruptedException, ExecutionException {
		List<Double> bareTimes = new ArrayList<>();
		List<Double> guarded = new ArrayList<>();
		List<Double> atFirst = new ArrayList<>();
		List<Double> requestRounds = new ArrayList<>();
		for (int round = -1; round < rounds; round++) {
			for (int i = 0; i < Kind.values().length; i++) {
				// Each kind comes first in turn.
				Kind kind = Kind.values()[Math.floorMod(round + i, Kind.values().length)];
				double time = time(kind, many, requestRounds);
				if (round >= 0) {
					List<Double> sameKind = switch (kind) {
						case BARE -> bareTimes;
						case GUARDED -> guarded;
						case GUARDED_AT_FIRST -> atFirst;
					};
					sameKind.add(time);
				}
			}
		}
		double bare = Ratios.median(bareTimes);
		double requestRound = Ratios.median(requestRounds);
		double allowed = 1.5 * bare + 3 * requestRound;
		rows.add(List.of(String.valueOf(count), Section.number(bare), Section.number(Ratios.median(guarded)),
				Interval.ofMedian(guarded).toString(), Section.number(Ratios.median(atFirst)),
				Interval.ofMedian(atFirst).toString(), Section.number(requestRound),
				Section.number(Ratios.median(guarded) / allowed)));
		if (count == counts[counts.length - 1]) {
			targets.add(
					Section.Target
						.atMost("Assignment of %d partitions, against 1.5 times bare and 3 request rounds"
							.formatted(count), Ratios.median(guarded), allowed, "ms")
						.within(Interval.ofMedian(guarded)));
		}
	}

	private static double time(Kind kind, ManyPartitions many, List<Double> requestRounds)
			throws InterruptedException, ExecutionException {
		return switch (kind) {
			case BARE -> bare(many, requestRounds);
			case GUARDED -> guarded(many, many.groupWithBookmarks());
			case GUARDED_AT_FIRST -> guarded(many, many.group(-1));
		};
	}

	private static double guarded(ManyPartitions many, String group) {
		try (Consumer<byte[], byte[]> consumer = many.guarded(group, ManyPartitions.nobody(), () -> {
		})) {
			return untilRecords(consumer, many);
		}
	}

	private static double bare(ManyPartitions many, List<Double> requestRounds)
			throws InterruptedException, ExecutionException {
		try (Consumer<byte[], byte[]> consumer = many.bare(many.group(-1))) {
			double bare = untilRecords(consumer, many);
			long start = System.nanoTime();
			consumer.committed(Set.copyOf(many.partitions()));
			requestRounds.add((System.nanoTime() - start) / 1e6);
			return bare;
		}
	}

	private static double untilRecords(Consumer<byte[], byte[]> consumer, ManyPartitions many) {
		consumer.subscribe(Set.of(many.topic()));
		return ManyPartitions.untilRecords(consumer);
	}

}
