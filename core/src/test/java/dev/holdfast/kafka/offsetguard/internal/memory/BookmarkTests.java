/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.memory;

import java.util.List;
import java.util.Optional;

import dev.holdfast.kafka.offsetguard.evidence.RecordIdentity;
import dev.holdfast.kafka.offsetguard.internal.cluster.Cluster;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.NullSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The text of a bookmark is a format: it is read by other versions of this library.
 */
class BookmarkTests {

	private static final String CLUSTER = "MkU3OEVBNTcwNTJENDM2Qg";

	private static final Uuid TOPIC = Uuid.fromString("xtzWWN4bTjitpL3kfd9s5g");

	private static final String TEXT = "holdfast1|" + CLUSTER + "|xtzWWN4bTjitpL3kfd9s5g|5k|c|5i|7|mgj6k3cw|1";

	private static final Bookmark BOOKMARK = new Bookmark(CLUSTER, TOPIC, 200, 12, 198, 7, 1_760_000_000_000L, true,
			"");

	@Test
	void writesAndReadsItsFormat() {
		assertThat(BOOKMARK).hasToString(TEXT);
		assertThat(read(TEXT)).isEqualTo(BOOKMARK);
	}

	@Test
	void whatIsNotKnownIsEmpty() {
		Bookmark bookmark = new Bookmark(CLUSTER, null, 200, -1, -1, -1, -1, false, "");

		assertThat(bookmark).hasToString("holdfast1|" + CLUSTER + "||5k|||||0");
		assertThat(read(bookmark.toString())).isEqualTo(bookmark);
	}

	@Test
	void zeroIsKnown() {
		Bookmark bookmark = new Bookmark(CLUSTER, TOPIC, 0, 0, 0, 0, 0, true, "");

		assertThat(bookmark).hasToString("holdfast1|" + CLUSTER + "|xtzWWN4bTjitpL3kfd9s5g|0|0|0|0|0|1");
		assertThat(Bookmark.in(commit(0, bookmark.toString()), named(CLUSTER))).isEqualTo(bookmark);
		assertThat(bookmark.witness()).isEqualTo(RecordIdentity.remembered(0, 0, 0));
	}

	@Test
	void zeroTopicIdIsUnknown() {
		assertThat(new Bookmark(CLUSTER, Uuid.ZERO_UUID, 200, 1, -1, -1, -1, true, "").topicId()).isNull();
		assertThat(read(TEXT.replace("xtzWWN4bTjitpL3kfd9s5g", "AAAAAAAAAAAAAAAAAAAAAA")).topicId()).isNull();
	}

	@Test
	void isNoneAtAnotherOffsetOrInAnotherCluster() {
		assertThat(Bookmark.in(commit(199, TEXT), named(CLUSTER))).isNull();
		assertThat(Bookmark.in(commit(201, TEXT), named(CLUSTER))).isNull();
		assertThat(Bookmark.in(commit(200, TEXT), named("elsewhere"))).isNull();
		assertThat(Bookmark.in(commit(200, TEXT), named(CLUSTER.substring(1)))).isNull();
	}

	/**
	 * The same beginning counts only for the same topic in the same cluster.
	 */
	@Test
	void textsAreThoseOfEachBookmark() {
		BookmarkTexts texts = new BookmarkTexts();
		for (String cluster : List.of(CLUSTER, "elsewhere", CLUSTER)) {
			for (Uuid topicId : new Uuid[] { TOPIC, TOPIC, null, new Uuid(1, 2), TOPIC }) {
				Bookmark bookmark = new Bookmark(cluster, topicId, 35, 36, 1295, 1296, Long.MAX_VALUE, true, "");

				assertThat(texts.text("orders", bookmark)).isEqualTo(bookmark.toString());
				assertThat(texts.text("payments", bookmark)).isEqualTo(bookmark.toString());
			}
		}
	}

	@ParameterizedTest
	@NullSource
	@ValueSource(strings = { "", "holdfast1", "holdfast2|MkU3OEVBNTcwNTJENDM2Qg||5k|||||0",
			"holdfast1 MkU3OEVBNTcwNTJENDM2Qg||5k|||||0", "an application's own metadata" })
	void metadataOfOthersIsNone(String metadata) {
		assertThat(Bookmark.isOne(metadata)).isFalse();
		assertThat(read(metadata)).isNull();
	}

	@ParameterizedTest
	@ValueSource(strings = { "holdfast1|", "holdfast1|MkU3OEVBNTcwNTJENDM2Qg||5k||||0",
			"holdfast1|MkU3OEVBNTcwNTJENDM2Qg||5k||||||0", "holdfast1|MkU3OEVBNTcwNTJENDM2Qg||5k|!||||0",
			"holdfast1|MkU3OEVBNTcwNTJENDM2Qg|short|5k|||||0",
			"holdfast1|MkU3OEVBNTcwNTJENDM2Qg|not a topic's id at all|5k|||||0",
			"holdfast1|MkU3OEVBNTcwNTJENDM2Qg||5k|||zzzzzzzzzzzzzzzzzzzz||0",
			"holdfast1|MkU3OEVBNTcwNTJENDM2Qg|||||||0" })
	void brokenOnesAreNone(String metadata) {
		assertThat(Bookmark.isOne(metadata)).isTrue();
		assertThat(read(metadata)).isNull();
	}

	/**
	 * Managed services name their clusters as they like; the separator must not get in.
	 */
	@ParameterizedTest
	@ValueSource(
			strings = { "a-cluster-id-of-23-chars", "MkU3OEVBNTcwNTJENDM2QgX", "with|separator", "with space", "é" })
	void otherClusterIdsBecomeADigest(String clusterId) {
		Bookmark bookmark = new Bookmark(clusterId, TOPIC, 200, 12, 198, 7, 0, true, "");

		assertThat(bookmark.clusterId()).matches("[A-Za-z0-9_-]{22}").isNotEqualTo(clusterId);
		assertThat(Bookmark.in(commit(200, bookmark.toString()), named(clusterId))).isEqualTo(bookmark);
		assertThat(Bookmark.in(commit(200, bookmark.toString()), named(clusterId + "2"))).isNull();
	}

	/** The digest is in commits: it must not change. */
	@Test
	void digestIsTheFirstHalfOfASha256() {
		assertThat(new Bookmark("lkc-a-managed-kafka-cluster", null, 0, -1, -1, -1, -1, false, "").clusterId())
			.isEqualTo("AsllBVqB7GJmQHEn71S8yw");
	}

	@ParameterizedTest
	@ValueSource(strings = { CLUSTER, "", "lkc-1", "UPPER_and-lower" })
	void shortClusterIdsStayReadable(String clusterId) {
		assertThat(new Bookmark(clusterId, null, 0, -1, -1, -1, -1, false, "").clusterId()).isEqualTo(clusterId);
	}

	@ParameterizedTest
	@CsvSource({ "199, true", "198, false", "200, false", "-1, false" })
	void onlyTheRecordRightBeforeTheCommitTellsItsEpoch(long witnessOffset, boolean next) {
		assertThat(new Bookmark(CLUSTER, TOPIC, 200, 12, witnessOffset, 7, 0, true, "").isWitnessNextToCommit())
			.isEqualTo(next);
	}

	@Test
	void theVeryFirstRecordCanBeTheWitness() {
		assertThat(new Bookmark(CLUSTER, TOPIC, 1, 12, 0, 7, 0, true, "").isWitnessNextToCommit()).isTrue();
	}

	@Test
	void noWitnessBeforeTheFirstRecord() {
		Bookmark bookmark = new Bookmark(CLUSTER, TOPIC, 0, 12, -1, -1, -1, true, "");

		assertThat(bookmark.isWitnessNextToCommit()).isFalse();
		assertThat(bookmark.witness()).isNull();
	}

	@Test
	void witnessHasNoSizes() {
		assertThat(BOOKMARK.witness()).isEqualTo(new RecordIdentity(198, 7, 1_760_000_000_000L,
				RecordIdentity.UNKNOWN_SIZE, RecordIdentity.UNKNOWN_SIZE));
	}

	private static Bookmark read(String metadata) {
		return Bookmark.in(commit(200, metadata), named(CLUSTER));
	}

	private static OffsetAndMetadata commit(long offset, String metadata) {
		return new OffsetAndMetadata(offset, Optional.empty(), metadata);
	}

	@Test
	void clustersOfOneIdAreToldApartByTheirOffsetsTopic() {
		Uuid here = Uuid.fromString("xtzWWN4bTjitpL3kfd9s5g");
		Uuid elsewhere = Uuid.fromString("ytzWWN4bTjitpL3kfd9s5g");
		Bookmark marked = new Bookmark(CLUSTER, TOPIC, 200, 12, 198, 7, 0, true, new Cluster(CLUSTER, here, 1).mark());

		assertThat(Bookmark.in(commit(200, marked.toString()), new Cluster(CLUSTER, here, 2))).isEqualTo(marked);
		assertThat(Bookmark.in(commit(200, marked.toString()), new Cluster(CLUSTER, elsewhere, 1))).isNull();
		assertThat(Bookmark.in(commit(200, marked.toString()), named(CLUSTER))).isEqualTo(marked);
		assertThat(Bookmark.in(commit(200, TEXT), new Cluster(CLUSTER, here, 2))).isNotNull();
	}

	/** All brokers whose images were given no id have the same one. */
	@Test
	void idThatImagesHaveByDefaultProvesNothing() {
		String id = "5L6g3nShT-eMCtK--X86sw";
		Cluster known = new Cluster(id, Uuid.fromString("xtzWWN4bTjitpL3kfd9s5g"), 1);
		Bookmark unmarked = new Bookmark(id, TOPIC, 200, 12, 198, 7, 0, true, "");
		Bookmark marked = new Bookmark(id, TOPIC, 200, 12, 198, 7, 0, true, known.mark());

		assertThat(Bookmark.in(commit(200, unmarked.toString()), named(id))).isNull();
		assertThat(Bookmark.in(commit(200, unmarked.toString()), known)).isNull();
		assertThat(Bookmark.in(commit(200, marked.toString()), named(id))).isNull();
		assertThat(Bookmark.in(commit(200, marked.toString()), known)).isEqualTo(marked);
	}

	private static Cluster named(String clusterId) {
		return new Cluster(clusterId, null, 0);
	}

}
