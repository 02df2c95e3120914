/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.simulation;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Predicate;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.policy.Cause;
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

	private final ClusterName name;

	private boolean strict;

	private final Map<TopicPartition, Place> places = new HashMap<>();

	/** The places in clusters that are gone, by the clusters' names. */
	private final Map<String, Map<TopicPartition, Place>> formerPlaces = new HashMap<>();

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

		/** The application has sought, and has got nothing since. */
		private boolean isSought;

		/** The application has assigned it itself, and had it on the last cluster. */
		private boolean isCarriedOver;

		/** The group on another cluster has yet to assign it anew. */
		private boolean isAwaitingGroup;

		/** A decision says where it goes on in another cluster. */
		private boolean isSettled;

		/** Its position is from another cluster, and no decision says so yet. */
		private boolean isFromElsewhere;

		Place elsewhere(OffsetAndMetadata commit, ModelLog otherLog) {
			Place there = new Place();
			there.next = next;
			there.reached = reached;
			there.allowed.putAll(allowed);
			there.commits.addAll(commits);
			there.last = last;
			there.log = otherLog;
			there.startCommitted = startCommitted;
			there.isSought = isSought;
			there.isFromElsewhere = next >= 0 && !isSought;
			there.isCarriedOver = true;
			if (commit != null) {
				there.commits.add(commit.offset());
			}
			return there;
		}

	}

	Ledger(ClusterName name, boolean strict) {
		this.name = name;
		this.strict = strict;
	}

	private Place place(TopicPartition partition) {
		return places.computeIfAbsent(partition, (key) -> started(new Place(), partition));
	}

	private Place started(Place place, TopicPartition partition) {
		OffsetAndMetadata commit = name.now().commit(partition);
		place.log = name.now().log(partition);
		if (commit != null) {
			place.commits.add(commit.offset());
		}
		return place;
	}

	/**
	 * The name leads to another cluster. What the application assigns itself stays where
	 * it is until the guard has looked; a group starts from its commits there.
	 */
	void changedCluster(boolean isSubscribed, boolean isImpatient) {
		ModelCluster before = name.all().get(name.all().size() - 2);
		Map<TopicPartition, Place> former = new HashMap<>(places);
		formerPlaces.put(before.name(), former);
		places.clear();
		former.forEach((partition, place) -> {
			Place there = isSubscribed ? startedAnew(place, partition, isImpatient)
					: place.elsewhere(name.now().commit(partition), name.now().log(partition));
			// A client that cannot wait may have started before the guard knew where.
			there.isSettled = isImpatient && place.next == UNKNOWN;
			places.put(partition, there);
		});
	}

	/**
	 * Until the group assigns its partitions, a client may go on where it was about to
	 * start, and where partitions cannot wait it reads on.
	 */
	private Place startedAnew(Place before, TopicPartition partition, boolean isImpatient) {
		Place place = started(new Place(), partition);
		place.isAwaitingGroup = true;
		if (isImpatient) {
			place.next = before.next;
			place.reached = before.reached;
			place.allowed.putAll(before.allowed);
		}
		if (before.isSought || before.next == UNKNOWN) {
			place.isSought = before.isSought;
			place.allowed.putAll(before.allowed);
			place.commits.addAll(before.commits);
		}
		return place;
	}

	/**
	 * Begins or ends to check what comes. While the guard only observes, the client goes
	 * where it would without one, and may be on its way there when that ends.
	 */
	void watch(boolean isStrict) {
		if (isStrict && !strict) {
			places.values().forEach((each) -> each.allowed.put(ANYWHERE, poll));
		}
		strict = isStrict;
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
			ModelLog log = name.now().log(partition);
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
			formerPlaces.values().forEach((former) -> former.remove(each));
			place(each);
		});
	}

	void stored(TopicPartition partition, OffsetAndMetadata offset) {
		place(partition).commits.add(offset.offset());
	}

	void stored(ModelCluster cluster, TopicPartition partition, OffsetAndMetadata offset) {
		if (cluster == name.now()) {
			stored(partition, offset);
		}
	}

	void sought(TopicPartition partition, long offset, boolean seekMayBeDropped) {
		Place place = place(partition);
		if (!seekMayBeDropped) {
			place.next = UNKNOWN;
			place.allowed.clear();
		}
		place.isFromElsewhere = false;
		place.isSought = true;
		if (!place.isAwaitingGroup) {
			place.commits.clear();
		}
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
		if (decision.observed()) {
			return;
		}
		Place present = place(decision.partition());
		boolean isSettled = decision.cause() == Cause.CLUSTER_CHANGED || decision.resolution() != null;
		List<Place> all = new ArrayList<>(List.of(present));
		formerPlaces.values().forEach((former) -> all.add(former.get(decision.partition())));
		all.removeIf(Objects::isNull);
		for (Place each : all) {
			each.isSettled |= isSettled && !(decision.outcome() instanceof Outcome.Held);
			each.isFromElsewhere &= !each.isSettled;
			decided(decision, each);
		}
	}

	private void decided(Decision decision, Place place) {
		if (decision.outcome() instanceof Outcome.ReadFrom readFrom) {
			place.allowed.put(readFrom.offset(), poll);
		}
		else if (decision.outcome() instanceof Outcome.LookedUp) {
			place.allowed.put(ANYWHERE, poll);
		}
	}

	void delivered(TopicPartition partition, List<ConsumerRecord<String, String>> records) {
		Map<String, List<ConsumerRecord<String, String>>> byCluster = new LinkedHashMap<>();
		records.forEach((each) -> byCluster.computeIfAbsent(each.key(), (key) -> new ArrayList<>()).add(each));
		byCluster.forEach((cluster, few) -> {
			Place present = place(partition);
			if (cluster.equals(name.now().name())) {
				delivered(name.now(), partition, present, few);
				return;
			}
			Place former = formerPlaces.get(cluster).get(partition);
			if (former == null) {
				// The client got the partition anew, at the offset that it had fetched.
				delivered(name.find(cluster), partition, present, few);
				return;
			}
			delivered(name.find(cluster), partition, former, few);
			if (present.isCarriedOver) {
				present.isFromElsewhere |= present.next == UNKNOWN && !present.isSought && !present.isSettled;
				present.next = former.next;
				present.reached = former.reached;
				present.last = former.last;
			}
		});
	}

	private void delivered(ModelCluster cluster, TopicPartition partition, Place place,
			List<ConsumerRecord<String, String>> records) {
		for (ConsumerRecord<String, String> record : records) {
			if (strict) {
				check(cluster, partition, place, record);
			}
			delivered.add(record.value());
			place.next = record.offset() + 1;
			place.reached = cluster.logOf(record.value()).pastMarkers(place.next);
			place.last = record;
			place.log = cluster.logOf(record.value());
		}
		place.isSought = false;
		place.commits.clear();
		place.allowed.values().removeIf((made) -> made < poll);
	}

	private void check(ModelCluster cluster, TopicPartition partition, Place place,
			ConsumerRecord<String, String> record) {
		if (place.isFromElsewhere) {
			throw new Violation("cluster",
					partition + " got " + record.offset() + " from another cluster, and no decision says so");
		}
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
	void checkCommit(ModelCluster cluster, TopicPartition partition, OffsetAndMetadata commit, boolean isAutomatic) {
		if (!strict || cluster != name.now()) {
			// Nobody will read what a cluster has stored that is gone.
			return;
		}
		Place place = place(partition);
		if (place.isFromElsewhere && !isAutomatic) {
			throw new Violation("committed", partition + " at " + commit.offset() + ", which is from another cluster");
		}
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
		return offset <= reached || name.now().log(partition).isNext(reached, offset)
				|| place(partition).log.isNext(reached, offset);
	}

	/**
	 * Whether there is a record that the application should have got.
	 * @return {@code null} if there is none
	 */
	ModelLog.Entry missing(TopicPartition partition) {
		Place place = place(partition);
		ModelLog log = name.now().log(partition);
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
		return !strict || place.next < 0 || (position >= place.next && position <= Math.max(place.next, place.reached))
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
