/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.BitSet;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BinaryOperator;
import java.util.stream.IntStream;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What one consumer's group has committed, and what it has told about it in bookmarks.
 */
final class GroupCommits {

	private static final Logger logger = LoggerFactory.getLogger(GroupCommits.class);

	/**
	 * A coordinator may be away for a while; an admin client that is alone in the dark
	 * may stay there.
	 */
	private static final long UNTIL_CONSUMER_ASKS = TimeUnit.SECONDS.toNanos(15);

	private final Consumer<?, ?> client;

	private final @Nullable String groupId;

	private final ClusterId clusterId;

	private final GroupMemory memory;

	private final TopicLookup lookup;

	private final EvidenceBudget budget;

	private final PartitionStates states;

	/**
	 * The topics in which this consumer has started partitions that had no commit, and
	 * have none so far.
	 */
	private final Map<TopicPartition, StartedIn> startedWithout = new HashMap<>();

	private record StartedIn(String cluster, Uuid topicId) {
	}

	/** Whose commits are being asked for once more. */
	private Set<TopicPartition> askedAgain = Set.of();

	/** Served by the coordinator although there was a later one. */
	private final Map<TopicPartition, OffsetAndMetadata> older = new HashMap<>();

	/** When questions began to be asked in vain, 0 if they are not. */
	private long unansweredSince;

	private boolean told;

	/** Whether the consumer had to ask last time. */
	private boolean consumerAsks;

	GroupCommits(Consumer<?, ?> client, @Nullable String groupId, ClusterId clusterId, GroupMemory memory,
			TopicLookup lookup, EvidenceBudget budget, PartitionStates states) {
		this.client = client;
		this.groupId = groupId;
		this.clusterId = clusterId;
		this.memory = memory;
		this.lookup = lookup;
		this.budget = budget;
		this.states = states;
	}

	/**
	 * The commits of partitions, with the metadata that brokers have.
	 * @param wait how long to wait for an admin client's answer
	 * @return {@code null} for a partition without a commit; a partition that is missing
	 * could not be told about
	 * @throws TimeoutException if there is no answer yet
	 */
	Map<TopicPartition, @Nullable OffsetAndMetadata> of(Set<TopicPartition> partitions, Duration wait) {
		return of(partitions, true, wait);
	}

	/**
	 * The commits of partitions of which only the bookmarks matter, as {@link #of} has
	 * them: those that transactions are about to replace, too.
	 */
	Map<TopicPartition, @Nullable OffsetAndMetadata> ofOthers(Set<TopicPartition> partitions, Duration wait) {
		return of(partitions, false, wait);
	}

	/**
	 * From now on the same are asked for anew.
	 */
	void forgetOthers(Set<TopicPartition> partitions) {
		if (groupId != null) {
			lookup.forgetCommits(new CommitQuery.Question(groupId, Set.copyOf(partitions), false));
		}
	}

	private Map<TopicPartition, @Nullable OffsetAndMetadata> of(Set<TopicPartition> partitions, boolean stable,
			Duration wait) {
		if (groupId == null) {
			Map<TopicPartition, @Nullable OffsetAndMetadata> none = new HashMap<>();
			partitions.forEach((partition) -> none.put(partition, null));
			return none;
		}
		boolean lastTry = unansweredSince != 0 && System.nanoTime() - unansweredSince > UNTIL_CONSUMER_ASKS;
		Reply<Map<TopicPartition, @Nullable OffsetAndMetadata>> reply = lookup.commits(
				new CommitQuery.Question(groupId, Set.copyOf(partitions), stable), lastTry ? wait.dividedBy(2) : wait);
		if (reply instanceof Reply.Answered<Map<TopicPartition, @Nullable OffsetAndMetadata>> answered) {
			unansweredSince = 0;
			consumerAsks = false;
			return answered.value();
		}
		if (reply instanceof Reply.Refused<?> refused) {
			return askConsumer(groupId, partitions, budget.left(), refused.reason());
		}
		if (lastTry) {
			return askConsumer(groupId, partitions, budget.left().dividedBy(2), "no answer");
		}
		unansweredSince = (unansweredSince != 0) ? unansweredSince : System.nanoTime();
		throw new TimeoutException("No commits of group %s in time".formatted(groupId));
	}

	private Map<TopicPartition, @Nullable OffsetAndMetadata> askConsumer(String group, Set<TopicPartition> partitions,
			Duration timeout, String reason) {
		if (!told) {
			told = true;
			logger.warn("Group {} cannot be asked for its commits by an admin client, so the consumer asks: {}", group,
					reason);
		}
		consumerAsks = true;
		states.commitsRead();
		return new HashMap<>(client.committed(partitions, timeout));
	}

	/**
	 * Whether the consumer itself had to ask for commits, which an admin client could
	 * not.
	 */
	boolean isAskedByConsumer() {
		return consumerAsks;
	}

	/**
	 * The commits of partitions as {@link #of} has them, asked for once more.
	 * @param timeout how long to wait
	 */
	Map<TopicPartition, @Nullable OffsetAndMetadata> again(Set<TopicPartition> partitions, Duration timeout) {
		String group = Objects.requireNonNull(groupId);
		if (consumerAsks) {
			return new HashMap<>(client.committed(partitions, timeout));
		}
		CommitQuery.Question question = new CommitQuery.Question(group, Set.copyOf(partitions), true);
		if (!askedAgain.equals(partitions)) {
			lookup.forgetCommits(question);
			askedAgain = Set.copyOf(partitions);
		}
		if (lookup.commits(question,
				timeout) instanceof Reply.Answered<Map<TopicPartition, @Nullable OffsetAndMetadata>> answered) {
			askedAgain = Set.of();
			lookup.forgetCommits(question);
			return answered.value();
		}
		throw new TimeoutException("No commits of group %s in time".formatted(group));
	}

	@Nullable Bookmark bookmark(OffsetAndMetadata commit) {
		Cluster cluster = clusterId.known();
		return (cluster != null) ? Bookmark.in(commit, cluster) : null;
	}

	/**
	 * Whether this process knows of commits of the group's, be it in a topic that is
	 * gone.
	 */
	boolean isKnown(TopicPartition partition) {
		return entry(partition) != null;
	}

	/**
	 * Whether somebody else has made a commit on purpose: it lacks the bookmark that this
	 * process has put into its own.
	 */
	boolean isOnPurpose(TopicPartition partition, OffsetAndMetadata commit) {
		GroupMemory.Entry entry = entry(partition);
		return entry != null && entry.marked() && bookmark(commit) == null;
	}

	/**
	 * What was known about a partition when it was committed.
	 */
	Remembered remembered(TopicPartition partition, OffsetAndMetadata commit) {
		Bookmark bookmark = bookmark(commit);
		if (bookmark != null) {
			return new Remembered(partition.partition(), commit.offset(), bookmark.partitions(),
					bookmark.initialCommits(), bookmark.topicId(), bookmark.witnessTimestamp());
		}
		GroupMemory.Entry entry = entry(partition);
		// A commit without the bookmark that this process has put into it is another one,
		// which was made on purpose.
		return (entry != null && entry.offset() == commit.offset() && !entry.marked())
				? new Remembered(partition.partition(), commit.offset(), -1, false, entry.topicId(), entry.timestamp())
				: new Remembered(partition.partition(), commit.offset(), -1, false, null, -1);
	}

	/**
	 * What is known about partitions without a commit: from this process, and from the
	 * bookmarks in other commits of the group on the same topics.
	 */
	Map<TopicPartition, Remembered> rememberedWithoutCommit(Set<TopicPartition> missing,
			Map<TopicPartition, OffsetAndMetadata> others) {
		Map<String, Bookmark> bookmarks = bookmarks(others);
		Map<TopicPartition, Remembered> remembered = new HashMap<>();
		missing.forEach((partition) -> {
			Remembered now = remembered(partition, entry(partition), bookmarks.get(partition.topic()));
			Evidence before = held(partition);
			remembered.put(partition, (before != null && before.position() < 0) ? now.and(before.remembered()) : now);
		});
		return remembered;
	}

	/**
	 * The bookmark that knows most about each topic: one that knows of all partitions
	 * that they had a commit, before one that only counted them; then the one that
	 * counted most.
	 */
	private Map<String, Bookmark> bookmarks(Map<TopicPartition, OffsetAndMetadata> commits) {
		Comparator<Bookmark> knowledge = Comparator.comparing(Bookmark::initialCommits)
			.thenComparing(Bookmark::partitions);
		Map<String, Bookmark> bookmarks = new HashMap<>();
		commits.forEach((partition, commit) -> {
			Bookmark bookmark = bookmark(commit);
			if (bookmark != null) {
				bookmarks.merge(partition.topic(), bookmark, BinaryOperator.maxBy(knowledge));
			}
		});
		return bookmarks;
	}

	/**
	 * What this consumer's bookmarks are to say about how many partitions topics have:
	 * that all of them have a commit, if so; else what the group's bookmarks knew when
	 * that was so, or before those without one were added; else how many there are.
	 * @param names the topics
	 * @param topics what is known of them, and told in bookmarks
	 * @param commits all commits of the group on them
	 */
	void cover(Set<String> names, Topics topics, Map<TopicPartition, OffsetAndMetadata> commits) {
		Map<String, Bookmark> bookmarks = bookmarks(commits);
		for (String topic : names) {
			int partitions = topics.known(topic).partitions();
			BitSet missing = new BitSet();
			IntStream.range(0, partitions)
				.filter((partition) -> !commits.containsKey(new TopicPartition(topic, partition)))
				.forEach(missing::set);
			topics.cover(topic,
					coverage(partitions, missing, bookmarks.get(topic), topics.coverage(topic).partitions()), missing);
		}
	}

	private static Topics.Coverage coverage(int partitions, BitSet missing, @Nullable Bookmark before, int counted) {
		if (partitions > 0 && missing.isEmpty()) {
			return new Topics.Coverage(partitions, true);
		}
		if (before != null && before.initialCommits()) {
			return new Topics.Coverage(before.partitions(), true);
		}
		int most = (before != null) ? Math.max(before.partitions(), counted) : counted;
		boolean hasGrown = most > 0 && missing.nextSetBit(most) >= 0;
		return new Topics.Coverage(hasGrown ? most : partitions, false);
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
	 * Partitions without a commit were started. If the consumer gets them again before it
	 * has committed, the topic may be another one by then.
	 */
	void startedWithout(Set<TopicPartition> partitions, Topics topics) {
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
	 * Numbers what is sent or seen now, for {@link #remember}. Thread-safe.
	 */
	long order() {
		return memory.order();
	}

	/**
	 * Takes note of commits that the group has.
	 */
	void remember(Map<TopicPartition, OffsetAndMetadata> commits, Topics topics, PartitionStates states, long order) {
		remember(commits, topics, states, order, true);
	}

	/**
	 * Takes note of commits. Asks nobody. An answer may come late: what this process has
	 * sent or seen since, be it by another consumer, is what the group has.
	 * @param order when they were sent or seen, see {@link #order()}; 0 if that is only
	 * known to be long ago
	 * @param confirmed whether the group has them, or is only about to
	 */
	void remember(Map<TopicPartition, OffsetAndMetadata> commits, Topics topics, PartitionStates states, long order,
			boolean confirmed) {
		String cluster = commits.isEmpty() ? null : key();
		if (groupId == null || cluster == null) {
			return;
		}
		if (confirmed) {
			topics.committed(commits.keySet());
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
				// It may come to nothing, and the group still comes from the old topic.
				return;
			}
			// A commit in the last topic of the name says nothing about this one.
			boolean confirmedBefore = before != null && before.confirmed() && sameTopic;
			CommitHistory history = (before != null && sameTopic) ? before.history() : new CommitHistory();
			if (confirmed) {
				history.add(commit, witness);
			}
			memory.remember(cluster, groupId, partition,
					new GroupMemory.Entry(commit.offset(), topicId, (witness != null) ? witness.timestamp() : -1,
							confirmed || confirmedBefore, Bookmark.isOne(commit.metadata()), history, order));
		});
	}

	/**
	 * The topic that was committed in. Of a partition that was given up since, the topic
	 * may be another one by now.
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
	 * What this process knows to be committed later than a commit that the coordinator
	 * serves. Only a commit with a bookmark is known again: one without was made on
	 * purpose, by somebody else.
	 * @return {@code null} if nothing is known for sure
	 */
	CommitHistory.@Nullable Latest laterThan(TopicPartition partition, OffsetAndMetadata commit) {
		GroupMemory.Entry entry = entry(partition);
		CommitHistory.Latest latest = (entry != null && bookmark(commit) != null) ? entry.history().laterThan(commit)
				: null;
		if (latest != null) {
			older.put(partition, commit);
		}
		return latest;
	}

	/**
	 * The older commit is where the group goes on, and its latest from now on.
	 */
	void believe(TopicPartition partition) {
		GroupMemory.Entry entry = entry(partition);
		OffsetAndMetadata commit = older.remove(partition);
		Bookmark bookmark = (commit != null) ? bookmark(commit) : null;
		if (entry != null && commit != null && bookmark != null) {
			entry.history().add(commit, bookmark.witness());
		}
	}

	/**
	 * The group has left a topic whose name another one has by now. No commit counts as
	 * one in the old topic any more; as long as there is none in the new one, it is still
	 * known that the group comes from the old. That a group has never committed is of no
	 * concern to its other consumers.
	 * @param evidence what shows that it is another topic
	 */
	void leave(TopicPartition partition, Evidence evidence) {
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
	 * A partition is held: what was established about it outlives its assignment, and
	 * only grows.
	 */
	void hold(TopicPartition partition, Evidence evidence) {
		String cluster = key();
		if (groupId != null && cluster != null) {
			memory.hold(cluster, groupId, partition, evidence);
		}
	}

	/**
	 * What a partition is held for, or was when it was taken away.
	 */
	@Nullable Evidence held(TopicPartition partition) {
		String cluster = key();
		return (groupId != null && cluster != null) ? memory.held(cluster, groupId, partition) : null;
	}

	/**
	 * It was decided where a partition goes on.
	 */
	void release(TopicPartition partition) {
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
