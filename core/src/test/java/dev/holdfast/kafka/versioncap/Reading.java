/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Polls plain consumers.
 */
public final class Reading {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private Reading() {
	}

	/**
	 * Polls until the record before the given offset was delivered.
	 * @return all offsets delivered, repeats included
	 */
	public static List<Long> to(Consumer<String, String> consumer, TopicPartition partition, long end) {
		List<Long> offsets = new ArrayList<>();
		long patience = System.nanoTime() + PATIENCE.toNanos();
		while (!offsets.contains(end - 1)) {
			assertThat(System.nanoTime()).as("still waiting with %s", offsets).isLessThan(patience);
			for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(50)).records(partition)) {
				offsets.add(record.offset());
			}
		}
		return offsets;
	}

	public static List<Long> range(long from, long to) {
		return LongStream.range(from, to).boxed().toList();
	}

}
