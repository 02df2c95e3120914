/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.memory;

import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.evidence.RecordIdentity;
import dev.holdfast.kafka.offsetguard.evidence.Remembered;
import dev.holdfast.kafka.offsetguard.internal.cluster.Cluster;
import dev.holdfast.kafka.offsetguard.internal.lookup.ClusterId;
import dev.holdfast.kafka.offsetguard.internal.lookup.Topics;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionState;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionStates;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * What this process and the group's bookmarks know of the group's commits. Belongs to the
 * consumer's thread, except for methods that are marked as thread-safe.
 */
public final class CommitMemory {

	private final @Nullable String groupId;

	private final ClusterId clusterId;

	private final GroupMemory memory;

	private final BookmarkReader bookmarks;

	private final Coverage coverage;

	private final Topics topics;

	private final PartitionStates states;

	/**
	 * The topics of partitions that this consumer has started without a commit, and that
	 * have none so far.
	 */
	private final Map<TopicPartition, StartedIn> startedWithout = new HashMap<>();

	private record StartedIn(String cluster, Uuid topicId) {
	}

	/** What the coordinator has served although there was a later commit. */
	private final Map<TopicPartition, OffsetAndMetadata> older = new HashMap<>();

	public CommitMemory(@Nullable String groupId, ClusterId clusterId, GroupMemory memory, BookmarkReader bookmarks,
			Coverage coverage, Topics topics, PartitionStates states) {
		this.groupId = groupId;
		this.clusterId = clusterId;
		this.memory = memory;
		this.bookmarks = bookmarks;
		this.coverage = coverage;
		this.topics = topics;
		this.states = states;
	}

	/**
	 * Whether this process knows of commits of the group's, even of one in a topic that
	 * is gone.
	 */
	public boolean isKnown(TopicPartition partition) {
		return entry(partition) != null;
	}

	/**
	 * The group's last commit, as far as this process knows it.
	 * @return the offset, -1 if it knows none
	 */
	public long committedOffset(TopicPartition partition) {
		GroupMemory.Entry entry = entry(partition);
		return (entry != null) ? entry.offset() : -1;
	}

	/**
	 * The group's last commit that was seen to succeed. Thread-safe.
	 * @return the offset, -1 if there was none
	 */
	public long confirmedOffset(TopicPartition partition) {
		GroupMemory.Entry entry = entry(partition);
		return (entry != null) ? entry.history().latestOffset() : -1;
	}

	/**
	 * Whether another process has made a commit on purpose, such as an operator's tool:
	 * it lacks the bookmark that this process has put into its own.
	 */
	public boolean isOnPurpose(TopicPartition partition, OffsetAndMetadata commit) {
		GroupMemory.Entry entry = entry(partition);
		return entry != null && entry.marked() && bookmarks.in(commit) == null;
	}

	/**
	 * What was known about a partition at the time of a commit.
	 */
	public Remembered remembered(TopicPartition partition, OffsetAndMetadata commit) {
		Bookmark bookmark = bookmarks.in(commit);
		if (bookmark != null) {
			return new Remembered(partition.partition(), commit.offset(), bookmark.partitions(),
					bookmark.initialCommits(), bookmark.topicId(), bookmark.witnessTimestamp());
		}
		GroupMemory.Entry entry = entry(partition);
		// A commit without the bookmark that this process has put into its own is another
		// one, made on purpose.
		return (entry != null && entry.offset() == commit.offset() && !entry.marked())
				? new Remembered(partition.partition(), commit.offset(), -1, false, entry.topicId(), entry.timestamp())
				: new Remembered(partition.partition(), commit.offset(), -1, false, null, -1);
	}

	/**
	 * What is known about partitions without a commit: from this process, and from the
	 * bookmarks in other commits of the group on the same topics.
	 */
	public Map<TopicPartition, Remembered> rememberedWithoutCommit(Set<TopicPartition> missing,
			Map<TopicPartition, OffsetAndMetadata> others) {
		Map<String, Bookmark> byTopic = bookmarks.byTopic(others);
		Map<TopicPartition, Remembered> remembered = new HashMap<>();
		missing.forEach((partition) -> {
			Remembered now = remembered(partition, entry(partition), byTopic.get(partition.topic()));
			Evidence before = held(partition);
			remembered.put(partition, (before != null && before.position() < 0) ? now.and(before.remembered()) : now);
		});
		return remembered;
	}

	private Remembered remembered(TopicPartition partition, GroupMemory.@Nullable Entry entry,
			@Nullable Bookmark bookmark) {
		Uuid topicId = (entry != null) ? entry.topicId() : startedIn(partition);
		if (topicId == null && bookmark != null) {
			topicId = bookmark.topicId();
		}
		return new Remembered(partition.partition(), (entry != null && entry.confirmed()) ? entry.offset() : -1,
				(bookmark != null) ? bookmark.partitions() : -1, bookmark != null && bookmark.initialCommits(), topicId,
				(entry != null) ? entry.timestamp() : -1);
	}

	/**
	 * Takes note of partitions that start without a commit. If the consumer gets them
	 * again before it has committed, the topic may be another one by then.
	 */
	public void startedWithout(Set<TopicPartition> partitions) {
		String cluster = key();
		for (TopicPartition partition : partitions) {
			Uuid topicId = topics.id(partition.topic());
			if (cluster != null && topicId != null && entry(partition) == null) {
				startedWithout.put(partition, new StartedIn(cluster, topicId));
			}
		}
	}

	private @Nullable Uuid startedIn(TopicPartition partition) {
		StartedIn started = startedWithout.get(partition);
		return (started != null && started.cluster.equals(key())) ? started.topicId : null;
	}

	/**
	 * Numbers what this process sends or sees now, for {@link #remember}. Thread-safe.
	 */
	public long order() {
		return memory.order();
	}

	/**
	 * Takes note of commits that are about to be sent: from now on, the coordinator may
	 * serve them.
	 * @param order when, see {@link #order()}
	 */
	public void sending(Map<TopicPartition, OffsetAndMetadata> commits, long order) {
		commits.forEach((partition, commit) -> {
			GroupMemory.Entry entry = entry(partition);
			if (entry != null) {
				entry.history().sending(commit, order);
			}
		});
	}

	/**
	 * Takes note of commits that the group has.
	 */
	public void remember(Map<TopicPartition, OffsetAndMetadata> commits, long order) {
		remember(commits, order, true);
	}

	/**
	 * Takes note of commits, without asking brokers. An answer may come late: then what a
	 * consumer of this process has sent or seen since is what the group has.
	 * @param order when they were sent or seen, see {@link #order()}; 0 if that was some
	 * unknown time ago
	 * @param confirmed whether the group has them, or is only about to have them
	 */
	public void remember(Map<TopicPartition, OffsetAndMetadata> commits, long order, boolean confirmed) {
		String cluster = commits.isEmpty() ? null : key();
		if (groupId == null || cluster == null) {
			return;
		}
		if (confirmed) {
			coverage.committed(commits.keySet());
			if (!startedWithout.isEmpty()) {
				startedWithout.keySet().removeAll(commits.keySet());
			}
		}
		commits.forEach((partition, commit) -> {
			PartitionState state = states.find(partition);
			RecordIdentity witness = (state != null) ? state.delivered().witnessBelow(commit.offset()) : null;
			GroupMemory.Entry before = memory.find(cluster, groupId, partition);
			if (before != null && before.order() > order) {
				if (confirmed && before.offset() == commit.offset()) {
					memory.remember(cluster, groupId, partition, before.confirm());
				}
				return;
			}
			Uuid topicId = topicId(state, topics.id(partition.topic()), before, commit);
			boolean sameTopic = before == null || Objects.equals(before.topicId(), topicId);
			if (!confirmed && !sameTopic && before != null && before.topicId() != null) {
				// The commit may fail, and the group still comes from the old topic.
				return;
			}
			// A commit in the last topic of the name says nothing about this one.
			boolean confirmedBefore = before != null && before.confirmed() && sameTopic;
			CommitHistory history = (before != null && sameTopic) ? before.history() : new CommitHistory();
			if (confirmed) {
				history.add(commit, witness, order);
			}
			memory.remember(cluster, groupId, partition,
					new GroupMemory.Entry(commit.offset(), topicId, (witness != null) ? witness.timestamp() : -1,
							confirmed || confirmedBefore, Bookmark.isOne(commit.metadata()), history, order));
		});
	}

	/**
	 * The topic that the commit was made in. If the consumer has given the partition up
	 * since, the topic of that name may be another one by now.
	 */
	private static @Nullable Uuid topicId(@Nullable PartitionState state, @Nullable Uuid known,
			GroupMemory.@Nullable Entry before, OffsetAndMetadata commit) {
		if (state == null) {
			return (before != null) ? before.topicId() : null;
		}
		Uuid topicId = (state.topicId() != null) ? state.topicId() : known;
		boolean same = before != null && before.offset() == commit.offset();
		return (topicId == null && before != null && same) ? before.topicId() : topicId;
	}

	/**
	 * The commit that this process knows to be later than one that the coordinator
	 * serves. Only a commit with a bookmark counts: one without was made on purpose, by
	 * another process.
	 * @return {@code null} if this process knows of none for sure
	 */
	public CommitHistory.@Nullable Latest laterThan(TopicPartition partition, OffsetAndMetadata commit) {
		GroupMemory.Entry entry = entry(partition);
		CommitHistory.Latest latest = (entry != null && bookmarks.in(commit) != null)
				? entry.history().laterThan(commit) : null;
		if (latest != null) {
			older.put(partition, commit);
		}
		return latest;
	}

	/**
	 * Takes the older commit for the group's latest from now on: the group goes on there.
	 */
	public void believe(TopicPartition partition) {
		GroupMemory.Entry entry = entry(partition);
		OffsetAndMetadata commit = older.remove(partition);
		Bookmark bookmark = (commit != null) ? bookmarks.in(commit) : null;
		if (entry != null && commit != null && bookmark != null) {
			entry.history().add(commit, bookmark.witness(), memory.order());
		}
	}

	/**
	 * The group leaves a topic whose name another topic has by now. Its commits in the
	 * old topic no longer count. Until it commits in the new one, this memory still knows
	 * that the group comes from the old. If the group has never committed, only this
	 * consumer takes note.
	 * @param evidence shows that it is another topic
	 */
	public void leave(TopicPartition partition, Evidence evidence) {
		String cluster = key();
		Uuid topicId = evidence.topicId();
		if (cluster != null && topicId != null && startedWithout.containsKey(partition)) {
			startedWithout.put(partition, new StartedIn(cluster, topicId));
		}
		boolean isCommitted = isKnown(partition) || evidence.remembered().committedOffset() >= 0;
		if (isCommitted && groupId != null && cluster != null) {
			memory.remember(cluster, groupId, partition, new GroupMemory.Entry(-1, evidence.remembered().topicId(), -1,
					false, false, new CommitHistory(), memory.order()));
		}
	}

	/**
	 * Keeps what the guard has established about a held partition, beyond its assignment.
	 */
	public void hold(TopicPartition partition, Evidence evidence) {
		String cluster = key();
		if (groupId != null && cluster != null) {
			memory.hold(cluster, groupId, partition, evidence);
		}
	}

	/**
	 * What the guard holds a partition for, or held it for when it was taken away.
	 */
	public @Nullable Evidence held(TopicPartition partition) {
		String cluster = key();
		return (groupId != null && cluster != null) ? memory.held(cluster, groupId, partition) : null;
	}

	/**
	 * Forgets what a partition was held for: the guard has decided where it goes on.
	 */
	public void release(TopicPartition partition) {
		String cluster = key();
		if (groupId != null && cluster != null) {
			memory.release(cluster, groupId, partition);
		}
	}

	private @Nullable String key() {
		Cluster cluster = clusterId.known();
		return (cluster != null) ? cluster.key() : null;
	}

	private GroupMemory.@Nullable Entry entry(TopicPartition partition) {
		String cluster = key();
		return (groupId != null && cluster != null) ? memory.find(cluster, groupId, partition) : null;
	}

}
