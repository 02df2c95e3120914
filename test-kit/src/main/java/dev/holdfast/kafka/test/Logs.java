/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.OffsetSpec;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;

/**
 * Writes and reads the logs. Every call uses a client of its own: an admin client that
 * has cached a partition's leader waits for that broker, even when another one leads now.
 */
final class Logs {

	private final Map<String, Object> connection;

	private final Map<TopicPartition, AtomicLong> produced = new ConcurrentHashMap<>();

	Logs(String bootstrapServers) {
		this.connection = Map.of("bootstrap.servers", bootstrapServers, "client.id", "holdfast-cluster",
				"retry.backoff.ms", 20);
	}

	void produce(TopicPartition partition, int count) {
		Map<String, Object> configuration = new HashMap<>(this.connection);
		// An unclean election would end the sequence of an idempotent producer.
		configuration.put("enable.idempotence", false);
		try (NumberedRecords records = new NumberedRecords(configuration, Long::toString, this.produced)) {
			records.send(partition, count);
		}
	}

	void delete(TopicPartition partition, long beforeOffset) {
		try (Admin admin = Admin.create(this.connection)) {
			Await.result("delete records of " + partition,
					admin.deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(beforeOffset))).all());
		}
		Await.until("log start of " + partition + " at " + beforeOffset, () -> start(partition) >= beforeOffset);
	}

	long start(TopicPartition partition) {
		return offset(partition, OffsetSpec.earliest());
	}

	long end(TopicPartition partition) {
		return offset(partition, OffsetSpec.latest());
	}

	private long offset(TopicPartition partition, OffsetSpec spec) {
		try (Admin admin = Admin.create(this.connection)) {
			return Await
				.result("offset of " + partition, admin.listOffsets(Map.of(partition, spec)).partitionResult(partition))
				.offset();
		}
	}

}
