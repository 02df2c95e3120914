/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.benchmarks;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;

import dev.holdfast.kafka.offsetguard.Decision;
import dev.holdfast.kafka.offsetguard.DecisionListener;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.WireRequest;
import org.apache.kafka.clients.consumer.Consumer;

/**
 * All partitions are lied about at once: how long until the next record is delivered.
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
						and seeks of all partitions, and the fetch. Against one *endOffsets* of a bare consumer that has to
						connect as the inspector has, one that is connected already, and a fetch of a connected consumer, over
						the same partitions in the same run; the test kit's wire is in front of all of them. Medians of %d."""
					.formatted(rounds),
				List.of("partitions", "incident ms", "inspector's requests", "endOffsets, connecting, ms",
						"endOffsets, connected, ms", "fetch ms", "incident / (3 connecting endOffsets + fetch)"),
				rows, targets);
	}

	private void measure(KafkaCluster cluster, ManyPartitions many, int count, List<List<String>> rows,
			List<Section.Target> targets) throws InterruptedException, ExecutionException {
		List<Double> incidents = new ArrayList<>();
		List<Double> connecting = new ArrayList<>();
		List<Double> connected = new ArrayList<>();
		List<Double> fetches = new ArrayList<>();
		long requests = 0;
		for (int round = -1; round < rounds; round++) {
			String group = many.group(0);
			Stopwatch stopwatch = new Stopwatch(count);
			cluster.wire().forget();
			double incident;
			try (Fault.Handle lie = cluster.wire().inject(Fault.epochEndOffset(0).forTopic(many.topic()));
					Consumer<byte[], byte[]> consumer = many.guarded(group, stopwatch, stopwatch::exception)) {
				consumer.subscribe(Set.of(many.topic()));
				ManyPartitions.untilRecords(consumer);
				incident = stopwatch.sinceException();
			}
			requests = inspectorsRequests(cluster);
			double[] bare = bare(many);
			if (round >= 0) {
				incidents.add(incident);
				connecting.add(bare[0]);
				connected.add(bare[1]);
				fetches.add(bare[2]);
			}
		}
		double incident = Ratios.median(incidents);
		double allowed = 3 * Ratios.median(connecting) + Ratios.median(fetches);
		rows.add(List.of(String.valueOf(count), Section.number(incident), String.valueOf(requests),
				Section.number(Ratios.median(connecting)), Section.number(Ratios.median(connected)),
				Section.number(Ratios.median(fetches)), Section.number(incident / allowed)));
		if (count == counts[counts.length - 1]) {
			targets.add(Section.Target.atMost(
					"Incident over %d partitions, against 3 bare endOffsets and a fetch".formatted(count), incident,
					allowed, "ms"));
		}
	}

	private static long inspectorsRequests(KafkaCluster cluster) {
		return cluster.wire()
			.requests()
			.stream()
			.map(WireRequest::clientId)
			.filter((client) -> client != null && client.startsWith("holdfast-inspector"))
			.count();
	}

	private static double[] bare(ManyPartitions many) {
		try (Consumer<byte[], byte[]> consumer = many.bare(null)) {
			long start = System.nanoTime();
			consumer.endOffsets(many.partitions());
			long connected = System.nanoTime();
			consumer.endOffsets(many.partitions());
			long end = System.nanoTime();
			consumer.assign(many.partitions());
			consumer.seekToBeginning(many.partitions());
			many.partitions().forEach(consumer::position);
			return new double[] { (connected - start) / 1e6, (end - connected) / 1e6,
					ManyPartitions.untilRecords(consumer) };
		}
	}

	/**
	 * Starts with the client's first exception.
	 */
	private static final class Stopwatch implements DecisionListener {

		private final int expected;

		private int decisions;

		private long exceptionAt;

		Stopwatch(int expected) {
			this.expected = expected;
		}

		void exception() {
			if (exceptionAt == 0) {
				exceptionAt = System.nanoTime();
			}
		}

		@Override
		public void onDecision(Decision decision) {
			decisions++;
		}

		double sinceException() {
			if (decisions != expected) {
				throw new IllegalStateException("%d decisions of %d".formatted(decisions, expected));
			}
			return (System.nanoTime() - exceptionAt) / 1e6;
		}

	}

}
