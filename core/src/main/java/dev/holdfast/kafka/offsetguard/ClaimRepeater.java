/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;

/**
 * Makes a fresh client validate positions that another one was told are truncated: a
 * stale leader answers with old data once, a liar always.
 */
final class ClaimRepeater {

	private static final Duration STEP = Duration.ofMillis(20);

	private final Consumer<?, ?> inspector;

	private final Map<TopicPartition, Findings> waiting = new HashMap<>();

	ClaimRepeater(Consumer<?, ?> inspector) {
		this.inspector = inspector;
	}

	void repeat(List<Findings> asked, Deadline deadline) {
		for (Findings each : asked) {
			each.validation = Evidence.Validation.UNANSWERED;
			waiting.put(each.partition(), each);
		}
		seekWithEpoch();
		while (!waiting.isEmpty() && !deadline.isOver()) {
			try {
				inspector.poll(deadline.left(STEP));
				takeValid();
			}
			catch (LogTruncationException ex) {
				takeClaims(ex);
				// A client that hears claims from several brokers reports those of one
				// and lets the other partitions wait for request.timeout.ms.
				seekWithEpoch();
			}
		}
		for (Findings each : waiting.values()) {
			inspector.seek(each.partition(), each.suspect.position());
		}
	}

	private void seekWithEpoch() {
		for (Findings each : waiting.values()) {
			inspector.seek(each.partition(),
					new OffsetAndMetadata(each.suspect.position(), Optional.of(each.suspect.leaderEpoch()), ""));
		}
	}

	private void takeValid() {
		for (TopicPartition partition : List.copyOf(waiting.keySet())) {
			if (Positions.now(inspector, partition).isPresent()) {
				Findings each = waiting.remove(partition);
				if (each != null) {
					each.validation = Evidence.Validation.VALID;
				}
			}
		}
	}

	private void takeClaims(LogTruncationException ex) {
		for (TopicPartition partition : ex.offsetOutOfRangePartitions().keySet()) {
			Findings each = waiting.remove(partition);
			if (each != null) {
				each.validation = Evidence.Validation.CLAIMED;
				each.repeatedClaim = TruncationClaim.of(Optional.ofNullable(ex.divergentOffsets().get(partition)));
				inspector.seek(partition, each.suspect.position());
			}
		}
	}

}
