/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.benchmarks;

import java.lang.management.ManagementFactory;
import java.lang.ref.Reference;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Polls many consumers for a while, with commits, and prints the heap in use afterwards,
 * in bytes.
 */
final class PollingForAWhile {

	private static final int PARTITIONS = 12;

	private PollingForAWhile() {
	}

	public static void main(String[] args) {
		Wrapping wrapping = Wrapping.valueOf(args[0]);
		Duration duration = Duration.parse(args[1]);
		int count = Integer.parseInt(args[2]);
		// What only the first consumer of a kind allocates does not count.
		try (Consumer<byte[], byte[]> first = wrapping.consumer(PARTITIONS, 12)) {
			pollAndCommit(first);
		}
		long before = used();
		List<Consumer<byte[], byte[]>> consumers = new ArrayList<>();
		for (int i = 0; i < count; i++) {
			consumers.add(wrapping.consumer(PARTITIONS, 12));
		}
		long end = System.nanoTime() + duration.toNanos();
		while (System.nanoTime() < end) {
			consumers.forEach(PollingForAWhile::pollAndCommit);
		}
		long after = used();
		Reference.reachabilityFence(consumers);
		System.out.println();
		System.out.println(after - before);
		Runtime.getRuntime().halt(0);
	}

	private static void pollAndCommit(Consumer<byte[], byte[]> consumer) {
		Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
		consumer.poll(Duration.ZERO)
			.forEach((record) -> offsets.put(new TopicPartition(record.topic(), record.partition()),
					new OffsetAndMetadata(record.offset() + 1)));
		consumer.commitSync(offsets);
	}

	private static long used() {
		for (int i = 0; i < 3; i++) {
			System.gc();
		}
		return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
	}

}
