/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.client;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.evidence.TruncationClaim;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * What the client has reported by exceptions, and the guard has not acted upon yet. A
 * report is a hint, never an order: it may be late.
 */
public final class ClientReports {

	/**
	 * One partition's position when the client found something wrong with it.
	 *
	 * @param trigger what was wrong
	 * @param position the position then
	 * @param claim the truncation claim, if it was one
	 */
	public record Report(Evidence.Trigger trigger, long position, @Nullable TruncationClaim claim) {
	}

	private final Consumer<?, ?> client;

	private final Pauses pauses;

	private final Map<TopicPartition, Report> reports = new LinkedHashMap<>();

	private final Set<TopicPartition> withoutOffset = new HashSet<>();

	private @Nullable NoOffsetForPartitionException noOffset;

	private @Nullable InvalidOffsetException positionsReport;

	/** Whether the client may have heard claims that it has forgotten since. */
	private boolean claimsForgotten;

	public ClientReports(Consumer<?, ?> client, Pauses pauses) {
		this.client = client;
		this.pauses = pauses;
	}

	/**
	 * Takes what an exception says.
	 * @return whether it says anything new
	 */
	public boolean add(InvalidOffsetException exception) {
		if (!(exception instanceof NoOffsetForPartitionException)) {
			positionsReport = exception;
		}
		if (exception instanceof LogTruncationException truncation) {
			return addTruncation(truncation);
		}
		if (exception instanceof OffsetOutOfRangeException outOfRange) {
			boolean added = false;
			for (Map.Entry<TopicPartition, Long> entry : outOfRange.offsetOutOfRangePartitions().entrySet()) {
				Report report = new Report(Evidence.Trigger.OUT_OF_RANGE, entry.getValue(), null);
				added |= reports.putIfAbsent(entry.getKey(), report) == null;
			}
			pause(outOfRange.offsetOutOfRangePartitions().keySet());
			return added;
		}
		if (exception instanceof NoOffsetForPartitionException missing) {
			noOffset = missing;
			return withoutOffset.addAll(missing.partitions());
		}
		throw exception;
	}

	/**
	 * Keeps the client from fetching, and from reporting the same again, until the guard
	 * has dealt with the report.
	 */
	public void pause(Collection<TopicPartition> partitions) {
		pauses.pause(partitions, Pauses.Reason.REPORTED);
	}

	/**
	 * Lets the client fetch from partitions again.
	 */
	public void resume(Collection<TopicPartition> partitions) {
		pauses.resume(partitions, Pauses.Reason.REPORTED);
	}

	private boolean addTruncation(LogTruncationException truncation) {
		Map<TopicPartition, OffsetAndMetadata> divergent = truncation.divergentOffsets();
		boolean added = false;
		claimsForgotten = true;
		for (Map.Entry<TopicPartition, Long> entry : truncation.offsetOutOfRangePartitions().entrySet()) {
			TruncationClaim claim = TruncationClaim.of(Optional.ofNullable(divergent.get(entry.getKey())));
			Report report = new Report(Evidence.Trigger.TRUNCATION, entry.getValue(), claim);
			added |= !report.equals(reports.put(entry.getKey(), report));
		}
		return added;
	}

	/**
	 * Whether the client may wait in vain for positions to be validated: it keeps one
	 * exception about truncations until it throws it, and forgets what other brokers
	 * claim meanwhile. Then it asks again only after {@code request.timeout.ms}.
	 */
	public boolean isAnyClaimForgotten() {
		return claimsForgotten;
	}

	/**
	 * The client has heard claims, and cannot have reported all of them.
	 */
	public void claimsForgotten() {
		claimsForgotten = true;
	}

	/**
	 * The guard has looked for partitions that wait in vain.
	 */
	public void claimsFound() {
		claimsForgotten = false;
	}

	public boolean isEmpty() {
		return reports.isEmpty() && withoutOffset.isEmpty() && !claimsForgotten;
	}

	public Map<TopicPartition, Report> positions() {
		return new HashMap<>(reports);
	}

	public Set<TopicPartition> withoutOffset() {
		return Set.copyOf(withoutOffset);
	}

	/**
	 * The last exception about positions.
	 */
	public @Nullable InvalidOffsetException positionsReport() {
		return positionsReport;
	}

	public @Nullable NoOffsetForPartitionException noOffset() {
		return noOffset;
	}

	public void forget(Collection<TopicPartition> partitions) {
		resume(partitions.stream().filter(reports::containsKey).toList());
		partitions.forEach(reports::remove);
		partitions.forEach(withoutOffset::remove);
	}

	public void clear() {
		clearPositions(Set.of());
		clearWithoutOffset();
		claimsForgotten = false;
	}

	/**
	 * Forgets reports about positions. The client may fetch from them again.
	 * @param undecided the partitions about which the guard could not decide yet
	 */
	public void clearPositions(Set<TopicPartition> undecided) {
		resume(reports.keySet().stream().filter((partition) -> !undecided.contains(partition)).toList());
		reports.keySet().retainAll(undecided);
		if (reports.isEmpty()) {
			positionsReport = null;
		}
	}

	public boolean isReported(TopicPartition partition) {
		return reports.containsKey(partition);
	}

	/**
	 * The reports about partitions are dealt with: the client may fetch from them again.
	 */
	public void settle(Collection<TopicPartition> partitions) {
		resume(partitions);
		partitions.forEach(reports::remove);
		if (reports.isEmpty()) {
			positionsReport = null;
		}
	}

	public void clearWithoutOffset() {
		withoutOffset.clear();
		noOffset = null;
	}

}
