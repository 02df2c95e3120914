/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.simulation;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.policy.Action;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * What a guard that enforces may answer to an application that asks for a position.
 * <p>
 * A partition that has a position is there: after the last record delivered, where the
 * application has sought it, or where a decision has put it. One that has none is where
 * plain Kafka may be by now: at a commit that the group has had since the assignment. If
 * the group was without a commit at any moment since then, it may be where
 * {@code auto.offset.reset} has led at any moment since then.
 * <p>
 * Logs change between two calls of the consumer only. So it suffices to look at them
 * after each step.
 */
final class PositionTruth {

	private final ClusterName name;

	private final Script script;

	private final Map<TopicPartition, Place> places = new HashMap<>();

	/** All that the group has ever committed. */
	private final Map<TopicPartition, Set<Long>> everCommitted = new HashMap<>();

	/** The application may have records in hand. */
	private boolean isDelivering;

	/** The consumer may be anywhere. */
	private boolean isUnknown;

	/** What is known of a partition since it was assigned. */
	private static final class Place {

		/** Where it may be, nothing if it has no position yet. */
		private final Set<Long> at = new HashSet<>();

		/**
		 * A decision has started it without a commit, and nothing has come from there. If
		 * the guard finds a commit before it commits the start, that counts.
		 */
		private boolean isStarted;

		/** The bound of the log that the client looks for. */
		private Action bound;

		private final Set<Long> commits = new HashSet<>();

		/** Where a partition without a commit may start. */
		private final Set<Long> resets = new HashSet<>();

		private boolean wasWithoutCommit;

		private final Set<ModelLog> logs = new HashSet<>();

		/** The client goes by itself where it would go without a guard. */
		private boolean isLeftToClient;

	}

	PositionTruth(ClusterName name, Script script) {
		this.name = name;
		this.script = script;
	}

	/**
	 * A new consumer has no position, and has delivered nothing.
	 */
	void begin(Collection<TopicPartition> partitions) {
		isDelivering = false;
		isUnknown = false;
		leave(partitions);
	}

	/**
	 * The consumer does not have them, and may get them anew.
	 */
	void leave(Collection<TopicPartition> partitions) {
		partitions.forEach((each) -> {
			places.put(each, new Place());
			look(each);
		});
	}

	/**
	 * The consumer comes to another cluster. What it is told is not judged any more.
	 */
	void changedCluster() {
		isUnknown = true;
	}

	/**
	 * The client of an observing guard goes by itself where it would go without one. It
	 * may be on its way when the guard begins to enforce.
	 */
	void switchedMode() {
		places.values().forEach((each) -> each.isLeftToClient = true);
	}

	/**
	 * Something has happened to logs or commits.
	 */
	void look(TopicPartition partition) {
		Place place = places.get(partition);
		ModelLog log = name.now().log(partition);
		OffsetAndMetadata commit = name.now().commit(partition);
		place.logs.add(log);
		place.resets.add(bound(log, reset()));
		if (commit != null) {
			stored(partition, commit);
		}
		place.wasWithoutCommit |= commit == null;
		if (place.bound != null) {
			place.at.add(bound(log, place.bound));
		}
	}

	void stored(TopicPartition partition, OffsetAndMetadata commit) {
		places.get(partition).commits.add(commit.offset());
		everCommitted.computeIfAbsent(partition, (key) -> new HashSet<>()).add(commit.offset());
	}

	void delivered(TopicPartition partition, long next) {
		isDelivering = true;
		put(partition, next);
	}

	private void put(TopicPartition partition, long offset) {
		Place place = places.get(partition);
		place.isStarted = false;
		place.isLeftToClient = false;
		place.bound = null;
		place.at.clear();
		place.at.add(offset);
	}

	/**
	 * The client looks for a bound of the log. If it has looked for the same one just
	 * before, it takes the answer to that question.
	 */
	private void putAtBound(TopicPartition partition, Action bound) {
		Place place = places.get(partition);
		Action before = place.at.isEmpty() ? reset() : place.bound;
		Set<Long> asked = Set.copyOf(place.at.isEmpty() ? place.resets : place.at);
		place.isStarted = false;
		place.isLeftToClient = false;
		place.bound = bound;
		place.at.clear();
		if (before == bound) {
			place.at.addAll(asked);
		}
		look(partition);
	}

	/**
	 * The application has sought. A seek back into a log that is gone is not carried out.
	 */
	void sought(TopicPartition partition, long offset) {
		Set<Long> before = Set.copyOf(places.get(partition).at);
		put(partition, offset);
		if (script.isAny(Step.Recreate.class, Step.Truncate.class)) {
			places.get(partition).at.addAll(before);
		}
	}

	void soughtToEnd(TopicPartition partition, boolean beginning) {
		putAtBound(partition, beginning ? Action.EARLIEST : Action.LATEST);
	}

	void decided(Decision decision) {
		if (decision.observed()) {
			places.get(decision.partition()).isLeftToClient = true;
			return;
		}
		Place place = places.get(decision.partition());
		if (decision.outcome() instanceof Outcome.ReadFrom readFrom) {
			boolean isKept = place.isStarted && place.at.contains(readFrom.offset());
			put(decision.partition(), readFrom.offset());
			place.isStarted = isKept;
		}
		else if (decision.outcome() instanceof Outcome.LookedUp lookedUp) {
			putAtBound(decision.partition(), (lookedUp.end() == Action.AUTO_OFFSET_RESET) ? reset() : lookedUp.end());
		}
		place.isStarted |= decision.cause().isAboutFirstPosition();
	}

	private static long bound(ModelLog log, Action bound) {
		return (bound == Action.EARLIEST) ? log.start() : log.end();
	}

	private Action reset() {
		return script.reset().equals("earliest") ? Action.EARLIEST : Action.LATEST;
	}

	/**
	 * Checks an answer.
	 * @param isTimed whether the application has said how long it waits
	 */
	void check(TopicPartition partition, long answer, boolean isTimed) {
		Place place = places.get(partition);
		look(partition);
		Set<Long> offsets = new HashSet<>(place.at);
		if (offsets.isEmpty() || place.isStarted) {
			offsets.addAll(place.commits);
		}
		if (place.at.isEmpty() && place.wasWithoutCommit && !script.reset().equals("none")) {
			offsets.addAll(place.resets);
		}
		boolean isStandIn = !isTimed && isDelivering && mayBrokersNotAnswer()
				&& (answer == 0 || everCommitted.getOrDefault(partition, Set.of()).contains(answer));
		if (isJudged(place) && !isStandIn && offsets.stream().noneMatch((each) -> isThere(place, each, answer))) {
			throw new Violation("position", partition + " is said to be at " + answer + ", and is at one of " + offsets
					+ ", commits " + place.commits + (place.wasWithoutCommit ? " or none" : ""));
		}
	}

	/**
	 * Checks that the guard may not know the position in time. A partition that starts
	 * anew has none again.
	 */
	void checkUnknown(TopicPartition partition) {
		Place place = places.get(partition);
		if (isJudged(place) && !place.at.isEmpty() && place.bound == null && !place.isStarted) {
			throw new Violation("position", "no answer about " + partition + ", which is at one of " + place.at);
		}
	}

	private boolean isJudged(Place place) {
		return !isUnknown && !place.isLeftToClient;
	}

	/**
	 * Whether a guard with records in hand may have to name an offset in place of a
	 * position. With {@code none}, plain Kafka throws where there is no commit.
	 */
	private boolean mayBrokersNotAnswer() {
		return script.reset().equals("none")
				|| script.isAny(Step.Silence.class, Step.Delay.class, Step.StaleMetadata.class);
	}

	/** The client goes past markers by itself. */
	private static boolean isThere(Place place, long offset, long answer) {
		return answer == offset
				|| (answer > offset && place.logs.stream().anyMatch((log) -> answer <= log.pastMarkers(offset)));
	}

}
