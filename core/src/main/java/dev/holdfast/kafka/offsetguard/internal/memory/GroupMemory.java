/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.memory;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * What this process knows of commits of consumer groups: whether there was one, which
 * brokers forget after a while. Thread-safe.
 * <p>
 * A group is forgotten an hour after its last consumer in this process was closed, or
 * sooner where many are left: the one that was left first goes first. That is looked at
 * whenever a consumer is made, polled or closed.
 */
public final class GroupMemory {

	public static final Duration UNUSED = Duration.ofHours(1);

	/** Groups without a consumer and their partitions: some megabytes. */
	public static final int MOST_UNUSED = 10_000;

	private final Map<String, Group> groups = new ConcurrentHashMap<>();

	private final AtomicLong orders = new AtomicLong();

	private final GuardClock clock;

	private final Consumer<String> forgotten;

	/** Whether any group is without a consumer. */
	private volatile boolean anyUnused;

	private volatile long forgetAt;

	/**
	 * Creates it.
	 * @param clock tells how long a group is without a consumer
	 * @param forgotten told of each group that is forgotten, on any consumer's thread
	 */
	public GroupMemory(GuardClock clock, Consumer<String> forgotten) {
		this.clock = clock;
		this.forgotten = forgotten;
	}

	private record Key(String clusterId, TopicPartition partition) {
	}

	/**
	 * What is known of a group. Its consumers are counted under the lock of all groups.
	 */
	private static final class Group {

		private final Map<Key, Entry> entries = new ConcurrentHashMap<>();

		private final Map<Key, Evidence> held = new ConcurrentHashMap<>();

		private int consumers;

		private long unusedSince;

		/** One without commits costs something, too. */
		private int weight() {
			return 1 + entries.size() + held.size();
		}

	}

	/**
	 * A commit.
	 *
	 * @param offset the committed offset, -1 if the group has none in this topic
	 * @param topicId the topic's id then, {@code null} if it was not known
	 * @param timestamp the timestamp of the last record delivered before, -1 if it is not
	 * known
	 * @param confirmed whether a commit was ever seen to succeed: a client that is about
	 * to commit may fail to
	 * @param marked whether a bookmark was in it
	 * @param history the commits that were seen to succeed
	 * @param order when it was sent or seen, see {@link #order()}
	 */
	public record Entry(long offset, @Nullable Uuid topicId, long timestamp, boolean confirmed, boolean marked,
			CommitHistory history, long order) {

		/**
		 * The same, and the commit was seen to succeed.
		 */
		Entry confirm() {
			return new Entry(offset, topicId, timestamp, true, marked, history, order);
		}

	}

	/**
	 * Numbers what consumers of this process send and see, in its order: the answer to a
	 * commit may come after those to later ones of other consumers.
	 */
	long order() {
		return orders.incrementAndGet();
	}

	/**
	 * A consumer of the group was made.
	 */
	public void join(@Nullable String groupId) {
		if (groupId != null) {
			synchronized (this) {
				groups.computeIfAbsent(groupId, (key) -> new Group()).consumers++;
			}
		}
		forgetUnused();
	}

	/**
	 * A consumer of the group was closed.
	 */
	public void leave(@Nullable String groupId) {
		Group group = (groupId != null) ? groups.get(groupId) : null;
		if (group != null) {
			synchronized (this) {
				group.consumers--;
				group.unusedSince = clock.nanoTime();
				// Looks at once whether too many are left.
				forgetAt = group.unusedSince;
				anyUnused = true;
			}
		}
		forgetUnused();
	}

	/**
	 * Forgets the groups that nobody has used for long. Costs next to nothing most of the
	 * time.
	 */
	public void forgetUnused() {
		if (anyUnused && clock.nanoTime() - forgetAt >= 0) {
			forget().forEach(forgotten);
		}
	}

	private synchronized List<String> forget() {
		long now = clock.nanoTime();
		Map<String, Group> unused = new HashMap<>(groups);
		unused.values().removeIf((group) -> group.consumers > 0);
		List<String> oldestFirst = new ArrayList<>(unused.keySet());
		oldestFirst.sort(Comparator.comparingLong((groupId) -> unusedSince(unused, groupId) - now));
		int weight = unused.values().stream().mapToInt(Group::weight).sum();
		List<String> forgetting = new ArrayList<>();
		for (String groupId : oldestFirst) {
			long since = unusedSince(unused, groupId);
			if (now - since < UNUSED.toNanos() && weight <= MOST_UNUSED) {
				forgetAt = since + UNUSED.toNanos();
				break;
			}
			weight -= Objects.requireNonNull(groups.remove(groupId)).weight();
			forgetting.add(groupId);
		}
		anyUnused = forgetting.size() < oldestFirst.size();
		return forgetting;
	}

	private static long unusedSince(Map<String, Group> groups, String groupId) {
		return Objects.requireNonNull(groups.get(groupId)).unusedSince;
	}

	/**
	 * Takes note of a commit of a group that has a consumer.
	 */
	public void remember(String clusterId, String groupId, TopicPartition partition, Entry entry) {
		Group group = groups.get(groupId);
		if (group != null) {
			group.entries.put(new Key(clusterId, partition), entry);
		}
	}

	/**
	 * A partition is held: what was established about it outlives its assignment.
	 */
	void hold(String clusterId, String groupId, TopicPartition partition, Evidence evidence) {
		Group group = groups.get(groupId);
		if (group != null) {
			group.held.put(new Key(clusterId, partition), evidence);
		}
	}

	/**
	 * What a partition is held for, or was when it was taken away.
	 */
	@Nullable Evidence held(String clusterId, String groupId, TopicPartition partition) {
		Group group = groups.get(groupId);
		return (group == null || group.held.isEmpty()) ? null : group.held.get(new Key(clusterId, partition));
	}

	/**
	 * It was decided where the partition goes on.
	 */
	void release(String clusterId, String groupId, TopicPartition partition) {
		Group group = groups.get(groupId);
		if (group != null && !group.held.isEmpty()) {
			group.held.remove(new Key(clusterId, partition));
		}
	}

	public @Nullable Entry find(String clusterId, String groupId, TopicPartition partition) {
		Group group = groups.get(groupId);
		return (group != null) ? group.entries.get(new Key(clusterId, partition)) : null;
	}

	/**
	 * How many commits are known.
	 */
	public int size() {
		return groups.values().stream().mapToInt((group) -> group.entries.size()).sum();
	}

}
