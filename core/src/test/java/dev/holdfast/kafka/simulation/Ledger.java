/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * What one application got, and where it may go on: after the last record, or where the
 * group has committed, a decision has put it, or it has sought.
 */
final class Ledger {

	private static final long UNKNOWN = -1;

	/** The client looks for an end of the log that nobody knows yet. */
	private static final long ANYWHERE = -2;

	private final ModelCluster cluster;

	private final boolean strict;

	private final Map<TopicPartition, Place> places = new HashMap<>();

	private final List<String> delivered = new ArrayList<>();

	private int poll;

	/** Where one partition may go on. */
	private static final class Place {

		private long next = UNKNOWN;

		private final Map<Long, Integer> allowed = new HashMap<>();

		private final Set<Long> commits = new HashSet<>();

		/** The next offset with what comes before the next record. */
		private long reached = UNKNOWN;

		private ConsumerRecord<?, String> last;

		private ModelLog log;

		/** The application has had positions committed before it got any record. */
		private boolean startCommitted;

	}

	Ledger(ModelCluster cluster, boolean strict) {
		this.cluster = cluster;
		this.strict = strict;
	}

	private Place place(TopicPartition partition) {
		return places.computeIfAbsent(partition, (key) -> started(new Place(), partition));
	}

	private Place started(Place place, TopicPartition partition) {
		OffsetAndMetadata commit = cluster.commit(partition);
		place.log = cluster.log(partition);
		if (commit != null) {
			place.commits.add(commit.offset());
		}
		return place;
	}

	void begin() {
		poll++;
	}

	/**
	 * The client may have gone past markers at the end of the log without a record. If
	 * the log is cut off there afterwards, it is still behind them.
	 */
	void polled() {
		places.forEach((partition, place) -> {
			ModelLog log = cluster.log(partition);
			if (place.next >= 0) {
				place.reached = log.pastMarkers(Math.max(place.next, place.reached));
			}
			Map.copyOf(place.allowed).forEach((offset, made) -> place.allowed.put(log.pastMarkers(offset), made));
			Set.copyOf(place.commits).forEach((offset) -> place.commits.add(log.pastMarkers(offset)));
		});
	}

	/** The consumer no longer has them. */
	void left(Set<TopicPartition> partitions) {
		partitions.forEach((each) -> {
			places.remove(each);
			place(each);
		});
	}

	void stored(TopicPartition partition, OffsetAndMetadata offset) {
		place(partition).commits.add(offset.offset());
	}

	void sought(TopicPartition partition, long offset, boolean seekMayBeDropped) {
		Place place = place(partition);
		if (!seekMayBeDropped) {
			place.next = UNKNOWN;
			place.allowed.clear();
		}
		place.commits.clear();
		place.last = null;
		place.allowed.put(offset, poll);
	}

	/**
	 * The application has the positions committed of partitions that are not held.
	 */
	void committedCurrent(Predicate<TopicPartition> isHeld) {
		places.forEach((partition, each) -> each.startCommitted |= each.next == UNKNOWN && !isHeld.test(partition));
	}

	void soughtToEnd(TopicPartition partition) {
		sought(partition, ANYWHERE, true);
	}

	void decided(Decision decision) {
		Place place = place(decision.partition());
		if (decision.outcome() instanceof Outcome.ReadFrom readFrom) {
			place.allowed.put(readFrom.offset(), poll);
		}
		else if (decision.outcome() instanceof Outcome.LookedUp) {
			place.allowed.put(ANYWHERE, poll);
		}
	}

	void delivered(TopicPartition partition, List<ConsumerRecord<String, String>> records) {
		Place place = place(partition);
		for (ConsumerRecord<String, String> record : records) {
			if (strict) {
				check(partition, place, record);
			}
			delivered.add(record.value());
			place.next = record.offset() + 1;
			place.reached = cluster.logOf(record.value()).pastMarkers(place.next);
			place.last = record;
			place.log = cluster.logOf(record.value());
		}
		place.commits.clear();
		place.allowed.values().removeIf((made) -> made < poll);
	}

	private void check(TopicPartition partition, Place place, ConsumerRecord<String, String> record) {
		ModelLog log = cluster.logOf(record.value());
		ModelLog.Entry now = log.at(record.offset());
		boolean isCutOff = !log.isEver(record.offset(), record.value());
		// In another topic of the name the client reads on where it was.
		ModelLog known = place.log;
		boolean isOn = place.next >= 0 && record.offset() >= place.next;
		if (isOn && (isCutOff || log.isNext(place.next, record.offset()) || known.isNext(place.next, record.offset())
				|| log.isNext(place.reached, record.offset()))) {
			return;
		}
		if (place.allowed.containsKey(ANYWHERE)) {
			return;
		}
		boolean isAllowed = place.allowed.keySet()
			.stream()
			.anyMatch((each) -> record.offset() >= each
					&& (isCutOff || log.isNext(each, record.offset()) || known.isNext(each, record.offset())));
		boolean isCommitted = place.next == UNKNOWN && place.commits.stream()
			.anyMatch((each) -> record.offset() >= each
					&& (isCutOff || log.isNext(each, record.offset()) || known.isNext(each, record.offset())));
		if (!isAllowed && !isCommitted) {
			throw new Violation(
					(place.next >= 0 && record.offset() > place.next) ? "skipped"
							: (place.next >= 0) ? "repeated" : "started",
					partition + " got " + record.offset() + " (" + now + "), expected " + place.next + " or one of "
							+ place.allowed.keySet() + ", commits " + place.commits);
		}
	}

	/**
	 * Whether a commit is one that the application's progress or a decision supports.
	 */
	void checkCommit(TopicPartition partition, OffsetAndMetadata commit) {
		Place place = place(partition);
		long offset = commit.offset();
		boolean isReached = place.next >= 0 && isUpTo(partition, offset, Math.max(place.next, place.reached));
		boolean isAllowed = place.allowed.containsKey(ANYWHERE)
				|| place.allowed.keySet().stream().anyMatch((each) -> isUpTo(partition, offset, each));
		boolean isOld = place.commits.stream().anyMatch((each) -> isUpTo(partition, offset, each));
		if (!isReached && !isAllowed && !isOld && !place.startCommitted) {
			throw new Violation("committed", partition + " at " + offset + ", delivered up to " + place.next
					+ ", allowed " + place.allowed.keySet() + ", commits " + place.commits);
		}
	}

	private boolean isUpTo(TopicPartition partition, long offset, long reached) {
		return offset <= reached || cluster.log(partition).isNext(reached, offset)
				|| place(partition).log.isNext(reached, offset);
	}

	/**
	 * Whether there is a record that the application should have got.
	 * @return {@code null} if there is none
	 */
	ModelLog.Entry missing(TopicPartition partition) {
		Place place = place(partition);
		ModelLog log = cluster.log(partition);
		ModelLog.Entry last = log.lastRecord();
		if (last == null || (place.next > last.offset())) {
			return null;
		}
		return (place.next >= 0) ? log.at(place.next) : last;
	}

	/**
	 * Whether the application may be at a position, when the guard decides about that.
	 */
	boolean mayBeAt(TopicPartition partition, long position) {
		Place place = place(partition);
		return place.next < 0 || (position >= place.next && position <= Math.max(place.next, place.reached))
				|| place.allowed.containsKey(ANYWHERE) || place.allowed.containsKey(position)
				|| place.commits.contains(position);
	}

	ConsumerRecord<?, String> last(TopicPartition partition) {
		return place(partition).last;
	}

	long next(TopicPartition partition) {
		return place(partition).next;
	}

	List<String> delivered() {
		return delivered;
	}

}
