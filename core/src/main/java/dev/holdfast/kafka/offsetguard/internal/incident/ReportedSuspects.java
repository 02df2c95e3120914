/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.incident;

import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;

import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.internal.client.ClientPositions;
import dev.holdfast.kafka.offsetguard.internal.client.ClientReports;
import dev.holdfast.kafka.offsetguard.internal.client.WhileAssigned;
import dev.holdfast.kafka.offsetguard.internal.inspection.Suspect;
import dev.holdfast.kafka.offsetguard.internal.partition.Holds;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionState;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionStates;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Turns the client's reports into suspects. A report is a hint, and may be late.
 */
final class ReportedSuspects {

	private final Consumer<?, ?> client;

	private final ClientReports reports;

	private final ClientPositions positions;

	private final PartitionStates states;

	private final Holds holds;

	private final ClusterChanges clusterChanges;

	ReportedSuspects(Consumer<?, ?> client, ClientReports reports, ClientPositions positions, PartitionStates states,
			Holds holds, ClusterChanges clusterChanges) {
		this.client = client;
		this.reports = reports;
		this.positions = positions;
		this.states = states;
		this.holds = holds;
		this.clusterChanges = clusterChanges;
	}

	/**
	 * The partitions that the client has reported, and those that it leaves out because
	 * it reports others.
	 * @param assigned the partitions that are assigned
	 * @param isAllSaid whether the client has reported every position that it could
	 * report, and the guard has asked it nothing since
	 */
	List<Suspect> suspects(Set<TopicPartition> assigned, boolean isAllSaid) {
		Map<TopicPartition, Suspect> suspects = new LinkedHashMap<>();
		Set<TopicPartition> looked = new HashSet<>();
		boolean more = true;
		// The client may report more when the guard asks it for positions.
		for (int round = 0; more && round < 3; round++) {
			for (Map.Entry<TopicPartition, ClientReports.Report> entry : reports.positions().entrySet()) {
				if (looked.add(entry.getKey()) && assigned.contains(entry.getKey())) {
					addSuspect(suspects, entry.getKey(), entry.getValue(), isAllSaid);
				}
			}
			if (reports.isAnyClaimForgotten()) {
				addWaiting(suspects, assigned);
			}
			more = !looked.containsAll(reports.positions().keySet());
		}
		if (!more) {
			reports.claimsFound();
		}
		return List.copyOf(suspects.values());
	}

	private void addSuspect(Map<TopicPartition, Suspect> suspects, TopicPartition partition,
			ClientReports.Report report, boolean isAllSaid) {
		if (holds.contains(partition) || states.undecided().contains(partition)
				|| clusterChanges.isInDoubt(partition)) {
			return;
		}
		PartitionState state = states.get(partition);
		state.leaderFound();
		if (report.trigger() == Evidence.Trigger.OUT_OF_RANGE) {
			OptionalLong position = positions.now(partition);
			if (position.isPresent() && position.getAsLong() == report.position()) {
				Evidence.Trigger trigger = state.isSoughtByApplication() ? Evidence.Trigger.SOUGHT_OUT_OF_RANGE
						: Evidence.Trigger.OUT_OF_RANGE;
				suspects.put(partition, Suspect.reported(partition, trigger, report.position(), state, null));
			}
		}
		else if (states.isStarting(partition)) {
			// The claim is about an earlier position: the guard has yet to decide where
			// the partition starts.
			reports.forget(Set.of(partition));
		}
		else if (!dropLate(suspects, partition, state, report) && !hasPosition(partition, state, report, isAllSaid)) {
			suspects.put(partition,
					Suspect.reported(partition, report.trigger(), report.position(), state, report.claim()));
		}
	}

	/**
	 * Drops a claim that may be about a position from before a seek or an assignment: the
	 * client validates the position that it has now, and reports anew. So the guard seeks
	 * it to the same offset again: the claim may also be about a higher position, to
	 * which the client has read only markers since the seek, and it would validate that
	 * again only after {@code request.timeout.ms}. But the topic may have been created
	 * anew since, and a client that is sought with an epoch of the old one would wait for
	 * that epoch for ever. So with an epoch, or if the leader does not know it, the guard
	 * looks into the log instead. So it does if the client was sought without an epoch:
	 * it would not validate that position, and what it validates is the higher one.
	 * @return whether the guard has dropped the claim
	 */
	private boolean dropLate(Map<TopicPartition, Suspect> suspects, TopicPartition partition, PartitionState state,
			ClientReports.Report report) {
		boolean isLate = (states.isSought(partition) && state.position() < 0) || state.doubts(report.position());
		if (isLate) {
			reports.forget(Set.of(partition));
			OffsetAndMetadata sought = state.sought();
			if (sought != null && positions.now(partition).isEmpty()) {
				boolean isDefined = report.claim() == null || report.claim().isDefined();
				boolean isBefore = report.position() < sought.offset()
						|| (sought.leaderEpoch().isEmpty() && report.position() == sought.offset());
				if (isDefined && isBefore) {
					WhileAssigned.seek(client, partition, sought);
				}
				else {
					suspects.put(partition,
							Suspect.reported(partition, report.trigger(), sought.offset(), state, report.claim()));
				}
			}
		}
		return isLate;
	}

	/**
	 * Whether the client has validated its position by now, or the application has sought
	 * it. A client that has just reported the position as truncated has not validated it.
	 * The guard does not ask it then: a client without a position looks at its whole
	 * assignment before each answer.
	 */
	private boolean hasPosition(TopicPartition partition, PartitionState state, ClientReports.Report report,
			boolean isAllSaid) {
		boolean isSaid = isAllSaid && state.position() == report.position() && !states.isSought(partition);
		return !isSaid && positions.now(partition).isPresent();
	}

	/**
	 * When several brokers claim truncations in one poll, the client reports the claims
	 * of one and discards the rest. The other partitions would wait for
	 * {@code request.timeout.ms}, even if what the client reports is about a position
	 * that nobody has any more.
	 */
	private void addWaiting(Map<TopicPartition, Suspect> suspects, Set<TopicPartition> assigned) {
		for (TopicPartition partition : assigned) {
			if (suspects.containsKey(partition) || holds.contains(partition) || states.undecided().contains(partition)
					|| clusterChanges.isInDoubt(partition)) {
				continue;
			}
			PartitionState state = states.get(partition);
			if (state.position() >= 0 && positions.now(partition).isEmpty()) {
				suspects.put(partition,
						Suspect.reported(partition, Evidence.Trigger.TRUNCATION, state.position(), state, null));
			}
		}
	}

}