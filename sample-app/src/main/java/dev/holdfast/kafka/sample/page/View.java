/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.page;

import java.util.List;
import java.util.Map;

import dev.holdfast.kafka.sample.show.Show.Said;
import dev.holdfast.kafka.sample.trial.Tally;
import org.jspecify.annotations.Nullable;

/**
 * What the page shows at one time.
 *
 * @param scene the number of the trial, -1 if there is none
 * @param topic its topic
 * @param autoOffsetReset the listeners' {@code auto.offset.reset}
 * @param step the step of the tour, {@code null} if it is none
 * @param time milliseconds since the trial began
 * @param busy what happens now, {@code null} if nothing does
 * @param done how much has happened
 * @param said what has happened, the last sentences
 * @param paused whether the producer pauses
 * @param rate how many orders come in a second
 * @param active the mishaps that last
 * @param groups what became of each group
 * @param tour the table of the tour
 */
record View(int scene, String topic, String autoOffsetReset, @Nullable String step, long time, @Nullable String busy,
		int done, List<Said> said, boolean paused, int rate, List<String> active, List<Group> groups,
		List<List<String>> tour) {

	/**
	 * One group.
	 *
	 * @param name plain, guarded or capped
	 * @param tally what became of the orders
	 * @param partitions its partitions
	 * @param decisions what its guard has decided, the last first
	 * @param held what the endpoint says of the partitions that are held
	 */
	record Group(String name, Tally tally, List<Partition> partitions, List<Told> decisions,
			List<Map<String, Object>> held) {

	}

	/**
	 * One partition as a group sees it.
	 *
	 * @param partition its number
	 * @param start where the log starts
	 * @param end where the log ends
	 * @param position where the group is, {@code null} if that is not known
	 * @param lowest the lowest offset that it got since the view before, {@code null} for
	 * none
	 * @param held whether it is held
	 */
	record Partition(int partition, long start, long end, @Nullable Long position, @Nullable Long lowest,
			boolean held) {

	}

	/**
	 * A decision.
	 *
	 * @param number how many were made before
	 * @param words the decision in plain words
	 * @param notable whether the position moved, or the partition is held
	 * @param evidence what it rests on
	 */
	record Told(int number, String words, boolean notable, List<Fact> evidence) {

	}

	/**
	 * A piece of evidence.
	 *
	 * @param name what it is
	 * @param value what it says
	 */
	record Fact(String name, String value) {

	}

	/** Nothing but the time is another one. */
	boolean shows(View other) {
		return equals(new View(other.scene, other.topic, other.autoOffsetReset, other.step, time, other.busy,
				other.done, other.said, other.paused, other.rate, other.active, other.groups, other.tour));
	}

}
