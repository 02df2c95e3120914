/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * What names one record of a log, without its content. In Kafka's replication offset and
 * leader epoch alone name a record; timestamp and sizes are compared too, since some
 * brokers answer with the same epoch for ever.
 *
 * @param offset the record's offset
 * @param leaderEpoch the leader epoch of the record's batch, -1 where unknown
 * @param timestamp the record's timestamp in milliseconds
 * @param keySize the size of the serialized key in bytes, -1 for null
 * @param valueSize the size of the serialized value in bytes, -1 for null
 */
public record RecordIdentity(long offset, int leaderEpoch, long timestamp, int keySize, int valueSize) {

	static RecordIdentity of(ConsumerRecord<?, ?> record) {
		return new RecordIdentity(record.offset(), record.leaderEpoch().orElse(-1), record.timestamp(),
				record.serializedKeySize(), record.serializedValueSize());
	}

}
