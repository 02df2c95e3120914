/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.evidence;

import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What one commit tells, on top of what was known earlier.
 */
class RememberedTests {

	private static final Uuid TOPIC = new Uuid(1, 1);

	private static final Uuid OTHER_TOPIC = new Uuid(1, 2);

	@ParameterizedTest
	@CsvSource({ "200, 100, 200", "100, 200, 100", "0, 100, 0", "-1, 100, 100", "-1, -1, -1" })
	void laterCommitReplacesTheEarlierOne(long later, long earlier, long known) {
		assertThat(committed(later).and(committed(earlier)).committedOffset()).isEqualTo(known);
	}

	/** A commit without a bookmark counts nothing. What the earlier one counted stays. */
	@ParameterizedTest(name = "{6}")
	@CsvSource(textBlock = """
			-1, false, 4,  true,  4,  true,  only the earlier commit had a bookmark
			6,  true,  4,  false, 4,  false, both had one
			6,  true,  0,  false, 0,  false, the earlier one counts no partition
			6,  true,  -1, false, 6,  true,  only the later commit had a bookmark
			-1, false, -1, true,  -1, false, none had one
			""")
	void countOfThePartitionsStaysTogetherWithWhatItSaysOfThem(int later, boolean laterInitial, int earlier,
			boolean earlierInitial, int partitions, boolean initialCommits, String why) {
		Remembered known = new Remembered(3, 200, later, laterInitial, null, -1)
			.and(new Remembered(3, 100, earlier, earlierInitial, null, -1));

		assertThat(known).as(why).isEqualTo(new Remembered(3, 200, partitions, initialCommits, null, -1));
	}

	@Test
	void laterTopicIdReplacesTheEarlierOne() {
		assertThat(topic(TOPIC).and(topic(OTHER_TOPIC)).topicId()).isEqualTo(TOPIC);
		assertThat(topic(null).and(topic(OTHER_TOPIC)).topicId()).isEqualTo(OTHER_TOPIC);
	}

	@Test
	void latestTimestampStays() {
		assertThat(timestamp(5).and(timestamp(7)).timestamp()).isEqualTo(7);
		assertThat(timestamp(7).and(timestamp(-1)).timestamp()).isEqualTo(7);
	}

	@ParameterizedTest
	@CsvSource({ "3, 3, true", "4, 3, true", "2, 3, false", "0, 0, true", "3, -1, false" })
	void partitionIsNewIfTheBookmarkHasNotCountedIt(int partition, int partitions, boolean isNew) {
		assertThat(new Remembered(partition, -1, partitions, true, null, -1).isNewPartition()).isEqualTo(isNew);
	}

	private static Remembered committed(long offset) {
		return new Remembered(3, offset, -1, false, null, -1);
	}

	private static Remembered topic(@Nullable Uuid id) {
		return new Remembered(3, -1, -1, false, id, -1);
	}

	private static Remembered timestamp(long timestamp) {
		return new Remembered(3, -1, -1, false, null, timestamp);
	}

}
