/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.enforcement;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import dev.holdfast.kafka.offsetguard.internal.cluster.ClientCluster;
import dev.holdfast.kafka.offsetguard.internal.lookup.TopicLookup;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionState;
import dev.holdfast.kafka.offsetguard.internal.partition.PartitionStates;
import dev.holdfast.kafka.offsetguard.internal.partition.PlainStart;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import dev.holdfast.kafka.offsetguard.internal.time.Retry;
import org.apache.kafka.clients.admin.ListOffsetsResult;
import org.apache.kafka.clients.admin.ListOffsetsResult.ListOffsetsResultInfo;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.IsolationLevel;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks leaders where logs end when their partitions are assigned, with the application's
 * isolation level. An admin client asks as well, beside the poll: the client does not
 * take an answer that comes after the time it was given, and a later one tells a later
 * end.
 */
public final class AssignedEnds {

	private static final Logger logger = LoggerFactory.getLogger(AssignedEnds.class);

	private final Consumer<?, ?> client;

	private final PartitionStates states;

	private final ClientCluster cluster;

	private final TopicLookup lookup;

	private final IsolationLevel level;

	private final Retry retry;

	private int clusterChanges;

	public AssignedEnds(Consumer<?, ?> client, PartitionStates states, ClientCluster cluster, TopicLookup lookup,
			boolean readCommitted, GuardClock clock) {
		this.client = client;
		this.states = states;
		this.cluster = cluster;
		this.clusterChanges = cluster.changes();
		this.lookup = lookup;
		this.level = readCommitted ? IsolationLevel.READ_COMMITTED : IsolationLevel.READ_UNCOMMITTED;
		this.retry = new Retry(clock);
	}

	/**
	 * Takes note of ends. Leaves out partitions whose end the client looks for by itself,
	 * or whose commit the guard knows by now. Asks the same leaders again at growing
	 * intervals if they could not answer: each question adds to what a slow broker has to
	 * answer.
	 * @param timeout how long to wait for leaders that were not asked before
	 * @param again how long to wait for all others
	 * @param isLateGood whether an answer counts that comes later
	 * @param before sends what an admin client has to ask before: it asks a broker one
	 * question after another, and a slow leader may be the coordinator, too
	 * @throws WakeupException if the application has woken the consumer up; the guard
	 * asks again
	 */
	void note(Collection<TopicPartition> assigned, Duration timeout, Duration again, boolean isLateGood,
			Runnable before) {
		forgetOtherCluster();
		Set<TopicPartition> unknown = new HashSet<>(assigned);
		unknown.removeIf((partition) -> !isWanted(partition));
		boolean isNew = unknown.stream().anyMatch((partition) -> !start(partition).isEndAsked());
		if (unknown.isEmpty() || !(isNew || retry.isDue())) {
			return;
		}
		// Whoever has to wait until an admin client is opened asks for a later end.
		if (isLateGood && lookup.isOpen()) {
			askBesideThePoll(unknown, before);
		}
		boolean isAnswered = askClient(unknown, isNew ? timeout : again);
		if (!isAnswered) {
			unknown.forEach((partition) -> start(partition).endAsked());
		}
		retry.note(!isAnswered);
	}

	/**
	 * The client has come to another cluster, whose logs end elsewhere.
	 */
	private void forgetOtherCluster() {
		int now = cluster.changes();
		if (now != clusterChanges) {
			clusterChanges = now;
			states.starting().forEach((partition) -> start(partition).forgetEnd());
		}
	}

	/**
	 * Asks through the client, which answers for all partitions or for none.
	 * @return whether it has answered in time
	 */
	private boolean askClient(Set<TopicPartition> partitions, Duration timeout) {
		if (timeout.toMillis() == 0) {
			// A client that has no time answers nothing, and throws nothing.
			return false;
		}
		try {
			client.endOffsets(partitions, timeout).forEach((partition, end) -> start(partition).found(end));
			return true;
		}
		catch (WakeupException | InterruptException ex) {
			throw ex;
		}
		catch (KafkaException ex) {
			logger.debug("Not known yet where {} partitions end", partitions.size(), ex);
			return false;
		}
	}

	private void askBesideThePoll(Set<TopicPartition> partitions, Runnable before) {
		before.run();
		Map<TopicPartition, OffsetSpec> ends = new HashMap<>();
		partitions.forEach((partition) -> {
			if (!start(partition).isEndOnItsWay()) {
				ends.put(partition, OffsetSpec.latest());
			}
		});
		ListOffsetsResult asked = ends.isEmpty() ? null : lookup.startOffsets(ends, level);
		if (asked != null) {
			ends.keySet()
				.forEach((partition) -> start(partition).asked(asked.partitionResult(partition)
					.toCompletionStage()
					.thenApply(ListOffsetsResultInfo::offset)
					.toCompletableFuture()));
		}
	}

	private boolean isWanted(TopicPartition partition) {
		PartitionState state = states.get(partition);
		boolean isKnownToBeCommitted = state.plainStart().isEndAsked() && state.plainStart().isCommitted();
		return state.isPlainStartUnknown() && !isKnownToBeCommitted && !states.undecided().isLooking(partition);
	}

	private PlainStart start(TopicPartition partition) {
		return states.get(partition).plainStart();
	}

}
