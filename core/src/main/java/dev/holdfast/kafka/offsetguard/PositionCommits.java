/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;
import java.util.function.UnaryOperator;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.clients.consumer.RetriableCommitFailedException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.OffsetMetadataTooLarge;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes commits, with what the guard has to add to them: a bookmark where there is no
 * metadata of the application's, and a leader epoch where that is wanted and known. What
 * it adds never makes a commit fail.
 */
final class PositionCommits {

	private static final Logger logger = LoggerFactory.getLogger(PositionCommits.class);

	/** A client that knows only the old topic may commit in vain for a while. */
	private static final int HURRY = 4;

	private static final Duration LEAST_TIMEOUT = Duration.ofMillis(500);

	private final Consumer<?, ?> client;

	private final ClientConfiguration configuration;

	private final OffsetGuardSettings settings;

	private final ClusterId clusterId;

	private final PartitionStates states;

	private final Topics topics;

	private final GroupCommits commits;

	private final EvidenceBudget budget;

	private boolean tooLarge;

	private boolean committingFirst;

	private boolean used;

	private final LatestCommits latest = new LatestCommits();

	private final BookmarkTexts texts = new BookmarkTexts();

	/** To be thrown yet. */
	private final Queue<RuntimeException> callbackFailures = new ArrayDeque<>();

	/** Last thrown through the client. */
	private @Nullable RuntimeException thrownByCallback;

	PositionCommits(Consumer<?, ?> client, ClientConfiguration configuration, OffsetGuardSettings settings,
			ClusterId clusterId, PartitionStates states, Topics topics, GroupCommits commits, EvidenceBudget budget) {
		this.client = client;
		this.configuration = configuration;
		this.settings = settings;
		this.clusterId = clusterId;
		this.states = states;
		this.topics = topics;
		this.commits = commits;
		this.budget = budget;
	}

	/**
	 * Commits and waits.
	 * @param timeout how long, {@code null} for the client's own timeout
	 */
	void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets, @Nullable Duration timeout) {
		latest.overtake(offsets.keySet());
		Map<TopicPartition, OffsetAndMetadata> marked = mark(offsets, true);
		try {
			send(marked, timeout);
		}
		catch (OffsetMetadataTooLarge ex) {
			if (ex == thrownByCallback || !isMarked(marked, offsets)) {
				throw ex;
			}
			send(mark(offsets, false), timeout);
			giveUpBookmarks();
		}
		commits.remember(offsets, topics, states);
	}

	private void send(Map<TopicPartition, OffsetAndMetadata> offsets, @Nullable Duration timeout) {
		if (timeout != null) {
			client.commitSync(offsets, timeout);
		}
		else {
			client.commitSync(offsets);
		}
	}

	/**
	 * A commit that nobody waits for.
	 *
	 * @param committable leaves of it what may be committed just now: asked once more
	 * where it has to be sent again
	 * @param callback told of the offsets as they were given
	 * @param ticket its name
	 */
	private record AsyncCommit(UnaryOperator<Map<TopicPartition, OffsetAndMetadata>> committable,
			@Nullable OffsetCommitCallback callback, LatestCommits.Ticket ticket) {
	}

	/**
	 * Commits without waiting.
	 * @param given what is to be committed
	 * @see AsyncCommit
	 */
	void commitAsync(Map<TopicPartition, OffsetAndMetadata> given,
			UnaryOperator<Map<TopicPartition, OffsetAndMetadata>> committable,
			@Nullable OffsetCommitCallback callback) {
		// Applications go on using their map.
		Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>(given);
		send(new AsyncCommit(committable, callback, latest.make(offsets.keySet())), offsets, 0);
	}

	/**
	 * Sends it.
	 * @param refused how many offsets were refused with bookmarks, 0 before any was sent
	 */
	private void send(AsyncCommit commit, Map<TopicPartition, OffsetAndMetadata> given, int refused) {
		Map<TopicPartition, OffsetAndMetadata> offsets = commit.committable.apply(given);
		Map<TopicPartition, OffsetAndMetadata> marked = mark(offsets, refused == 0);
		Map<TopicPartition, Uuid> sentIn = topicIds(offsets.keySet());
		client.commitAsync(marked, (committed, failure) -> {
			if (refused == 0 && failure instanceof OffsetMetadataTooLarge && isMarked(marked, offsets)) {
				sendAgain(commit, offsets, failure);
				return;
			}
			latest.forget(commit.ticket, given.keySet());
			if (failure == null) {
				if (refused > 0 && refused == offsets.size()) {
					giveUpBookmarks();
				}
				Map<TopicPartition, OffsetAndMetadata> known = new HashMap<>(offsets);
				known.keySet().removeIf((partition) -> isElsewhere(partition, sentIn.get(partition)));
				commits.remember(known, topics, states);
			}
			// The async client tells of no offsets where it was given none.
			complete(commit, (committed != null || failure == null) ? offsets : null, failure);
		});
	}

	/**
	 * Sends a commit again whose bookmarks were refused, but for what has been committed
	 * since: clients do not repeat such commits either.
	 */
	private void sendAgain(AsyncCommit commit, Map<TopicPartition, OffsetAndMetadata> offsets, Exception refused) {
		Map<TopicPartition, OffsetAndMetadata> left = latest.notOvertaken(commit.ticket, offsets);
		if (left.isEmpty()) {
			complete(commit, offsets, new RetriableCommitFailedException(
					"Other offsets were committed meanwhile, or the partitions taken away", refused));
		}
		else {
			send(commit, left, offsets.size());
		}
	}

	private void complete(AsyncCommit commit, @Nullable Map<TopicPartition, OffsetAndMetadata> offsets,
			@Nullable Exception failure) {
		if (commit.callback != null) {
			call(commit.callback, offsets, failure);
		}
		else if (failure != null) {
			logger.error("Could not commit {}: {}", offsets, failure.toString());
		}
	}

	/**
	 * What was committed of these partitions is not to be sent again: the application has
	 * committed anew, were it held back, or they are somebody else's.
	 */
	void overtake(Collection<TopicPartition> partitions) {
		latest.overtake(partitions);
	}

	/**
	 * A commit of all partitions is made.
	 */
	void overtakeAll() {
		latest.overtakeAll();
	}

	/**
	 * Clients call back within any commit that waits, this guard's own too: what the
	 * application's callback throws is not that one's failure.
	 */
	void call(OffsetCommitCallback callback, @Nullable Map<TopicPartition, OffsetAndMetadata> offsets,
			@Nullable Exception failure) {
		try {
			callback.onComplete(offsets, failure);
		}
		catch (RuntimeException ex) {
			if (!committingFirst) {
				thrownByCallback = ex;
				throw ex;
			}
			callbackFailures.add(ex);
		}
	}

	/**
	 * Throws what a callback of the application has thrown meanwhile: one at a time, as
	 * clients do.
	 */
	void throwCallbackFailure() {
		RuntimeException failure = callbackFailures.poll();
		if (failure != null) {
			throw failure;
		}
	}

	/**
	 * A commit that was on its way while the decision was made may have found the new
	 * topic, and is no commit in it.
	 */
	private boolean isElsewhere(TopicPartition partition, @Nullable Uuid sentIn) {
		PartitionState state = states.find(partition);
		return state != null && sentIn != null && !sentIn.equals(topicId(partition, state));
	}

	private Map<TopicPartition, Uuid> topicIds(Set<TopicPartition> partitions) {
		Map<TopicPartition, Uuid> ids = new HashMap<>();
		for (TopicPartition partition : partitions) {
			Uuid id = topicId(partition, states.find(partition));
			if (id != null) {
				ids.put(partition, id);
			}
		}
		return ids;
	}

	private @Nullable Uuid topicId(TopicPartition partition, @Nullable PartitionState state) {
		return (state != null && state.topicId() != null) ? state.topicId() : topics.id(partition.topic());
	}

	/**
	 * The application has polled, or committed: from now on the guard may, too.
	 */
	void used() {
		used = true;
	}

	/**
	 * Commits where partitions start that had no commit, so that a later lack of one is a
	 * loss.
	 * @return whether it was committed
	 */
	boolean commitInitial(Map<TopicPartition, Long> positions) {
		return isCommitting() && commitFirst(offsets(positions), budget.left());
	}

	private static Map<TopicPartition, OffsetAndMetadata> offsets(Map<TopicPartition, Long> positions) {
		Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
		positions.forEach((partition, offset) -> offsets.put(partition, new OffsetAndMetadata(offset)));
		return offsets;
	}

	/**
	 * Commits where partitions go on whose topic turned out to be another one. What the
	 * client has sent before, as a commit in the old one, is overwritten: the next
	 * consumer could not tell it from one in the new topic.
	 */
	void commitRecreated(Map<TopicPartition, Long> positions) {
		if (used && isAllowedToCommit() && !positions.isEmpty()) {
			try (EvidenceBudget.Spending spending = budget.spend()) {
				Duration share = budget.left().dividedBy(HURRY);
				commitFirst(offsets(positions), (share.compareTo(LEAST_TIMEOUT) < 0) ? LEAST_TIMEOUT : share);
			}
		}
	}

	/**
	 * Commits the same offsets anew, before anything is delivered.
	 * @param offsets the offsets, with the metadata that they have
	 */
	void commitAgain(Map<TopicPartition, OffsetAndMetadata> offsets) {
		if (used && isCommitting() && !offsets.isEmpty()) {
			commitFirst(withoutBookmarks(offsets), budget.left());
		}
	}

	/**
	 * Whether the guard commits anything where the application would not.
	 */
	boolean isCommitting() {
		return isAllowedToCommit() && !configuration.autoCommit();
	}

	private boolean isAllowedToCommit() {
		return settings.commits().initialPosition() && !settings.isObserving() && configuration.groupId() != null;
	}

	private boolean commitFirst(Map<TopicPartition, OffsetAndMetadata> offsets, Duration timeout) {
		committingFirst = true;
		try {
			commitSync(offsets, timeout);
			return true;
		}
		catch (WakeupException ex) {
			// Meant for the poll around this.
			client.wakeup();
		}
		catch (KafkaException ex) {
			logger.info("Could not commit where partitions start, {}: {}", offsets, ex.toString());
		}
		finally {
			committingFirst = false;
		}
		return false;
	}

	private Map<TopicPartition, OffsetAndMetadata> mark(Map<TopicPartition, OffsetAndMetadata> offsets,
			boolean bookmarks) {
		String cluster = clusterId.known();
		boolean marking = bookmarks && settings.commits().bookmark() && !tooLarge && cluster != null;
		if (!marking && !settings.commits().leaderEpoch()) {
			return offsets;
		}
		Set<String> completed = marking ? completedBy(offsets) : Set.of();
		Map<TopicPartition, OffsetAndMetadata> marked = new HashMap<>(offsets.size() * 2);
		offsets.forEach((partition, offset) -> marked.put(partition,
				(offset != null) ? mark(partition, offset, marking ? cluster : null, completed) : null));
		return marked;
	}

	/**
	 * Brokers take all of such a commit or nothing, but for metadata that is too large:
	 * where it has only bookmarks it is sent again without any.
	 */
	private Set<String> completedBy(Map<TopicPartition, OffsetAndMetadata> offsets) {
		Set<String> completed = topics.completedBy(offsets.keySet());
		boolean plain = completed.isEmpty()
				|| offsets.values().stream().allMatch((each) -> each != null && each.metadata().isEmpty());
		return plain ? completed : Set.of();
	}

	private OffsetAndMetadata mark(TopicPartition partition, OffsetAndMetadata offset, @Nullable String cluster,
			Set<String> completed) {
		PartitionState state = states.find(partition);
		Optional<Integer> epoch = offset.leaderEpoch();
		if (epoch.isEmpty() && settings.commits().leaderEpoch() && state != null) {
			int known = state.leaderEpochAt(offset.offset() - 1);
			epoch = (known >= 0) ? Optional.of(known) : epoch;
		}
		String metadata = offset.metadata();
		if (cluster != null && metadata.isEmpty()) {
			String topic = partition.topic();
			Topics.Coverage coverage = completed.contains(topic) ? topics.completed(topic) : topics.coverage(topic);
			metadata = texts.text(topic, bookmark(cluster, partition, offset.offset(), state, coverage));
		}
		return new OffsetAndMetadata(offset.offset(), epoch, metadata);
	}

	private Bookmark bookmark(String cluster, TopicPartition partition, long offset, @Nullable PartitionState state,
			Topics.Coverage coverage) {
		Uuid topicId = topicId(partition, state);
		RecordIdentity witness = (state != null) ? state.witnessBelow(offset) : null;
		return (witness != null)
				? new Bookmark(cluster, topicId, offset, coverage.partitions(), witness.offset(), witness.leaderEpoch(),
						witness.timestamp(), coverage.complete())
				: new Bookmark(cluster, topicId, offset, coverage.partitions(), -1, -1, -1, coverage.complete());
	}

	private static boolean isMarked(Map<TopicPartition, OffsetAndMetadata> marked,
			Map<TopicPartition, OffsetAndMetadata> offsets) {
		return marked != offsets
				&& marked.values().stream().anyMatch((each) -> each != null && Bookmark.isOne(each.metadata()));
	}

	/**
	 * What was refused with bookmarks was taken without, all of it.
	 */
	private void giveUpBookmarks() {
		if (!tooLarge) {
			tooLarge = true;
			logger.warn("The brokers take no metadata of {} characters (offset.metadata.max.bytes): consumer {} "
					+ "commits without bookmarks from now on", Bookmark.MAX_LENGTH, configuration.clientId());
		}
	}

	/**
	 * Commits as the application has made them.
	 */
	static Map<TopicPartition, OffsetAndMetadata> withoutBookmarks(Map<TopicPartition, OffsetAndMetadata> committed) {
		Map<TopicPartition, OffsetAndMetadata> own = new HashMap<>(committed);
		own.replaceAll((partition, offset) -> (offset != null && Bookmark.isOne(offset.metadata()))
				? new OffsetAndMetadata(offset.offset(), offset.leaderEpoch(), "") : offset);
		return own;
	}

}
