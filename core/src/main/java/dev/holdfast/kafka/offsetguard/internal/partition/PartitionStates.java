/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.partition;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * What the guard remembers of the current assignment.
 */
public final class PartitionStates {

	/** Other threads may ask which partitions there are. */
	private final Map<TopicPartition, PartitionState> states = new ConcurrentHashMap<>();

	/** Partitions about whose start the guard has yet to decide. */
	private final Set<TopicPartition> starting = ConcurrentHashMap.newKeySet();

	private boolean commitsRead;

	/**
	 * Committed epochs for whose leaders the client waits. It does not forget them when
	 * it loses the partitions.
	 */
	private final Map<TopicPartition, Integer> awaitedEpochs = new HashMap<>();

	/** How often the client was to look for positions. */
	private int looks;

	private boolean delivering;

	private final UndecidedStarts undecided;

	private final GuardClock clock;

	/** How often the application has polled. */
	private int polls;

	/** Whether the application may have records in hand of a log that is gone. */
	private boolean anyLostInHand;

	/**
	 * Partitions that the application has sought since the guard last polled the client.
	 */
	private final Set<TopicPartition> sought = new HashSet<>();

	/** Revoked, although an async consumer may still show them as assigned. */
	private final Set<TopicPartition> revoked = new HashSet<>();

	public PartitionStates(UndecidedStarts undecided, GuardClock clock) {
		this.undecided = undecided;
		this.clock = clock;
	}

	/**
	 * Those of the starting partitions that wait for answers.
	 */
	public UndecidedStarts undecided() {
		return undecided;
	}

	/**
	 * The last position of a partition that the guard knows, -1 if it knows none.
	 * Thread-safe.
	 */
	public long visiblePosition(TopicPartition partition) {
		PartitionState state = states.get(partition);
		return (state != null) ? state.visiblePosition() : -1;
	}

	/**
	 * Whether the guard has yet to decide where a partition starts. Thread-safe.
	 */
	public boolean isVisiblyStarting(TopicPartition partition) {
		return starting.contains(partition);
	}

	/** Thread-safe. */
	public Set<TopicPartition> partitions() {
		return Set.copyOf(states.keySet());
	}

	/**
	 * Whether a partition is assigned. Thread-safe.
	 */
	public boolean contains(TopicPartition partition) {
		return states.containsKey(partition);
	}

	/**
	 * The client has read commits, and believes the epochs in them.
	 */
	public void commitsRead() {
		commitsRead = true;
	}

	/**
	 * The committed epoch above the leader's that the client itself has read, -1 if there
	 * is none.
	 */
	public int awaitedEpoch(TopicPartition partition) {
		PartitionState state = states.get(partition);
		return (state != null && (commitsRead || state.plainStart().isCommitRead())) ? state.committedEpoch() : -1;
	}

	/**
	 * The client is about to look for the positions that it lacks. It reads the commits
	 * of those partitions, and believes the epochs in them.
	 */
	public void clientLooks() {
		looks++;
		if (!starting.isEmpty()) {
			starting.stream()
				.filter((partition) -> !undecided.contains(partition))
				.forEach((partition) -> get(partition).plainStart().commitRead());
		}
	}

	/**
	 * How often the client was to look for positions.
	 */
	public int looks() {
		return looks;
	}

	public boolean isEmpty() {
		return states.isEmpty();
	}

	public @Nullable PartitionState find(TopicPartition partition) {
		return states.get(partition);
	}

	/**
	 * The last position of a partition that the guard knows.
	 * @return the position; empty if it knows none
	 */
	public OptionalLong knownPosition(TopicPartition partition) {
		PartitionState state = states.get(partition);
		return (state != null && state.position() >= 0) ? OptionalLong.of(state.position()) : OptionalLong.empty();
	}

	public PartitionState get(TopicPartition partition) {
		// Finds it without a lock, which computeIfAbsent may take.
		PartitionState state = states.get(partition);
		return (state != null) ? state : states.computeIfAbsent(partition, this::create);
	}

	private PartitionState create(TopicPartition partition) {
		PartitionState state = new PartitionState(clock);
		Integer awaited = awaitedEpochs.get(partition);
		if (awaited != null) {
			state.committedEpoch(awaited);
			state.plainStart().commitRead();
		}
		return state;
	}

	public Map<TopicPartition, PartitionState> get(Collection<TopicPartition> partitions) {
		Map<TopicPartition, PartitionState> found = new HashMap<>();
		partitions.forEach((partition) -> found.put(partition, get(partition)));
		return found;
	}

	/**
	 * Has newly assigned partitions start. The async consumer shows an assignment before
	 * it calls the rebalance listener: a partition that has a position by then keeps it.
	 */
	public void start(Collection<TopicPartition> partitions) {
		for (TopicPartition partition : partitions) {
			revoked.remove(partition);
			if (!get(partition).isPositioned()) {
				starting.add(partition);
			}
		}
	}

	/**
	 * Has partitions start anew, as if the guard knew nothing of them.
	 */
	public void restart(Collection<TopicPartition> partitions) {
		forget(partitions);
		start(partitions);
	}

	/**
	 * Has a partition start anew, since what the guard decided about its start does not
	 * hold.
	 */
	public void startAnew(TopicPartition partition) {
		states.put(partition, create(partition));
		starting.add(partition);
	}

	/**
	 * The application has replaced the assignment: partitions that stay keep their
	 * positions.
	 */
	public void replace(Collection<TopicPartition> partitions) {
		revoked.clear();
		forget(states.keySet().stream().filter((each) -> !partitions.contains(each)).toList());
		start(partitions.stream().filter((each) -> !states.containsKey(each)).toList());
	}

	void forget(Collection<TopicPartition> partitions) {
		undecided.forget(partitions);
		for (TopicPartition partition : List.copyOf(partitions)) {
			noteAwaitedEpoch(partition);
			states.remove(partition);
			starting.remove(partition);
			sought.remove(partition);
		}
	}

	private void noteAwaitedEpoch(TopicPartition partition) {
		int awaited = awaitedEpoch(partition);
		if (awaited >= 0) {
			awaitedEpochs.put(partition, awaited);
		}
		else if (states.containsKey(partition)) {
			awaitedEpochs.remove(partition);
		}
	}

	/**
	 * A rebalance has taken the partitions away.
	 */
	public void revoke(Collection<TopicPartition> partitions) {
		forget(partitions);
		revoked.addAll(partitions);
	}

	/**
	 * The assigned partitions, without revoked ones. Clients copy their assignment at
	 * each call: the caller asks once for a batch.
	 */
	public Set<TopicPartition> assigned(Consumer<?, ?> client) {
		Set<TopicPartition> assigned = new HashSet<>(client.assignment());
		assigned.removeAll(revoked);
		return assigned;
	}

	public boolean isRevoked(TopicPartition partition) {
		return revoked.contains(partition);
	}

	/**
	 * Whether the client has delivered any record: the application may have some in hand,
	 * even after a later poll.
	 */
	public boolean isDelivering() {
		return delivering;
	}

	public void forgetAll() {
		undecided.forgetAll();
		delivering = false;
		revoked.clear();
		awaitedEpochs.clear();
		states.clear();
		starting.clear();
		sought.clear();
	}

	public boolean isAnyStarting() {
		return !starting.isEmpty();
	}

	public Set<TopicPartition> starting() {
		return Set.copyOf(starting);
	}

	/**
	 * The guard or the application has decided where the partition starts.
	 */
	public void started(TopicPartition partition) {
		starting.remove(partition);
		undecided.end(partition);
	}

	public boolean isStarting(TopicPartition partition) {
		return !starting.isEmpty() && starting.contains(partition);
	}

	public void seekByApplication(TopicPartition partition, @Nullable OffsetAndMetadata offset) {
		PartitionState state = get(partition);
		if (offset != null) {
			state.seek(offset);
		}
		else {
			state.seekToUnknown();
		}
		state.meant();
		started(partition);
		sought.add(partition);
	}

	public void committedByApplication(Collection<TopicPartition> partitions) {
		for (TopicPartition partition : partitions) {
			PartitionState state = states.get(partition);
			if (state != null) {
				state.committed();
			}
		}
	}

	public void committedByApplication() {
		states.values().forEach(PartitionState::committed);
	}

	public boolean isSought(TopicPartition partition) {
		return sought.contains(partition);
	}

	/**
	 * The application polls. An application that keeps records to deal with them later
	 * pauses their partitions meanwhile, as listener containers do. It has no records of
	 * other partitions in hand any more.
	 */
	public void pollByApplication(Supplier<Set<TopicPartition>> paused) {
		polls++;
		if (anyLostInHand) {
			Set<TopicPartition> retained = paused.get();
			states.forEach((partition, state) -> {
				if (!retained.contains(partition)) {
					state.nothingInHand();
				}
			});
			anyLostInHand = states.values().stream().anyMatch(PartitionState::isAnyLostInHand);
		}
	}

	/**
	 * How often the application has polled.
	 */
	public int polls() {
		return polls;
	}

	/**
	 * The log of a partition is another one now, see
	 * {@link PartitionState#lose(long, long, boolean)}.
	 * @param paused whether the application has paused the partition
	 */
	public void lose(TopicPartition partition, long from, long position, boolean paused) {
		PartitionState state = get(partition);
		state.lose(from, position, paused || state.isDeliveredIn(polls));
		anyLostInHand |= state.isAnyLostInHand();
	}

	/**
	 * The guard has polled the client, which speaks from now on of the positions that it
	 * has now.
	 */
	public void polled() {
		if (!sought.isEmpty()) {
			sought.clear();
		}
	}

	public void deliver(ConsumerRecords<?, ?> records) {
		if (records.isEmpty()) {
			return;
		}
		boolean isAnyStarting = isAnyStarting();
		boolean isAnySought = !sought.isEmpty();
		for (TopicPartition partition : records.partitions()) {
			List<? extends ConsumerRecord<?, ?>> delivered = records.records(partition);
			if (!delivered.isEmpty()) {
				get(partition).deliver(delivered, polls);
				if (isAnySought) {
					// The client is where it was sought to, also while an incident is
					// open.
					sought.remove(partition);
				}
				delivering = true;
			}
			if (isAnyStarting) {
				starting.remove(partition);
			}
		}
	}

}
