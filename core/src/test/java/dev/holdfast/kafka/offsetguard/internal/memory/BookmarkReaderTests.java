/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.memory;

import java.util.Optional;

import dev.holdfast.kafka.offsetguard.internal.cluster.Cluster;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.junit.jupiter.api.Test;

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

}
