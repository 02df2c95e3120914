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
 * A group that has committed is assigned its partitions: how long until the first record.
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
		return new Section("An assignment",
				"""
						From *subscribe* to the first record of a group with committed offsets, guarded and bare in alternation;
						the guard's admin client has to connect first. A request round is one *committed* over all partitions by a
						connected consumer. Medians of %d pairs."""
					.formatted(rounds),
				List.of("partitions", "bare ms", "guarded ms", "ratio (median)", "spread", "request round ms",
						"guarded / (1.5 bare + 3 rounds)"),
				rows, targets);
	}

	private void measure(ManyPartitions many, int count, List<List<String>> rows, List<Section.Target> targets)
			throws InterruptedException, ExecutionException {
		Ratios times = new Ratios();
		List<Double> requestRounds = new ArrayList<>();
		for (int round = -1; round < rounds; round++) {
			// In turns, lest one of them always comes first.
			boolean guardedFirst = round % 2 == 0;
			double before = guardedFirst ? guarded(many) : 0;
			double bare = bare(many, requestRounds);
			double guarded = guardedFirst ? before : guarded(many);
			if (round >= 0) {
				times.add(guarded, bare);
			}
		}
		double requestRound = Ratios.median(requestRounds);
		double allowed = 1.5 * times.medianOfBare() + 3 * requestRound;
		rows.add(List.of(String.valueOf(count), Section.number(times.medianOfBare()),
				Section.number(times.medianOfGuarded()), Section.number(times.median()), times.spread(),
				Section.number(requestRound), Section.number(times.medianOfGuarded() / allowed)));
		if (count == counts[counts.length - 1]) {
			targets.add(Section.Target.atMost(
					"Assignment of %d partitions, against 1.5 times bare and 3 request rounds".formatted(count),
					times.medianOfGuarded(), allowed, "ms"));
		}
	}

	private static double guarded(ManyPartitions many) throws InterruptedException, ExecutionException {
		try (Consumer<byte[], byte[]> consumer = many.guarded(many.group(-1), ManyPartitions.nobody(), () -> {
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
