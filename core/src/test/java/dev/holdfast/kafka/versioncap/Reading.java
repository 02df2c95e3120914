/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap;

import java.util.List;
import java.util.stream.LongStream;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

import dev.holdfast.kafka.test.Polling;

/**
 * Polls plain consumers.
 */
public final class Reading {

	private Reading() {
	}

	/**
	 * Polls until the record before the given offset was delivered.
	 * @return all offsets delivered, repeats included
	 */
	public static List<Long> to(Consumer<String, String> consumer, TopicPartition partition, long end) {
		Polling<String, String> polling = Polling.of(consumer);
		return polling.until(() -> polling.offsets(partition).contains(end - 1)).offsets(partition);
	}

	public static List<Long> range(long from, long to) {
		return LongStream.range(from, to).boxed().toList();
	}

}
