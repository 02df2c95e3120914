/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.memory;

import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.function.Supplier;

import dev.holdfast.kafka.offsetguard.internal.cluster.Cluster;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Reads the bookmarks in commits. It takes only those that were written in the cluster
 * that the client is connected to.
 */
public final class BookmarkReader {

	private final Supplier<@Nullable Cluster> known;

	/** By metadata, while the guard decides where partitions start. */
	private final Map<String, Optional<Bookmark>> parsed = new HashMap<>();

	private boolean remembering;

	/**
	 * Creates it.
	 * @param known gives the cluster that the client is connected to, {@code null} if the
	 * guard does not know it yet
	 */
	public BookmarkReader(Supplier<@Nullable Cluster> known) {
		this.known = known;
	}

	/**
	 * The bookmark in a commit.
	 * @return {@code null} if there is none, or the guard does not know yet which cluster
	 * this is
	 */
	public @Nullable Bookmark in(OffsetAndMetadata commit) {
		Cluster cluster = known.get();
		if (cluster == null || !Bookmark.isOne(commit.metadata())) {
			return null;
		}
		if (!remembering) {
			return Bookmark.in(commit, cluster);
		}
		Bookmark bookmark = parsed
			.computeIfAbsent(commit.metadata(), (metadata) -> Optional.ofNullable(Bookmark.parse(metadata)))
			.orElse(null);
		return (bookmark != null && bookmark.isOf(commit, cluster)) ? bookmark : null;
	}

	/**
	 * The guard begins to decide where partitions start. It asks many times for the
	 * bookmarks in their commits, and parses each once until {@link #forget()}.
	 */
	public void remember() {
		remembering = true;
	}

	/**
	 * The guard has decided where partitions start.
	 */
	public void forget() {
		remembering = false;
		parsed.clear();
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
