/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.memory;

import java.util.BitSet;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;

import dev.holdfast.kafka.offsetguard.internal.lookup.Topics;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * How many partitions of each topic the group knows, and whether each of them has a
 * commit. The group's bookmarks tell it, and this consumer's bookmarks will. Belongs to
 * the consumer's thread.
 */
public final class Coverage {

	private final Topics topics;

	private final BookmarkReader bookmarks;

	private final Map<String, Known> known = new HashMap<>();

	/** Topics with partitions that are not known to have a commit. */
	private final Map<String, Uncovered> uncovered = new HashMap<>();

	private record Uncovered(int partitions, BitSet missing) {
	}

	public Coverage(Topics topics, BookmarkReader bookmarks) {
		this.topics = topics;
		this.bookmarks = bookmarks;
	}

	/**
	 * How many partitions of a topic the group knows.
	 *
	 * @param partitions how many, -1 if that is not known
	 * @param complete whether each of them had a commit
	 */
	public record Known(int partitions, boolean complete) {

		static final Known UNKNOWN = new Known(-1, false);

	}

	/**
	 * What the last answer about commits has told, and the commits that this consumer has
	 * made since.
	 */
	public Known of(String topic) {
		return known.getOrDefault(topic, Known.UNKNOWN);
	}

	/**
	 * Takes note of what bookmarks are to tell.
	 * @param missing the partitions without a commit; once all of these have one, the
	 * topic is covered completely
	 */
	private void cover(String topic, Known covered, BitSet missing) {
		known.put(topic, covered);
		if (missing.isEmpty()) {
			uncovered.remove(topic);
		}
		else {
			uncovered.put(topic, new Uncovered(topics.known(topic).partitions(), missing));
		}
	}

	/**
	 * The group has commits of these partitions.
	 */
	void committed(Collection<TopicPartition> partitions) {
		for (TopicPartition partition : uncovered.isEmpty() ? Set.<TopicPartition>of() : partitions) {
			Uncovered topic = uncovered.get(partition.topic());
			if (topic != null) {
				topic.missing.clear(partition.partition());
				if (topic.missing.isEmpty()) {
					cover(partition.topic(), new Known(topic.partitions, true), topic.missing);
				}
			}
		}
	}

	/**
	 * Which topics are covered completely once these partitions have a commit, too.
	 */
	public Set<String> completedBy(Set<TopicPartition> partitions) {
		if (uncovered.isEmpty()) {
			return Set.of();
		}
		Set<String> completed = new TreeSet<>();
		uncovered.forEach((name, topic) -> {
			if (topic.missing.stream()
				.allMatch((partition) -> partitions.contains(new TopicPartition(name, partition)))) {
				completed.add(name);
			}
		});
		return completed;
	}

	/**
	 * What is known of a topic once all of its partitions have a commit.
	 */
	public Known completed(String topic) {
		Uncovered completed = uncovered.get(topic);
		return (completed != null) ? new Known(completed.partitions, true) : of(topic);
	}

	/**
	 * Takes note of what this consumer's bookmarks are to say about how many partitions
	 * topics have. If all partitions have a commit, they say so. Else they repeat what
	 * the group's bookmarks said when all had one, or before those without one were
	 * added. Else they only count the partitions.
	 * @param names the topics
	 * @param commits all commits of the group on them
	 */
	public void cover(Set<String> names, Map<TopicPartition, OffsetAndMetadata> commits) {
		Map<String, Bookmark> byTopic = bookmarks.byTopic(commits);
		for (String topic : names) {
			int partitions = topics.known(topic).partitions();
			BitSet missing = new BitSet();
			IntStream.range(0, partitions)
				.filter((partition) -> !commits.containsKey(new TopicPartition(topic, partition)))
				.forEach(missing::set);
			cover(topic, known(partitions, missing, byTopic.get(topic), of(topic).partitions()), missing);
		}
	}

	private static Known known(int partitions, BitSet missing, @Nullable Bookmark before, int counted) {
		if (partitions > 0 && missing.isEmpty()) {
			return new Known(partitions, true);
		}
		if (before != null && before.initialCommits()) {
			return new Known(before.partitions(), true);
		}
		int most = (before != null) ? Math.max(before.partitions(), counted) : counted;
		boolean hasGrown = most > 0 && missing.nextSetBit(most) >= 0;
		return new Known(hasGrown ? most : partitions, false);
	}

	/**
	 * Forgets everything: the topics are those of another cluster.
	 */
	public void forgetAll() {
		known.clear();
		uncovered.clear();
	}

	public void retain(Collection<TopicPartition> assigned) {
		Set<String> names = Topics.names(assigned);
		known.keySet().retainAll(names);
		uncovered.keySet().retainAll(names);
	}

}
