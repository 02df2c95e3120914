/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.memory;

import java.util.List;
import java.util.Map;
import java.util.Optional;

import dev.holdfast.kafka.offsetguard.internal.cluster.Cluster;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

class BookmarkReaderTests {

	private static final Bookmark BOOKMARK = new Bookmark("here", null, 200, 12, 198, 7, 1_760_000_000_000L, true, "");

	private static final OffsetAndMetadata COMMIT = new OffsetAndMetadata(200, BOOKMARK.toString());

	private final BookmarkReader reader = new BookmarkReader(() -> new Cluster("here", null, 0));

	@Test
	void eachCommitIsParsedOnceWhileStartsAreDecided() {
		reader.remember();
		Bookmark first = reader.in(COMMIT);

		assertThat(first).isEqualTo(BOOKMARK);
		assertThat(reader.in(new OffsetAndMetadata(200, Optional.of(7), BOOKMARK.toString()))).isSameAs(first);
	}

	@Test
	void nothingIsRememberedAfterThat() {
		reader.remember();
		Bookmark first = reader.in(COMMIT);
		reader.forget();

		assertThat(reader.in(COMMIT)).isEqualTo(first).isNotSameAs(first);
		assertThat(reader.in(COMMIT)).isNotSameAs(reader.in(COMMIT));
		reader.remember();
		assertThat(reader.in(COMMIT)).isEqualTo(first).isNotSameAs(first);
	}

	@Test
	void whatIsRememberedIsNoBookmarkOfAnotherCommit() {
		reader.remember();
		reader.in(COMMIT);

		assertThat(reader.in(new OffsetAndMetadata(201, BOOKMARK.toString()))).isNull();
		assertThat(reader.in(new OffsetAndMetadata(200, "holdfast1|cut off"))).isNull();
		assertThat(reader.in(new OffsetAndMetadata(200, "holdfast1|cut off"))).isNull();
	}

	@Test
	void bookmarkOfAnotherClusterIsNone() {
		BookmarkReader elsewhere = new BookmarkReader(() -> new Cluster("elsewhere", null, 0));
		elsewhere.remember();

		assertThat(elsewhere.in(COMMIT)).isNull();
		assertThat(new BookmarkReader(() -> null).in(COMMIT)).isNull();
	}

	/**
	 * A bookmark is given as the number of partitions, and whether all had a commit.
	 */
	@ParameterizedTest(name = "{3}")
	@CsvSource(textBlock = """
			12 false, 13 false, 13, both only count
			12 true,  13 true,  13, both know that all partitions had a commit
			12 true,  13 false, 12, one knows it and the other counts more
			-1 false, 12 false, 12, one does not count
			""")
	void bookmarkThatKnowsMostSpeaksForItsTopic(String first, String second, int known, String why) {
		OffsetAndMetadata one = commit(first);
		OffsetAndMetadata other = commit(second);

		for (List<OffsetAndMetadata> commits : List.of(List.of(one, other), List.of(other, one))) {
			Map<String, Bookmark> bookmarks = reader.byTopic(Map.of(new TopicPartition("orders", 0), commits.get(0),
					new TopicPartition("orders", 1), commits.get(1)));

			assertThat(bookmarks).as(why).containsOnlyKeys("orders");
			assertThat(bookmarks.get("orders").partitions()).as(why).isEqualTo(known);
		}
	}

	@Test
	void commitWithoutBookmarkSpeaksForNoTopic() {
		assertThat(reader.byTopic(Map.of(new TopicPartition("orders", 0), COMMIT, new TopicPartition("orders", 1),
				new OffsetAndMetadata(200), new TopicPartition("payments", 0), new OffsetAndMetadata(200))))
			.containsExactly(Map.entry("orders", BOOKMARK));
	}

	private static OffsetAndMetadata commit(String known) {
		String[] parts = known.split(" ");
		return new OffsetAndMetadata(200, new Bookmark("here", null, 200, Integer.parseInt(parts[0]), 198, 7, -1,
				Boolean.parseBoolean(parts[1]), "")
			.toString());
	}

}
