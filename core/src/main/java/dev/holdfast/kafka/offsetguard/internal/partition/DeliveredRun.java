/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.partition;

import dev.holdfast.kafka.offsetguard.evidence.RecordIdentity;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.jspecify.annotations.Nullable;

/**
 * What the client has delivered last from one partition: the last record, which is the
 * witness of the history before the position, and the run of records with its leader
 * epoch. Has primitive fields only, as every poll writes them. Belongs to the consumer's
 * thread.
 */
public final class DeliveredRun {

	private long lastOffset = -1;

	private int lastLeaderEpoch = -1;

	private long lastTimestamp = -1;

	private int lastKeySize = -1;

	private int lastValueSize = -1;

	/**
	 * Where the run begins: all delivered records from there on have the last one's
	 * leader epoch. -1 without a run.
	 */
	private long start = -1;

	/**
	 * Whether there is no run: the client has delivered nothing since the guard or the
	 * application set the position, or since the cluster changed.
	 */
	boolean isEmpty() {
		return start < 0;
	}

	/**
	 * Takes note of what is delivered. Leader epochs only ever grow along a log: between
	 * two records of the same epoch all have that epoch.
	 */
	void deliver(ConsumerRecord<?, ?> first, ConsumerRecord<?, ?> last, int epoch) {
		if (start < 0 || epoch != lastLeaderEpoch) {
			start = (first.leaderEpoch().orElse(-1) == epoch) ? first.offset() : last.offset();
		}
		lastOffset = last.offset();
		lastLeaderEpoch = epoch;
		lastTimestamp = last.timestamp();
		lastKeySize = last.serializedKeySize();
		lastValueSize = last.serializedValueSize();
	}

	/**
	 * The last record delivered.
	 * @return the record, {@code null} if none is known
	 */
	public @Nullable RecordIdentity last() {
		return (lastOffset >= 0)
				? new RecordIdentity(lastOffset, lastLeaderEpoch, lastTimestamp, lastKeySize, lastValueSize) : null;
	}

	/**
	 * Takes over a record from before this process had the partition.
	 */
	void remember(RecordIdentity record) {
		start = -1;
		lastOffset = record.offset();
		lastLeaderEpoch = record.leaderEpoch();
		lastTimestamp = record.timestamp();
		lastKeySize = record.keySize();
		lastValueSize = record.valueSize();
	}

	/**
	 * The leader epoch at an offset, as far as the records delivered tell.
	 * @return the epoch, -1 if they do not
	 */
	public int leaderEpochAt(long offset) {
		return (start >= 0 && offset >= start && offset <= lastOffset) ? lastLeaderEpoch : -1;
	}

	/**
	 * What stands for the history below an offset that is committed: the last record
	 * delivered, or the one before the offset where its epoch is known.
	 * @return the record, {@code null} if none is known
	 */
	public @Nullable RecordIdentity witnessBelow(long offset) {
		if (lastOffset >= 0 && lastOffset < offset) {
			return last();
		}
		int epoch = leaderEpochAt(offset - 1);
		return (epoch >= 0) ? RecordIdentity.remembered(offset - 1, epoch, -1) : null;
	}

	/**
	 * Forgets the run: its epoch is another cluster's.
	 */
	void forgetEpochs() {
		start = -1;
	}

	/**
	 * The guard or the application has set the position: earlier records say nothing
	 * about it.
	 */
	void forget() {
		lastOffset = -1;
		forgetEpochs();
	}

}
