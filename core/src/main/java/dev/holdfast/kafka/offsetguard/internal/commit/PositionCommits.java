/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.commit;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.function.UnaryOperator;

import dev.holdfast.kafka.offsetguard.internal.client.ClientConfiguration;
import dev.holdfast.kafka.offsetguard.internal.lookup.ClusterId;
import dev.holdfast.kafka.offsetguard.internal.lookup.Topics;
import dev.holdfast.kafka.offsetguard.internal.memory.Bookmark;
import dev.holdfast.kafka.offsetguard.internal.memory.CommitMemory;
import dev.holdfast.kafka.offsetguard.internal.memory.Coverage;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionState;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionStates;
import dev.holdfast.kafka.offsetguard.internal.time.EvidenceBudget;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.clients.consumer.RetriableCommitFailedException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes commits, with what the guard has to add to them. What it adds never makes a
 * commit fail: one that is refused with it is sent once more without.
 */
public final class PositionCommits {

	private static final Logger logger = LoggerFactory.getLogger(PositionCommits.class);

	/** A client that knows only the old topic may commit in vain for a while. */
	private static final int HURRY = 4;

	/** A log line has its bounds. */
	private static final int NAMED = 10;

	private static final Duration LEAST_TIMEOUT = Duration.ofMillis(500);

	private final Consumer<?, ?> client;

	private final ClientConfiguration configuration;

	private final OffsetGuardSettings settings;

	private final PartitionStates states;

	private final CommitMemory commits;

	private final EvidenceBudget budget;

	private boolean committingFirst;

	private boolean used;

	private boolean transactional;

	private final LatestCommits latest = new LatestCommits();

	private final CommitMarks marks;

	/** To be thrown yet. */
	private final Queue<RuntimeException> callbackFailures = new ArrayDeque<>();

	/** Last thrown through the client. */
	private @Nullable RuntimeException thrownByCallback;

	public PositionCommits(Consumer<?, ?> client, ClientConfiguration configuration, OffsetGuardSettings settings,
			ClusterId clusterId, PartitionStates states, Topics topics, Coverage coverage, CommitMemory commits,
			EvidenceBudget budget) {
		this.client = client;
		this.configuration = configuration;
		this.settings = settings;
		this.states = states;
		this.commits = commits;
		this.budget = budget;
		this.marks = new CommitMarks(configuration.clientId(), settings.commits(), clusterId, states, topics, coverage);
	}

	/**
	 * Commits and waits.
	 * @param timeout how long, {@code null} for the client's own timeout
	 */
	void commitSync(Map<TopicPartition, OffsetAndMetadata> offsets, @Nullable Duration timeout) {
		latest.overtake(offsets.keySet());
		long order = commits.order();
		Map<TopicPartition, OffsetAndMetadata> marked = marks.mark(offsets);
		Map<TopicPartition, OffsetAndMetadata> taken = marked;
		try {
			send(marked, timeout);
			marks.taken(marked);
		}
		catch (KafkaException ex) {
			if (isThrownByCallback(ex) || !marks.mayBeReason(ex, marked, offsets)) {
				throw ex;
			}
			taken = marks.withoutBookmarks(offsets);
			send(taken, timeout);
			marks.refused(offsets.size(), ex);
		}
		commits.remember(taken, order);
	}

	private boolean isThrownByCallback(KafkaException failure) {
		return thrownByCallback != null && (failure == thrownByCallback || failure.getCause() == thrownByCallback);
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
		send(new AsyncCommit(committable, callback, latest.make(offsets.keySet())), offsets, null);
	}

	/**
	 * A commit was refused that had bookmarks.
	 *
	 * @param offsets how many offsets were in it
	 * @param reason what it was refused for
	 */
	private record Refusal(int offsets, Exception reason) {
	}

	/**
	 * Sends it.
	 * @param refusal of the same offsets with bookmarks, {@code null} before any was sent
	 */
	private void send(AsyncCommit commit, Map<TopicPartition, OffsetAndMetadata> given, @Nullable Refusal refusal) {
		Map<TopicPartition, OffsetAndMetadata> offsets = commit.committable.apply(given);
		Map<TopicPartition, OffsetAndMetadata> marked = (refusal != null) ? marks.withoutBookmarks(offsets)
				: marks.mark(offsets);
		Map<TopicPartition, Uuid> sentIn = topicIds(offsets.keySet());
		long order = commits.order();
		client.commitAsync(marked, (committed, failure) -> {
			if (refusal == null && failure != null && marks.mayBeReason(failure, marked, offsets)) {
				sendAgain(commit, offsets, failure);
				return;
			}
			latest.forget(commit.ticket, given.keySet());
			if (failure == null) {
				if (refusal == null) {
					marks.taken(marked);
				}
				else if (refusal.offsets == offsets.size()) {
					marks.refused(refusal.offsets, refusal.reason);
				}
				Map<TopicPartition, OffsetAndMetadata> known = new HashMap<>(marked);
				known.keySet().removeIf((partition) -> isElsewhere(partition, sentIn.get(partition)));
				commits.remember(known, order);
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
			send(commit, left, new Refusal(offsets.size(), refused));
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
	public void throwCallbackFailure() {
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
		return state != null && sentIn != null && !sentIn.equals(marks.topicId(partition, state));
	}

	private Map<TopicPartition, Uuid> topicIds(Set<TopicPartition> partitions) {
		Map<TopicPartition, Uuid> ids = new HashMap<>();
		for (TopicPartition partition : partitions) {
			Uuid id = marks.topicId(partition, states.find(partition));
			if (id != null) {
				ids.put(partition, id);
			}
		}
		return ids;
	}

	/**
	 * The application has polled, or committed: from now on the guard may, too.
	 */
	public void used() {
		used = true;
	}

	/**
	 * From now on the application commits in a producer's transactions, which a commit of
	 * the consumer's could overtake.
	 */
	public void leaveToTransactions() {
		transactional = true;
	}

	/**
	 * Commits where partitions start that had no commit, so that a later lack of one is a
	 * loss.
	 * @return whether it was committed
	 */
	boolean commitInitial(Map<TopicPartition, Long> positions) {
		return isCommitting() && commitFirst(offsets(positions), budget.longest());
	}

	/**
	 * Commits what the application has committed before it was decided where partitions
	 * start.
	 */
	void commitWanted(Map<TopicPartition, Long> positions, Duration timeout) {
		if (!positions.isEmpty()) {
			commitFirst(offsets(positions), timeout);
		}
	}

	private static Map<TopicPartition, OffsetAndMetadata> offsets(Map<TopicPartition, Long> positions) {
		Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
		positions.forEach((partition, offset) -> offsets.put(partition, new OffsetAndMetadata(offset)));
		return offsets;
	}

	/**
	 * Commits where partitions go on whose topic turned out to be another one. What the
	 * client has sent before, as a commit in the old one, is overwritten: the next
	 * consumer could not tell it from one in the new topic. A group that has never
	 * committed is left without a commit, and clients that commit by themselves do so
	 * soon.
	 */
	public void commitRecreated(Map<TopicPartition, Long> positions) {
		Map<TopicPartition, Long> committing = new HashMap<>(positions);
		committing.keySet().removeIf((partition) -> !commits.isKnown(partition));
		if (used && !transactional && isCommitting() && !committing.isEmpty()) {
			try (EvidenceBudget.Spending spending = budget.spend()) {
				Duration share = budget.longest().dividedBy(HURRY);
				commitFirst(offsets(committing), (share.compareTo(LEAST_TIMEOUT) < 0) ? LEAST_TIMEOUT : share);
			}
		}
	}

	/**
	 * Commits the same offsets anew, before anything is delivered.
	 * @param offsets the offsets, with the metadata that they have
	 */
	public void commitAgain(Map<TopicPartition, OffsetAndMetadata> offsets) {
		if (used && !transactional && isCommitting() && !offsets.isEmpty()) {
			commitFirst(withoutBookmarks(offsets), budget.longest());
		}
	}

	/**
	 * Whether the guard commits anything where the application would not.
	 */
	boolean isCommitting() {
		return settings.commits().initialPosition() && !settings.isObserving() && configuration.groupId() != null
				&& !configuration.autoCommit();
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
			logger.info("Could not commit where {} start: {}",
					(offsets.size() <= NAMED) ? offsets.keySet() : offsets.size() + " partitions", ex.toString());
		}
		finally {
			committingFirst = false;
		}
		return false;
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
