/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * A cluster as far as it can be told from others. Equal ids prove nothing alone: all
 * brokers that start from an image without an id of their own have the same one. So the
 * id of the topic in which the cluster keeps its groups' offsets belongs to it (topic ids
 * are never used twice, KIP-516), or else the brokers' addresses.
 *
 * @param id the cluster's id, {@code null} where brokers have none
 * @param offsetsTopicId the id of {@code __consumer_offsets}, {@code null} if brokers do
 * not tell it
 * @param lineage the number under which {@link KnownClusters} has it
 */
record Cluster(@Nullable String id, @Nullable Uuid offsetsTopicId, long lineage) {

	/** The id of every cluster whose images were given none. */
	private static final String IMAGES_DEFAULT_ID = "5L6g3nShT-eMCtK--X86sw";

	private static final int MARK_LENGTH = 5;

	/**
	 * What this process may remember facts about the cluster by.
	 * @return the key, {@code null} where nothing is known of the cluster
	 */
	@Nullable String key() {
		return (id != null) ? id + '/' + lineage : null;
	}

	/**
	 * Tells clusters of one id apart, in bookmarks.
	 * @return a few characters, none if nothing is known
	 */
	String mark() {
		return (offsetsTopicId != null) ? offsetsTopicId.toString().substring(0, MARK_LENGTH) : "";
	}

	static boolean isMark(String text) {
		return text.length() == MARK_LENGTH && Bookmark.isPlain(text);
	}

	/**
	 * Whether a bookmark was written in this cluster.
	 * @param clusterId the bookmark's cluster id, shortened as {@link Bookmark} does
	 * @param mark the bookmark's mark, empty if it has none
	 */
	boolean hasWritten(String clusterId, String mark) {
		if (id == null || !clusterId.equals(Bookmark.shortened(id))) {
			return false;
		}
		String own = mark();
		return (own.isEmpty() || mark.isEmpty()) ? !id.equals(IMAGES_DEFAULT_ID) : own.equals(mark);
	}

}
