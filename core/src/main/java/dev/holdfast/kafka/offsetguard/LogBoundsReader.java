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
import java.util.function.Supplier;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.TopicPartition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads log start and log end offsets of many partitions, one request a broker. Seeks and
 * asks for positions instead of calling {@code beginningOffsets}, which gives all answers
 * or none: here a silent broker keeps only its own.
 */
final class LogBoundsReader {

	private static final Logger logger = LoggerFactory.getLogger(LogBoundsReader.class);

	private static final Duration STEP = Duration.ofMillis(20);

	private final Consumer<?, ?> inspector;

	LogBoundsReader(Consumer<?, ?> inspector) {
		this.inspector = inspector;
	}

	/**
	 * Reads log starts as the first thing of all: waits longer for the first answer, as
	 * connections and metadata come before it, and for the others from then on.
	 */
	void readFirstLogStart(List<Findings> wanted, Deadline first, Supplier<Deadline> others,
			ObjLongConsumer<Findings> sink) {
		Map<TopicPartition, Findings> waiting = byPartition(wanted);
		if (!waiting.isEmpty()) {
			inspector.seekToBeginning(waiting.keySet());
			await(waiting, first, others, sink);
		}
	}

	void readLogStart(List<Findings> wanted, Deadline deadline, ObjLongConsumer<Findings> sink) {
		Map<TopicPartition, Findings> waiting = byPartition(wanted);
		if (!waiting.isEmpty()) {
			inspector.seekToBeginning(waiting.keySet());
			await(waiting, deadline, () -> deadline, sink);
		}
	}

	void readLogEnd(List<Findings> wanted, Deadline deadline, ObjLongConsumer<Findings> sink) {
		Map<TopicPartition, Findings> waiting = byPartition(wanted);
		if (!waiting.isEmpty()) {
			inspector.seekToEnd(waiting.keySet());
			await(waiting, deadline, () -> deadline, sink);
		}
	}

	private void await(Map<TopicPartition, Findings> waiting, Deadline first, Supplier<Deadline> others,
			ObjLongConsumer<Findings> sink) {
		Deadline deadline = first;
		while (!waiting.isEmpty() && !deadline.isOver()) {
			poll(deadline);
			Iterator<Map.Entry<TopicPartition, Findings>> entries = waiting.entrySet().iterator();
			while (entries.hasNext()) {
				Map.Entry<TopicPartition, Findings> entry = entries.next();
				OptionalLong offset = positionNow(entry.getKey());
				if (offset.isPresent()) {
					deadline = (deadline == first) ? others.get() : deadline;
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

	private void poll(Deadline deadline) {
		try {
			inspector.poll(deadline.left(STEP));
		}
		catch (InvalidOffsetException ex) {
			// An answer to what was asked before, come too late to matter.
			logger.debug("Ignored while reading bounds", ex);
		}
	}

	private OptionalLong positionNow(TopicPartition partition) {
		try {
			return Positions.now(inspector, partition);
		}
		catch (InvalidOffsetException ex) {
			logger.debug("Ignored while reading bounds", ex);
			return OptionalLong.empty();
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
