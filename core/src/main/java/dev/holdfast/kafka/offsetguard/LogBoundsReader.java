/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.function.ObjLongConsumer;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads log start and log end offsets of many partitions, one request a broker. Seeks and
 * asks for positions instead of calling {@code beginningOffsets}, which gives all answers
 * or none: here a silent broker keeps only its own.
 */
final class LogBoundsReader {

	private static final Duration STEP = Duration.ofMillis(20);

	private final Consumer<?, ?> inspector;

	LogBoundsReader(Consumer<?, ?> inspector) {
		this.inspector = inspector;
	}

	void readLogStart(List<Findings> wanted, Deadline deadline, ObjLongConsumer<Findings> sink) {
		Map<TopicPartition, Findings> waiting = byPartition(wanted);
		if (!waiting.isEmpty()) {
			inspector.seekToBeginning(waiting.keySet());
			await(waiting, deadline, sink);
		}
	}

	void readLogEnd(List<Findings> wanted, Deadline deadline, ObjLongConsumer<Findings> sink) {
		Map<TopicPartition, Findings> waiting = byPartition(wanted);
		if (!waiting.isEmpty()) {
			inspector.seekToEnd(waiting.keySet());
			await(waiting, deadline, sink);
		}
	}

	private void await(Map<TopicPartition, Findings> waiting, Deadline deadline, ObjLongConsumer<Findings> sink) {
		while (!waiting.isEmpty() && !deadline.isOver()) {
			inspector.poll(deadline.left(STEP));
			Iterator<Map.Entry<TopicPartition, Findings>> entries = waiting.entrySet().iterator();
			while (entries.hasNext()) {
				Map.Entry<TopicPartition, Findings> entry = entries.next();
				OptionalLong offset = Positions.now(inspector, entry.getKey());
				if (offset.isPresent()) {
					sink.accept(entry.getValue(), offset.getAsLong());
					entries.remove();
				}
			}
		}
		// Who has no position is asked about again and again: give it one.
		for (TopicPartition partition : waiting.keySet()) {
			inspector.seek(partition, 0);
		}
	}

	private static Map<TopicPartition, Findings> byPartition(Collection<Findings> wanted) {
		Map<TopicPartition, Findings> map = new HashMap<>();
		for (Findings each : wanted) {
			map.put(each.partition(), each);
		}
		return map;
	}

}
