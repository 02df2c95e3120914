/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.evidence;

import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What names one record of a log, without its content. In Kafka's replication, offset and
 * leader epoch alone name a record. The guard compares timestamp and sizes too, since
 * some brokers answer with the same epoch for ever.
 *
 * @param offset the record's offset
 * @param leaderEpoch the leader epoch of the record's batch, -1 where unknown
 * @param timestamp the record's timestamp in milliseconds
 * @param keySize the size of the serialized key in bytes, -1 for null, -2 where unknown
 * @param valueSize the size of the serialized value in bytes, -1 for null, -2 where
 * unknown
 */
public record RecordIdentity(long offset, int leaderEpoch, long timestamp, int keySize, int valueSize) {

	/** The size of a record that a bookmark names and this process has not seen. */
	public static final int UNKNOWN_SIZE = -2;

	/**
	 * Names a record as a bookmark does.
	 * @param offset the record's offset
	 * @param leaderEpoch the leader epoch of its batch, -1 where unknown
	 * @param timestamp its timestamp in milliseconds
	 * @return its name, without sizes
	 */
	public static RecordIdentity remembered(long offset, int leaderEpoch, long timestamp) {
		return new RecordIdentity(offset, leaderEpoch, timestamp, UNKNOWN_SIZE, UNKNOWN_SIZE);
	}

	/**
	 * Whether all that is known of this record holds for another one.
	 */
	boolean isLike(RecordIdentity other) {
		return offset == other.offset && leaderEpoch == other.leaderEpoch
				&& (timestamp < 0 || timestamp == other.timestamp) && isLike(keySize, other.keySize)
				&& isLike(valueSize, other.valueSize);
	}

	private static boolean isLike(int size, int other) {
		return size == UNKNOWN_SIZE || size == other;
	}

	/**
	 * Names a record that a consumer has delivered.
	 * @param record the record
	 * @return its name
	 */
	public static RecordIdentity of(ConsumerRecord<?, ?> record) {
		return new RecordIdentity(record.offset(), record.leaderEpoch().orElse(-1), record.timestamp(),
				record.serializedKeySize(), record.serializedValueSize());
	}

}
