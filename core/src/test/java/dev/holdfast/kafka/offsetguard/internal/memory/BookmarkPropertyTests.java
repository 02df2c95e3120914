/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.memory;

import dev.holdfast.kafka.offsetguard.internal.cluster.Cluster;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.PropertyDefaults;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.Uuid;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What holds for any bookmark, and for what becomes of its text in other hands.
 */
@PropertyDefaults(edgeCases = EdgeCasesMode.NONE)
class BookmarkPropertyTests {

	/** The same values in every build. */
	private static final String SEED = "23";

	@Property(seed = SEED)
	void comesBackAsItWas(@ForAll("clusterIds") String clusterId, @ForAll("bookmarks") Written written) {
		Bookmark bookmark = written.in(clusterId);

		assertThat(bookmark.toString()).hasSizeLessThanOrEqualTo(Bookmark.MAX_LENGTH).matches("[\\x21-\\x7e]+");
		assertThat(Bookmark.isOne(bookmark.toString())).isTrue();
		assertThat(Bookmark.in(commit(bookmark, bookmark.toString()), named(clusterId))).isEqualTo(bookmark);
	}

	@Property(seed = SEED)
	void longestFits(@ForAll("clusterIds") String clusterId) {
		Bookmark longest = new Bookmark(clusterId, new Uuid(Long.MIN_VALUE, -1), Long.MAX_VALUE, Integer.MAX_VALUE,
				Long.MAX_VALUE, Integer.MAX_VALUE, Long.MAX_VALUE, true, "abcde");

		assertThat(longest.toString()).hasSizeLessThanOrEqualTo(Bookmark.MAX_LENGTH);
	}

	@Property(seed = SEED)
	void belongsToOneClusterAndOneOffset(@ForAll("clusterIds") String clusterId, @ForAll("clusterIds") String other,
			@ForAll("bookmarks") Written written, @ForAll("numbers") long offset) {
		Bookmark bookmark = written.in(clusterId);

		assertThat(Bookmark.in(commit(bookmark, bookmark.toString()), named(other)))
			.isEqualTo(clusterId.equals(other) ? bookmark : null);
		assertThat(Bookmark.in(new OffsetAndMetadata(offset, bookmark.toString()), named(clusterId)))
			.isEqualTo((offset == bookmark.committedOffset()) ? bookmark : null);
	}

	/** Brokers and tools cut long metadata off. */
	@Property(seed = SEED)
	void cutOffIsNone(@ForAll("clusterIds") String clusterId, @ForAll("bookmarks") Written written,
			@ForAll @IntRange(min = 2, max = Bookmark.MAX_LENGTH) int cut) {
		Bookmark bookmark = written.in(clusterId);
		String text = bookmark.toString();

		assertThat(Bookmark.in(commit(bookmark, text.substring(0, Math.max(0, text.length() - cut))), named(clusterId)))
			.isNull();
	}

	/**
	 * No checksum protects the text: a changed digit is another number, but never another
	 * cluster or offset.
	 */
	@Property(seed = SEED)
	void mutilatedIsNoneOrOfTheSameCommit(@ForAll("clusterIds") String clusterId, @ForAll("bookmarks") Written written,
			@ForAll @IntRange(min = 0, max = Bookmark.MAX_LENGTH) int from,
			@ForAll @IntRange(min = 0, max = 5) int removed, @ForAll("inserts") String inserted) {
		Bookmark bookmark = written.in(clusterId);
		StringBuilder text = new StringBuilder(bookmark.toString());
		int start = Math.min(from, text.length());
		text.replace(start, Math.min(start + removed, text.length()), inserted);

		Bookmark read = Bookmark.in(commit(bookmark, text.toString()), named(clusterId));

		if (read != null) {
			assertThat(read.committedOffset()).isEqualTo(bookmark.committedOffset());
			assertThat(read.clusterId()).isEqualTo(bookmark.clusterId());
		}
	}

	@Property(seed = SEED)
	void anyTextIsReadWithoutComplaint(@ForAll String text, @ForAll("clusterIds") String clusterId) {
		assertThat(Bookmark.in(new OffsetAndMetadata(0, text), named(clusterId))).isNull();
		assertThat(Bookmark.in(new OffsetAndMetadata(0, "holdfast1|" + text), named(clusterId))).isNull();
	}

	@Provide
	Arbitrary<String> clusterIds() {
		return Arbitraries.oneOf(Arbitraries.of("MkU3OEVBNTcwNTJENDM2Qg", "lkc-1", "lkc|1", ""),
				Arbitraries.strings().withCharRange('A', 'Z').withChars('-', '_').ofMaxLength(30),
				Arbitraries.strings().ofMaxLength(100));
	}

	@Provide
	Arbitrary<Long> numbers() {
		return Arbitraries.oneOf(Arbitraries.longs().greaterOrEqual(0), Arbitraries.longs().between(0, 40),
				Arbitraries.of(0L, Long.MAX_VALUE));
	}

	@Provide
	Arbitrary<String> inserts() {
		return Arbitraries.oneOf(Arbitraries.strings().ofMaxLength(5),
				Arbitraries.strings().withCharRange('0', '9').withChars('|', '-', '+', 'z').ofMaxLength(20));
	}

	@Provide
	Arbitrary<Written> bookmarks() {
		Arbitrary<Uuid> topicId = Combinators.combine(Arbitraries.longs(), Arbitraries.longs())
			.as(Uuid::new)
			.injectNull(0.2);
		Arbitrary<Long> number = Arbitraries.oneOf(numbers(), Arbitraries.just(-1L));
		Arbitrary<Integer> small = Arbitraries.oneOf(Arbitraries.integers().greaterOrEqual(-1),
				Arbitraries.of(-1, 0, Integer.MAX_VALUE));
		return Combinators.combine(topicId, numbers(), small, number, small, number, Arbitraries.of(true, false))
			.as(Written::new);
	}

	private static OffsetAndMetadata commit(Bookmark bookmark, String metadata) {
		return new OffsetAndMetadata(bookmark.committedOffset(), metadata);
	}

	private record Written(Uuid topicId, long committedOffset, int partitions, long witnessOffset, int witnessEpoch,
			long witnessTimestamp, boolean initialCommits) {

		Bookmark in(String clusterId) {
			return new Bookmark(clusterId, topicId, committedOffset, partitions, witnessOffset, witnessEpoch,
					witnessTimestamp, initialCommits, "");
		}

	}

	private static Cluster named(String clusterId) {
		return new Cluster(clusterId, null, 0);
	}

}
