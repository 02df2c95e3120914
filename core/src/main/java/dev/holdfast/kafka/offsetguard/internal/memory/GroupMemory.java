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
 * What this process knows of commits of consumer groups, which brokers forget after a
 * while. Thread-safe.
 * <p>
 * It forgets a group an hour after the application has closed the group's last consumer
 * in this process. Where many groups are without a consumer it forgets them sooner, those
 * that have been so for longest first. It looks for them whenever the application makes,
 * polls or closes a consumer.
 */
public final class GroupMemory {

	public static final Duration UNUSED = Duration.ofHours(1);

	/** How many unused groups and partitions of theirs it keeps: some megabytes. */
	public static final int MOST_UNUSED = 10_000;

	private final Map<String, Group> groups = new ConcurrentHashMap<>();

	private final AtomicLong orders = new AtomicLong();

	private final GuardClock clock;

	private final Consumer<String> forgotten;

	/** Whether any group is without a consumer. */
	private volatile boolean anyUnused;

	private volatile long forgetAt;

	/**
	 * Creates an empty memory.
	 * @param clock tells how long a group is without a consumer
	 * @param forgotten hears of each forgotten group, on any consumer's thread
	 */
	public GroupMemory(GuardClock clock, Consumer<String> forgotten) {
		this.clock = clock;
		this.forgotten = forgotten;
	}

	private record Key(String clusterId, TopicPartition partition) {
	}

	/**
	 * What is known of a group. The lock of all groups guards the count of its consumers.
	 */
	private static final class Group {

		private final Map<Key, Entry> entries = new ConcurrentHashMap<>();

		private final Map<Key, Evidence> held = new ConcurrentHashMap<>();

		private int consumers;

		private long unusedSince;

		/** A group without commits costs something, too. */
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
	 * @param confirmed whether any commit was seen to succeed: one that a client is about
	 * to make may fail
	 * @param marked whether it had a bookmark
	 * @param history the commits that were seen to succeed
	 * @param order when it was sent or seen, see {@link #order()}
	 */
	public record Entry(long offset, @Nullable Uuid topicId, long timestamp, boolean confirmed, boolean marked,
			CommitHistory history, long order) {

		/**
		 * The same, now that the commit was seen to succeed.
		 */
		Entry confirm() {
			return new Entry(offset, topicId, timestamp, true, marked, history, order);
		}

	}

	/**
	 * Numbers what consumers of this process send and see, in their order. The answer to
	 * a commit may come after the answers to later commits of other consumers.
	 */
	long order() {
		return orders.incrementAndGet();
	}

	/**
	 * Counts a new consumer of the group.
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
	 * Counts a closed consumer of the group.
	 */
	public void leave(@Nullable String groupId) {
		Group group = (groupId != null) ? groups.get(groupId) : null;
		if (group != null) {
			synchronized (this) {
				group.consumers--;
				group.unusedSince = clock.nanoTime();
				// Looks immediately whether there are too many unused groups.
				forgetAt = group.unusedSince;
				anyUnused = true;
			}
		}
		forgetUnused();
	}

	/**
	 * Forgets groups that have long been without a consumer. Costs next to nothing most
	 * of the time.
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
	 * Keeps what the guard has established about a held partition, beyond its assignment.
	 */
	void hold(String clusterId, String groupId, TopicPartition partition, Evidence evidence) {
		Group group = groups.get(groupId);
		if (group != null) {
			group.held.put(new Key(clusterId, partition), evidence);
		}
	}

	/**
	 * What the guard holds a partition for, or held it for when it was taken away.
	 */
	@Nullable Evidence held(String clusterId, String groupId, TopicPartition partition) {
		Group group = groups.get(groupId);
		return (group == null || group.held.isEmpty()) ? null : group.held.get(new Key(clusterId, partition));
	}

	/**
	 * Forgets what a partition was held for: the guard has decided where it goes on.
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
