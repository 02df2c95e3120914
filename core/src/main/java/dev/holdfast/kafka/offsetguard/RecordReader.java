/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.common.TopicPartition;

/**
 * Reads single records of many partitions at once, as few bytes of each as the broker
 * allows. Each partition is paused again as soon as its answer is there.
 */
final class RecordReader {

	private static final Duration STEP = Duration.ofMillis(50);

	private final Consumer<?, ?> inspector;

	private final Map<TopicPartition, RecordReading> open = new HashMap<>();

	RecordReader(Consumer<?, ?> inspector) {
		this.inspector = inspector;
	}

	/**
	 * Reads until all readings are done or time is up. What a reading found by then is
	 * true, but perhaps not all.
	 */
	void read(List<RecordReading> readings, Deadline deadline) {
		for (RecordReading reading : readings) {
			start(reading);
		}
		while (!open.isEmpty() && !deadline.isOver()) {
			try {
				take(inspector.poll(deadline.left(STEP)));
			}
			catch (InvalidOffsetException ex) {
				giveUp(ex.partitions());
			}
		}
		giveUp(List.copyOf(open.keySet()));
	}

	private void start(RecordReading reading) {
		TopicPartition partition = reading.findings().partition();
		inspector.seek(partition, reading.startOffset());
		inspector.resume(Set.of(partition));
		open.put(partition, reading);
	}

	private void take(ConsumerRecords<?, ?> records) {
		for (TopicPartition partition : records.partitions()) {
			RecordReading reading = open.get(partition);
			if (reading != null) {
				for (ConsumerRecord<?, ?> record : records.records(partition)) {
					reading.take(record);
				}
			}
		}
		for (RecordReading reading : List.copyOf(open.values())) {
			takePosition(reading);
		}
	}

	private void takePosition(RecordReading reading) {
		TopicPartition partition = reading.findings().partition();
		OptionalLong position = Positions.now(inspector, partition);
		if (position.isPresent()) {
			reading.takePosition(position.getAsLong());
		}
		if (reading.isDone()) {
			inspector.pause(Set.of(partition));
			open.remove(partition);
			if (reading.widen()) {
				start(reading);
			}
		}
	}

	/**
	 * A reader that is told an offset is out of range, or that its position is truncated,
	 * has nothing to say about that partition.
	 */
	private void giveUp(Collection<TopicPartition> partitions) {
		for (TopicPartition partition : partitions) {
			open.remove(partition);
			inspector.pause(Set.of(partition));
			inspector.seek(partition, 0);
		}
	}

}
