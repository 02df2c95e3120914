/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.client;

import java.util.Collection;
import java.util.Comparator;
import java.util.stream.Collectors;

import org.apache.kafka.common.TopicPartition;

/**
 * Names partitions in log lines: the first ten, and how many there are.
 */
public final class SomePartitions {

	private static final int MOST = 10;

	private SomePartitions() {
	}

	public static String of(Collection<TopicPartition> partitions) {
		String first = partitions.stream()
			.sorted(Comparator.comparing(TopicPartition::topic).thenComparingInt(TopicPartition::partition))
			.limit(MOST)
			.map(TopicPartition::toString)
			.collect(Collectors.joining(", "));
		return (partitions.size() > MOST) ? "%s and %d more".formatted(first, partitions.size() - MOST) : first;
	}

}
