/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.benchmarks;

import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.DecisionListener;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import org.apache.kafka.clients.consumer.Consumer;

/**
 * Measures how long it takes to the next record when the broker lies about all partitions
 * together.
 */
final class IncidentCost {

	private final int rounds;

	private final int[] counts;

	private IncidentCost(boolean quick) {
		this.rounds = quick ? 1 : 11;
		this.counts = quick ? new int[] { 1, 100 } : new int[] { 1, 10, 100, 1000 };
	}

	static Section measure(boolean quick) throws InterruptedException, ExecutionException {
		return new IncidentCost(quick).section();
	}

	private Section section() throws InterruptedException, ExecutionException {
		List<List<String>> rows = new ArrayList<>();
		List<Section.Target> targets = new ArrayList<>();
		try (KafkaCluster cluster = KafkaCluster.start()) {
			for (int count : counts) {
				measure(cluster, new ManyPartitions(cluster, count), count, rows, targets);
			}
		}
		return new Section("An incident",
				"""
						A group restarts, and the broker says of all its partitions at once that their epochs end at offset 0.
						From the client's exception to the next record that is delivered: evidence, claim repeated, decisions
						and seeks of all partitions, and the fetch; the requests in that time are those of the inspector, of the
						admin client and of the consumer itself. Against *endOffsets* of a bare consumer that is connected, of one
						that has to connect first, as the inspector has, and a fetch of a connected consumer, over the same
						partitions in the same run; the test kit's wire is in front of all of them. Medians of %d."""
					.formatted(rounds),
				List.of("partitions", "incident ms", "95 %", "requests: inspector", "admin", "consumer",
						"endOffsets ms", "endOffsets, connecting, ms", "fetch ms", "incident / (3 endOffsets + fetch)",
						"the same, connecting"),
				rows, targets);
	}

	/** The measurements of all rounds. */
	private static final class Measured {

		private final List<Double> incidents = new ArrayList<>();

		private final List<Double> connecting = new ArrayList<>();

		private final List<Double> connected = new ArrayList<>();

		private final List<Double> fetches = new ArrayList<>();

		private final Map<Requests.Origin, List<Double>> requests = new EnumMap<>(Requests.Origin.class);

		void add(double incident, Map<Requests.Origin, Long> requests, double[] bare) {
			incidents.add(incident);
			connecting.add(bare[0]);
			connected.add(bare[1]);
			fetches.add(bare[2]);
			requests.forEach((origin, count) -> this.requests.computeIfAbsent(origin, (key) -> new ArrayList<>())
				.add((double) count));
		}

		double allowed(List<Double> endOffsets) {
			return 3 * Ratios.median(endOffsets) + Ratios.median(fetches);
		}

		List<String> row(int count) {
			double incident = Ratios.median(incidents);
			List<String> row = new ArrayList<>(
					List.of(String.valueOf(count), Section.number(incident), Interval.ofMedian(incidents).toString()));
			requests.values().forEach((counts) -> row.add(Section.number(Ratios.median(counts))));
			row.addAll(List.of(Section.number(Ratios.median(connected)), Section.number(Ratios.median(connecting)),
					Section.number(Ratios.median(fetches)), Section.number(incident / allowed(connected)),
					Section.number(incident / allowed(connecting))));
			return row;
		}

	}

	private void measure(KafkaCluster cluster, ManyPartitions many, int count, List<List<String>> rows,
			List<Section.Target> targets) throws InterruptedException, ExecutionException {
		Measured measured = new Measured();
		for (int round = -1; round < rounds; round++) {
			String group = many.group(0);
			Stopwatch stopwatch = new Stopwatch(count);
			cluster.wire().forget();
			double incident;
			Instant end;
			try (Fault.Handle lie = cluster.wire().inject(Fault.epochEndOffset(0).forTopic(many.topic()));
					Consumer<byte[], byte[]> consumer = many.guarded(group, stopwatch, stopwatch::exception)) {
				consumer.subscribe(Set.of(many.topic()));
				ManyPartitions.untilRecords(consumer);
				incident = stopwatch.sinceException();
				end = Instant.now();
			}
			Map<Requests.Origin, Long> requests = Requests.between(cluster, stopwatch.exceptionAt(), end);
			double[] bare = bare(many);
			if (round >= 0) {
				measured.add(incident, requests, bare);
			}
		}
		rows.add(measured.row(count));
		if (count == counts[counts.length - 1]) {
			targets.add(Section.Target
				.atMost("Incident over %d partitions, against 3 bare endOffsets and a fetch".formatted(count),
						Ratios.median(measured.incidents), measured.allowed(measured.connected), "ms")
				.within(Interval.ofMedian(measured.incidents)));
		}
	}

	private static double[] bare(ManyPartitions many) {
		try (Consumer<byte[], byte[]> consumer = many.bare(null)) {
			long start = System.nanoTime();
			consumer.endOffsets(many.partitions());
			long connected = System.nanoTime();
			consumer.endOffsets(many.partitions());
			long end = System.nanoTime();
			consumer.assign(many.partitions());
			many.partitions().forEach((partition) -> consumer.seek(partition, ManyPartitions.COMMITTED));
			return new double[] { (connected - start) / 1e6, (end - connected) / 1e6,
					ManyPartitions.untilRecords(consumer) };
		}
	}

	/**
	 * Measures from the client's first exception on.
	 */
	private static final class Stopwatch implements DecisionListener {

		private final int expected;

		private int decisions;

		private long exceptionAt;

		private Instant exceptionTime = Instant.MAX;

		Stopwatch(int expected) {
			this.expected = expected;
		}

		void exception() {
			if (exceptionAt == 0) {
				exceptionTime = Instant.now();
				exceptionAt = System.nanoTime();
			}
		}

		@Override
		public void onDecision(Decision decision) {
			decisions++;
		}

		Instant exceptionAt() {
			return exceptionTime;
		}

		double sinceException() {
			if (decisions != expected) {
				throw new IllegalStateException("%d decisions of %d".formatted(decisions, expected));
			}
			return (System.nanoTime() - exceptionAt) / 1e6;
		}

	}

}
