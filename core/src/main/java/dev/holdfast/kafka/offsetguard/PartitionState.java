/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.util.List;
import java.util.concurrent.TimeUnit;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.jspecify.annotations.Nullable;

/**
 * What the guard remembers of one assigned partition. Primitive fields only on the path
 * of every poll; belongs to the consumer's thread.
 */
final class PartitionState {

	private static final long FORGET_KEPT_NANOS = TimeUnit.MINUTES.toNanos(1);

	private boolean positioned;

	private long position = -1;

	private int leaderEpoch = -1;

	private long witnessOffset = -1;

	private int witnessLeaderEpoch = -1;

	private long witnessTimestamp = -1;

	private int witnessKeySize = -1;

	private int witnessValueSize = -1;

	private int kept;

	private long keptAt;

	private @Nullable Hold hold;

	/**
	 * Whether anybody has set or used a position since the partition was assigned.
	 */
	boolean isPositioned() {
		return positioned;
	}

	/**
	 * Where the partition was seen last, -1 if nobody knows. A little behind the client's
	 * position where markers or aborted records follow the last record delivered.
	 */
	long position() {
		return position;
	}

	int leaderEpoch() {
		return leaderEpoch;
	}

	@Nullable RecordIdentity lastDelivered() {
		return (witnessOffset >= 0) ? new RecordIdentity(witnessOffset, witnessLeaderEpoch, witnessTimestamp,
				witnessKeySize, witnessValueSize) : null;
	}

	@Nullable Hold hold() {
		return hold;
	}

	boolean isHeld() {
		return hold != null;
	}

	void hold(Hold hold) {
		positioned = true;
		this.hold = hold;
	}

	void release() {
		hold = null;
	}

	void deliver(List<? extends ConsumerRecord<?, ?>> records) {
		ConsumerRecord<?, ?> last = records.get(records.size() - 1);
		witnessOffset = last.offset();
		witnessLeaderEpoch = last.leaderEpoch().orElse(-1);
		witnessTimestamp = last.timestamp();
		witnessKeySize = last.serializedKeySize();
		witnessValueSize = last.serializedValueSize();
		position = witnessOffset + 1;
		positioned = true;
		kept = 0;
		leaderEpoch = Math.max(leaderEpoch, witnessLeaderEpoch);
	}

	/**
	 * The position was confirmed: the history behind it stands.
	 * @return how often it was in a row: without a record, another position or a quiet
	 * minute in between
	 */
	int keep(long confirmed) {
		long now = System.nanoTime();
		boolean longAgo = now - keptAt > FORGET_KEPT_NANOS;
		positioned = true;
		position = confirmed;
		kept = longAgo ? 1 : kept + 1;
		keptAt = now;
		return kept;
	}

	/**
	 * The position was set: what was delivered before says nothing about it any more.
	 */
	void seek(OffsetAndMetadata offset) {
		positioned = true;
		kept = 0;
		position = offset.offset();
		leaderEpoch = offset.leaderEpoch().orElse(-1);
		witnessOffset = -1;
	}

	/**
	 * The position was set to a bound of the log that the client has yet to look up.
	 */
	void seekToUnknown() {
		positioned = true;
		kept = 0;
		position = -1;
		leaderEpoch = -1;
		witnessOffset = -1;
	}

}
