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
import dev.holdfast.kafka.offsetguard.internal.client.CurrentMode;
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
 * Makes commits, with what the guard adds to them. That never makes a commit fail: if
 * brokers refuse it, the guard sends the commit once more without.
 */
public final class PositionCommits {

	private static final Logger logger = LoggerFactory.getLogger(PositionCommits.class);

	/** The share of the time for a commit in a topic that the client may not know yet. */
	private static final int HURRY = 4;

	/** How many partitions a log line names. */
	private static final int NAMED = 10;

	private static final Duration LEAST_TIMEOUT = Duration.ofMillis(500);

	private final Consumer<?, ?> client;

	private final ClientConfiguration configuration;

	private final OffsetGuardSettings settings;

	private final CurrentMode mode;

	private final PartitionStates states;

	private final CommitMemory commits;

	private final EvidenceBudget budget;

	private boolean committingFirst;

	private boolean used;

	private boolean transactional;

	private boolean byOffsets;

	private final LatestCommits latest = new LatestCommits();

	private final CommitMarks marks;

	/** Failures of callbacks that the guard has yet to throw. */
	private final Queue<RuntimeException> callbackFailures = new ArrayDeque<>();

	/** The last failure of a callback that went through the client. */
	private @Nullable RuntimeException thrownByCallback;

	public PositionCommits(Consumer<?, ?> client, ClientConfiguration configuration, OffsetGuardSettings settings,
			CurrentMode mode, ClusterId clusterId, PartitionStates states, Topics topics, Coverage coverage,
			CommitMemory commits, EvidenceBudget budget) {
		this.client = client;
		this.configuration = configuration;
		this.settings = settings;
		this.mode = mode;
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
		commits.sending(marked, order);
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
	 * A commit that the application does not wait for.
	 *
	 * @param committable takes out of it what the application must not commit just now;
	 * the guard asks once more where it has to send it again
	 * @param callback hears of the offsets as the application gave them
	 * @param ticket its name
	 */
	private record AsyncCommit(UnaryOperator<Map<TopicPartition, OffsetAndMetadata>> committable,
			@Nullable OffsetCommitCallback callback, LatestCommits.Ticket ticket) {
	}

	/**
	 * Commits without waiting.
	 * @param given the offsets to commit
	 * @see AsyncCommit
	 */
	void commitAsync(Map<TopicPartition, OffsetAndMetadata> given,
			UnaryOperator<Map<TopicPartition, OffsetAndMetadata>> committable,
			@Nullable OffsetCommitCallback callback) {
		// The application may change its map afterwards.
		Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>(given);
		send(new AsyncCommit(committable, callback, latest.make(offsets.keySet())), offsets, null);
	}

	/**
	 * A commit with bookmarks that brokers have refused.
	 *
	 * @param offsets how many offsets were in it
	 * @param reason the client's exception
	 */
	private record Refusal(int offsets, Exception reason) {
	}

	/**
	 * Sends a commit.
	 * @param refusal the refusal of the same offsets with bookmarks, {@code null} at
	 * first
	 */
	private void send(AsyncCommit commit, Map<TopicPartition, OffsetAndMetadata> given, @Nullable Refusal refusal) {
		Map<TopicPartition, OffsetAndMetadata> offsets = commit.committable.apply(given);
		Map<TopicPartition, OffsetAndMetadata> marked = (refusal != null) ? marks.withoutBookmarks(offsets)
				: marks.mark(offsets);
		Map<TopicPartition, Uuid> sentIn = topicIds(offsets.keySet());
		long order = commits.order();
		commits.sending(marked, order);
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
			// The async client passes no offsets to the callback if the commit had none.
			complete(commit, (committed != null || failure == null) ? offsets : null, failure);
		});
	}

	/**
	 * Sends a commit again whose bookmarks were refused, without partitions that have a
	 * later commit: clients do not repeat such commits either.
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
	 * Sends no earlier commit of these partitions again: the application has committed
	 * anew, even if the guard holds that back, or another consumer has them.
	 */
	void overtake(Collection<TopicPartition> partitions) {
		latest.overtake(partitions);
	}

	/**
	 * Sends no earlier commit again: the application commits all partitions.
	 */
	void overtakeAll() {
		latest.overtakeAll();
	}

	/**
	 * Calls a callback of the application. Clients call back within any commit that
	 * waits, even within one of the guard's own: what the callback throws is not the
	 * failure of that one.
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
	 * Throws what a callback of the application has thrown meanwhile, one failure a call,
	 * as clients do.
	 */
	public void throwCallbackFailure() {
		RuntimeException failure = callbackFailures.poll();
		if (failure != null) {
			throw failure;
		}
	}

	/**
	 * Whether a commit was sent for another topic than the present one of that name. It
	 * may have reached the new topic, but says nothing about it.
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
	 * Takes note that the application has polled or committed: from now on the guard may
	 * commit, too.
	 */
	public void used() {
		used = true;
	}

	/**
	 * Waits for the commits that are on their way, and calls the application back about
	 * its own.
	 */
	void awaitCommits(Duration timeout) {
		committingFirst = true;
		try {
			client.commitSync(Map.of(), timeout);
		}
		catch (WakeupException ex) {
			// The wakeup is meant for a call of the client's that blocks.
			client.wakeup();
		}
		catch (KafkaException ex) {
			logger.debug("Commits are on their way still: {}", ex.toString());
		}
		finally {
			committingFirst = false;
		}
	}

	/** Whether brokers may still refuse a commit for its bookmarks. */
	boolean isUnproven() {
		return latest.size() > 0 && !marks.isProven(latest.size());
	}

	/**
	 * Takes note that the application has committed by offsets.
	 */
	void usedByOffsets() {
		byOffsets = true;
	}

	/** Whether the application has committed by offsets. */
	boolean isByOffsets() {
		return byOffsets;
	}

	/**
	 * Makes no commits of the guard's own any more: the application commits in a
	 * producer's transactions, which a commit of the consumer's could overtake.
	 */
	public void leaveToTransactions() {
		transactional = true;
	}

	/**
	 * Commits where partitions without a commit start, so that a missing commit is a loss
	 * later.
	 * @return whether the commit succeeded
	 */
	boolean commitInitial(Map<TopicPartition, Long> positions) {
		return isCommitting() && commitFirst(offsets(positions), budget.longest());
	}

	/**
	 * Makes the commits that the application has made before the guard decided where
	 * partitions start.
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
	 * Commits where partitions go on whose topic turned out to be another one. That
	 * overwrites what the client has sent as a commit in the old topic: the next consumer
	 * could not tell it from a commit in the new one. A group that has never committed
	 * stays without a commit. A client that commits by itself does so soon.
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
	 * Commits the same offsets anew, before the client delivers anything.
	 * @param offsets the offsets, with the metadata that they have
	 */
	public void commitAgain(Map<TopicPartition, OffsetAndMetadata> offsets) {
		if (used && !transactional && isCommitting() && !offsets.isEmpty()) {
			commitFirst(withoutBookmarks(offsets), budget.longest());
		}
	}

	/**
	 * Whether the guard makes any commits of its own.
	 */
	boolean isCommitting() {
		return settings.commits().initialPosition() && !mode.isObserving() && configuration.groupId() != null
				&& !configuration.autoCommit();
	}

	private boolean commitFirst(Map<TopicPartition, OffsetAndMetadata> offsets, Duration timeout) {
		committingFirst = true;
		try {
			commitSync(offsets, timeout);
			return true;
		}
		catch (WakeupException ex) {
			// The wakeup is meant for the poll around this.
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
