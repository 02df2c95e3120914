/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.simulation;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * The log of one partition, as its leader has it, and the leader's memory of epochs.
 */
final class ModelLog {

	/** What a leader answers that has no such epoch. */
	static final EpochEnd UNDEFINED = new EpochEnd(-1, -1);

	private final List<Entry> entries = new ArrayList<>();

	/** With those that retention has deleted. */
	private final List<Entry> ever = new ArrayList<>();

	/** Where a marker is, or was before the log was cut off. */
	private final Set<Long> markers = new HashSet<>();

	private long lowestTruncation = Long.MAX_VALUE;

	private final TreeMap<Integer, Long> epochs = new TreeMap<>();

	private long start;

	private long end;

	private int epoch;

	private int leader;

	/** The cluster that it is in. */
	private final String cluster;

	/**
	 * A record, or a transaction's marker.
	 *
	 * @param value is different for each record of a history
	 */
	record Entry(long offset, int epoch, long timestamp, String value, boolean isMarker, String cluster) {
	}

	/**
	 * The answer to OffsetForLeaderEpoch.
	 */
	record EpochEnd(int epoch, long endOffset) {
	}

	ModelLog(int leader, String cluster) {
		this.leader = leader;
		this.cluster = cluster;
		epochs.put(0, 0L);
	}

	void append(String value, long timestamp, boolean isMarker) {
		Entry entry = new Entry(end++, epoch, timestamp, value, isMarker, cluster);
		entries.add(entry);
		ever.add(entry);
		if (isMarker) {
			markers.add(entry.offset);
		}
	}

	/**
	 * Takes the records of another log over at the same offsets, as a mirror that keeps
	 * them. It begins where the other one begins now.
	 * @param back how many of the last it lacks
	 */
	void mirror(ModelLog other, int back) {
		for (Entry each : other.entries) {
			if (each.offset < other.end - back) {
				end = each.offset;
				append(each.value, each.timestamp, each.isMarker);
			}
		}
		retain(Math.min(other.start, end));
	}

	/**
	 * Another broker leads, with the same records.
	 */
	void elect(int node) {
		leader = node;
		epoch++;
		beginEpoch();
	}

	private void beginEpoch() {
		epochs.entrySet().removeIf((each) -> each.getKey() >= epoch || each.getValue() >= end);
		epochs.put(epoch, end);
	}

	/**
	 * A broker leads that has fewer records.
	 */
	void truncate(long newEnd, int node) {
		end = Math.max(start, Math.min(end, newEnd));
		entries.removeIf((each) -> each.offset >= end);
		ever.removeIf((each) -> each.offset >= end);
		lowestTruncation = Math.min(lowestTruncation, end);
		leader = node;
		epoch++;
		beginEpoch();
	}

	void retain(long newStart) {
		start = Math.max(start, Math.min(end, newStart));
		entries.removeIf((each) -> each.offset < start);
		Map.Entry<Integer, Long> last = null;
		for (Map.Entry<Integer, Long> each : List.copyOf(epochs.entrySet())) {
			if (each.getValue() <= start) {
				if (last != null) {
					epochs.remove(last.getKey());
				}
				last = each;
			}
		}
		if (last != null) {
			epochs.put(last.getKey(), Math.max(start, last.getValue()));
		}
	}

	EpochEnd endOf(int wanted) {
		if (epochs.isEmpty() || wanted < 0) {
			return UNDEFINED;
		}
		if (wanted == epochs.lastKey()) {
			return new EpochEnd(wanted, end);
		}
		Map.Entry<Integer, Long> higher = epochs.higherEntry(wanted);
		if (higher == null) {
			return UNDEFINED;
		}
		Integer floor = epochs.floorKey(wanted);
		return new EpochEnd((floor != null) ? floor : wanted, higher.getValue());
	}

	List<Entry> entries() {
		return entries;
	}

	List<Entry> from(long offset, int most) {
		int low = index(entries, offset);
		return List.copyOf(entries.subList(low, (int) Math.min(entries.size(), low + (long) most)));
	}

	private static int index(List<Entry> sorted, long offset) {
		int low = 0;
		int high = sorted.size();
		while (low < high) {
			int middle = (low + high) >>> 1;
			if (sorted.get(middle).offset < offset) {
				low = middle + 1;
			}
			else {
				high = middle;
			}
		}
		return low;
	}

	/**
	 * Whether an application that has got all before one offset gets the record at
	 * another one next. What retention has deleted counts.
	 */
	boolean isNext(long from, long offset) {
		for (int i = index(ever, from); i < ever.size() && ever.get(i).offset < offset; i++) {
			if (!ever.get(i).isMarker) {
				return false;
			}
		}
		return true;
	}

	/**
	 * The epoch of the last record before an offset, -1 if it is not known.
	 */
	int epochBefore(long offset) {
		Entry before = (offset > start) ? at(Math.min(offset, end) - 1) : null;
		return (before != null) ? before.epoch : -1;
	}

	/**
	 * Where a client may go on that has got all before an offset: markers are no records.
	 */
	long pastMarkers(long offset) {
		long next = offset;
		while (markers.contains(next)) {
			next++;
		}
		return next;
	}

	boolean isEver(long offset, String value) {
		int index = index(ever, offset);
		return index < ever.size() && ever.get(index).value.equals(value);
	}

	/**
	 * The last record, {@code null} if there is none.
	 */
	Entry lastRecord() {
		for (int i = entries.size() - 1; i >= 0; i--) {
			if (!entries.get(i).isMarker) {
				return entries.get(i);
			}
		}
		return null;
	}

	Entry at(long offset) {
		List<Entry> found = from(offset, 1);
		return (!found.isEmpty() && found.get(0).offset == offset) ? found.get(0) : null;
	}

	boolean isInRange(long offset) {
		return offset >= start && offset <= end;
	}

	/** The lowest offset that an unclean election has cut the log off at. */
	long lowestTruncation() {
		return lowestTruncation;
	}

	long start() {
		return start;
	}

	long end() {
		return end;
	}

	int epoch() {
		return epoch;
	}

	int leader() {
		return leader;
	}

}
