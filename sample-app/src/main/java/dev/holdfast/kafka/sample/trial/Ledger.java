/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.trial;

import java.util.BitSet;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

import org.apache.kafka.common.TopicPartition;

/**
 * Holds the orders that one group has received against those that were published. An
 * order has the same number wherever it is delivered, while an offset has other orders
 * once a log was cut. Not thread-safe.
 */
final class Ledger {

	private final BitSet received = new BitSet();

	private final Map<TopicPartition, TreeMap<Long, Integer>> missing = new HashMap<>();

	private final Map<TopicPartition, Long> firsts = new HashMap<>();

	private final Map<TopicPartition, Long> ends = new HashMap<>();

	/** Orders that were in a log, and in none any more before the group got them. */
	private final BitSet gone = new BitSet();

	private long delivered;

	private long duplicates;

	/**
	 * An order is in the log. The group may have got it before the producer knows.
	 * @param partition the partition
	 * @param offset its offset
	 * @param order its number
	 */
	void published(TopicPartition partition, long offset, int order) {
		ends.merge(partition, offset + 1, Math::max);
		if (!received.get(order)) {
			gone.clear(order);
			missing.computeIfAbsent(partition, (key) -> new TreeMap<>()).put(offset, order);
		}
	}

	void received(TopicPartition partition, long offset, int order) {
		delivered++;
		ends.merge(partition, offset + 1, Math::max);
		firsts.putIfAbsent(partition, offset);
		if (received.get(order)) {
			duplicates++;
		}
		received.set(order);
		gone.clear(order);
		missing.getOrDefault(partition, new TreeMap<>()).remove(offset, order);
	}

	/**
	 * The log of a partition has been cut: the group cannot get these orders any more.
	 * @param partition the partition
	 * @param end the offset after the last one that is left
	 */
	void cut(TopicPartition partition, long end) {
		ends.put(partition, end);
		Map<Long, Integer> cut = missing.getOrDefault(partition, new TreeMap<>()).tailMap(end);
		cut.values().forEach(gone::set);
		cut.clear();
	}

	/**
	 * Counts anew from now on. The ledger remembers which orders the group has got.
	 */
	void mark() {
		delivered = 0;
		duplicates = 0;
		firsts.clear();
	}

	/**
	 * The offset of the first order since the mark.
	 * @param partition the partition
	 * @return the offset, empty if there was none
	 */
	OptionalLong first(TopicPartition partition) {
		Long first = firsts.get(partition);
		return (first != null) ? OptionalLong.of(first) : OptionalLong.empty();
	}

	/**
	 * The end of a log.
	 * @param partition the partition
	 * @return the offset after the last order that is known to be in it
	 */
	long end(TopicPartition partition) {
		return ends.getOrDefault(partition, 0L);
	}

	/**
	 * Counts.
	 * @param passed for each partition, the lowest offset that the group can still get
	 * @return the count
	 */
	Tally tally(ToLongFunction<TopicPartition> passed) {
		long lost = gone.cardinality();
		long waiting = 0;
		for (Map.Entry<TopicPartition, TreeMap<Long, Integer>> each : missing.entrySet()) {
			long skipped = each.getValue().headMap(passed.applyAsLong(each.getKey())).size();
			lost += skipped;
			waiting += each.getValue().size() - skipped;
		}
		return new Tally(delivered, duplicates, lost, waiting);
	}

}
