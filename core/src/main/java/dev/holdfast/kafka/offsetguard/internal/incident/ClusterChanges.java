/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.incident;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.evidence.Remembered;
import dev.holdfast.kafka.offsetguard.internal.client.CurrentMode;
import dev.holdfast.kafka.offsetguard.internal.client.Pauses;
import dev.holdfast.kafka.offsetguard.internal.client.WhileAssigned;
import dev.holdfast.kafka.offsetguard.internal.cluster.ClientCluster;
import dev.holdfast.kafka.offsetguard.internal.enforcement.Inquiry;
import dev.holdfast.kafka.offsetguard.internal.inspection.Findings;
import dev.holdfast.kafka.offsetguard.internal.inspection.Suspect;
import dev.holdfast.kafka.offsetguard.internal.lookup.Topics;
import dev.holdfast.kafka.offsetguard.internal.memory.Coverage;
import dev.holdfast.kafka.offsetguard.internal.partition.Hold;
import dev.holdfast.kafka.offsetguard.internal.partition.Holds;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionState;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionStates;
import dev.holdfast.kafka.offsetguard.internal.time.EvidenceBudget;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import dev.holdfast.kafka.offsetguard.internal.time.Retry;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices when the client speaks to another cluster than before, as clients may bootstrap
 * anew (KIP-899). The client's positions came from the old cluster, and the guard has to
 * look into them. Belongs to the consumer's thread.
 */
public final class ClusterChanges {

	/**
	 * How long starts wait for a rebalance. The coordinator of the new cluster does not
	 * know the member, and says so at the member's next heartbeat.
	 */
	private static final long UNTIL_REBALANCE = TimeUnit.SECONDS.toNanos(10);

	private static final Logger logger = LoggerFactory.getLogger(ClusterChanges.class);

	private final Consumer<?, ?> client;

	private final ClientCluster cluster;

	private final PartitionStates states;

	private final Holds holds;

	private final Topics topics;

	private final Coverage coverage;

	private final Inquiry inquiry;

	private final EvidenceBudget budget;

	private final CurrentMode mode;

	private final GuardClock clock;

	private final Pauses pauses;

	private final Retry retry;

	private Inquiry.@Nullable Investigation investigation;

	/** Positions in doubt: the guard has not decided about them since the last change. */
	private final Map<TopicPartition, OffsetAndMetadata> unexamined = new HashMap<>();

	private boolean selfAssigned;

	private boolean waiting;

	private long waitingUntil;

	public ClusterChanges(Consumer<?, ?> client, Pauses pauses, ClientCluster cluster, PartitionStates states,
			Holds holds, Topics topics, Coverage coverage, Inquiry inquiry, EvidenceBudget budget, CurrentMode mode,
			GuardClock clock) {
		this.client = client;
		this.pauses = pauses;
		this.cluster = cluster;
		this.states = states;
		this.holds = holds;
		this.topics = topics;
		this.coverage = coverage;
		this.inquiry = inquiry;
		this.budget = budget;
		this.mode = mode;
		this.clock = clock;
		this.retry = new Retry(clock);
	}

	/**
	 * The application has assigned partitions. The positions in doubt of those that it
	 * keeps stay in doubt.
	 */
	public void assignedByApplication(Collection<TopicPartition> partitions) {
		selfAssigned = true;
		waiting = false;
		unexamined.keySet().retainAll(partitions);
	}

	/**
	 * The group has assigned partitions.
	 */
	public void assignedByGroup() {
		selfAssigned = false;
		forget();
		if (cluster.isChanged()) {
			// The group on the new cluster has assigned them.
			cluster.noteChange();
			topics.forgetAll();
			coverage.forgetAll();
		}
	}

	/**
	 * Forgets all positions in doubt, and waits for no rebalance.
	 */
	public void forget() {
		waiting = false;
		pauses.resume(unexamined.keySet(), Pauses.Reason.OTHER_CLUSTER);
		unexamined.clear();
		abandon();
	}

	private void abandon() {
		Inquiry.Investigation present = investigation;
		if (present != null) {
			present.abandon();
			investigation = null;
		}
	}

	/**
	 * Whether starts wait for the group to assign its partitions anew.
	 */
	public boolean isWaiting() {
		waiting = waiting && waitingUntil - clock.nanoTime() > 0;
		return waiting;
	}

	/**
	 * Whether the client has come to another cluster and the guard has not noted it yet.
	 */
	public boolean isNew() {
		return cluster.isChanged();
	}

	/**
	 * Whether records of the client may come from either cluster, so that the guard does
	 * not deliver them.
	 */
	public boolean isDroppingRecords() {
		return isNew() && !mode.isObserving();
	}

	/**
	 * Whether the guard has to look: the client has come to another cluster, or positions
	 * are in doubt since it has.
	 */
	public boolean isDue() {
		return !unexamined.isEmpty() || investigation != null || isNew();
	}

	/**
	 * Whether the position of a partition came from another cluster, and the guard has
	 * yet to decide about it.
	 */
	boolean isInDoubt(TopicPartition partition) {
		return unexamined.containsKey(partition);
	}

	/**
	 * The application has sought partitions.
	 */
	public void forget(Collection<TopicPartition> partitions) {
		partitions.forEach(unexamined::remove);
		pauses.resume(partitions, Pauses.Reason.OTHER_CLUSTER);
	}

	/**
	 * Whether evidence about positions in doubt is on its way, or the guard asks for it
	 * again soon.
	 */
	public boolean isRunning() {
		return investigation != null || (!mode.isObserving() && !unexamined.isEmpty());
	}

	/**
	 * Looks whether the client has come to another cluster. If so, the guard looks into
	 * the positions of partitions that the application has assigned itself. Partitions
	 * that the group has assigned start from what the group has committed in the new
	 * cluster, as they would without a guard.
	 */
	public void look() {
		if (cluster.isChanged()) {
			cluster.noteChange();
			abandon();
			topics.forgetAll();
			coverage.forgetAll();
			states.undecided().forgetCommits();
			Map<TopicPartition, OffsetAndMetadata> positions = positions();
			// The ids and epochs of the last cluster are none in this one.
			states.get(states.assigned(client)).values().forEach(PartitionState::changeCluster);
			if (selfAssigned) {
				unexamined.putAll(positions);
			}
			else if (!mode.isObserving()) {
				restart(positions);
			}
		}
		inquire();
	}

	private Map<TopicPartition, OffsetAndMetadata> positions() {
		Map<TopicPartition, OffsetAndMetadata> positions = new HashMap<>();
		for (TopicPartition partition : client.assignment()) {
			Hold hold = holds.find(partition);
			long position = (hold != null) ? hold.decision().evidence().position() : states.get(partition).position();
			if (!states.isSought(partition) && !states.isStarting(partition) && position >= 0) {
				positions.put(partition, new OffsetAndMetadata(position));
			}
		}
		return positions;
	}

	private void inquire() {
		Set<TopicPartition> gone = new HashSet<>(unexamined.keySet());
		unexamined.keySet().retainAll(client.assignment());
		unexamined.keySet().removeIf(states::isSought);
		gone.removeAll(unexamined.keySet());
		pauses.resume(gone, Pauses.Reason.OTHER_CLUSTER);
		Inquiry.Investigation present = investigation;
		if (present != null && unexamined.isEmpty()) {
			present.abandon();
			investigation = null;
		}
		else if (present == null) {
			begin();
		}
		else if (present.isDone()) {
			investigation = null;
			collect(present);
		}
	}

	private void begin() {
		if (unexamined.isEmpty() || !retry.isDue()) {
			return;
		}
		List<Suspect> suspects = new ArrayList<>();
		unexamined.forEach((partition, position) -> {
			PartitionState state = states.get(partition);
			if (!mode.isObserving()) {
				// Without the epoch, which is the old cluster's.
				WhileAssigned.seek(client, partition, position);
			}
			suspects.add(new Suspect(partition, Evidence.Trigger.CLUSTER_ID, position.offset(), -1, -1, null,
					state.delivered().last(), Remembered.NOTHING, null, -1));
		});
		if (mode.isObserving()) {
			examine(suspects);
		}
		else {
			pauses.pause(unexamined.keySet(), Pauses.Reason.OTHER_CLUSTER);
			try {
				investigation = inquiry.begin(suspects, budget.whole());
			}
			catch (WakeupException ex) {
				// The client throws the same from its next poll.
				logger.debug("Woken up on the way to look at the new cluster");
			}
		}
	}

	private void examine(List<Suspect> suspects) {
		try {
			unexamined.keySet().retainAll(inquiry.examine(suspects, budget.left()));
		}
		catch (WakeupException ex) {
			// The client throws the same from its next poll.
			logger.debug("Woken up while looking at the new cluster");
		}
	}

	private void collect(Inquiry.Investigation done) {
		List<Findings> findings = done.findings()
			.stream()
			.filter((each) -> unexamined.containsKey(each.partition()))
			.toList();
		Set<TopicPartition> settled = inquiry.settle(findings);
		unexamined.keySet().removeAll(settled);
		pauses.resume(settled, Pauses.Reason.OTHER_CLUSTER);
		retry.note(!unexamined.isEmpty());
	}

	private void restart(Map<TopicPartition, OffsetAndMetadata> positions) {
		Set<TopicPartition> partitions = new HashSet<>(positions.keySet());
		partitions.forEach(holds::release);
		states.restart(partitions);
		states.undecided().hold(partitions, positions);
		waiting = true;
		waitingUntil = clock.nanoTime() + UNTIL_REBALANCE;
	}

}
