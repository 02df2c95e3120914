/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.memory;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.function.BinaryOperator;

import dev.holdfast.kafka.offsetguard.internal.cluster.Cluster;
import dev.holdfast.kafka.offsetguard.internal.lookup.ClusterId;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Reads the bookmarks in commits. It takes only those that were written in the cluster
 * that the client is connected to.
 */
public final class BookmarkReader {

	private final ClusterId clusterId;

	public BookmarkReader(ClusterId clusterId) {
		this.clusterId = clusterId;
	}

	/**
	 * The bookmark in a commit.
	 * @return {@code null} if there is none, or the guard does not know yet which cluster
	 * this is
	 */
	public @Nullable Bookmark in(OffsetAndMetadata commit) {
		Cluster cluster = clusterId.known();
		return (cluster != null) ? Bookmark.in(commit, cluster) : null;
	}

	/**
	 * The bookmark that knows most about each topic. One that says that all partitions
	 * had a commit comes before one that only counts them; then the one that counts most
	 * wins.
	 */
	Map<String, Bookmark> byTopic(Map<TopicPartition, OffsetAndMetadata> commits) {
		Comparator<Bookmark> knowledge = Comparator.comparing(Bookmark::initialCommits)
			.thenComparing(Bookmark::partitions);
		Map<String, Bookmark> bookmarks = new HashMap<>();
		commits.forEach((partition, commit) -> {
			Bookmark bookmark = in(commit);
			if (bookmark != null) {
				bookmarks.merge(partition.topic(), bookmark, BinaryOperator.maxBy(knowledge));
			}
		});
		return bookmarks;
	}

}
