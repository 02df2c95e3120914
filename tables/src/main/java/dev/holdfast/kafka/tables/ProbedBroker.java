/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.tables;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

import org.apache.kafka.clients.admin.AlterConfigOp;
import org.apache.kafka.clients.admin.ConfigEntry;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.config.ConfigResource;

import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.versioncap.rules.KafkaApi;

/**
 * A real broker that offers all APIs that consumers may use, with a topic for them to
 * read. Thread-safe.
 */
final class ProbedBroker implements AutoCloseable {

	static final String TOPIC = "records";

	/**
	 * Groups have a commit here, so that they start without asking for the log's bounds.
	 */
	static final TopicPartition COMMITTED = new TopicPartition(TOPIC, 0);

	/** Groups have no commit here. */
	static final TopicPartition FRESH = new TopicPartition(TOPIC, 1);

	static final int RECORDS = 20;

	private static final int POSITION = 5;

	private static final int PUSH_INTERVAL_MILLIS = 100;

	private final KafkaCluster cluster;

	private ProbedBroker(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	static ProbedBroker start() {
		KafkaCluster cluster = KafkaCluster.builder()
			.brokerProperty("metric.reporters", TelemetryReceiver.class.getName())
			.start();
		try {
			subscribeToTelemetry(cluster);
			cluster.createTopic(TOPIC, 2);
			cluster.produce(COMMITTED, RECORDS);
			cluster.produce(FRESH, RECORDS);
			return new ProbedBroker(cluster);
		}
		catch (RuntimeException ex) {
			cluster.close();
			throw ex;
		}
	}

	/**
	 * Without a subscription, clients ask for one but push nothing.
	 */
	private static void subscribeToTelemetry(KafkaCluster cluster) {
		ConfigResource subscription = new ConfigResource(ConfigResource.Type.CLIENT_METRICS, "all");
		try {
			cluster.admin()
				.incrementalAlterConfigs(Map.of(subscription,
						List.of(set("interval.ms", String.valueOf(PUSH_INTERVAL_MILLIS)), set("metrics", "*"))))
				.all()
				.get(30, TimeUnit.SECONDS);
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
			throw new IllegalStateException(ex);
		}
		catch (ExecutionException | TimeoutException ex) {
			throw new IllegalStateException("The broker takes no telemetry", ex);
		}
	}

	private static AlterConfigOp set(String name, String value) {
		return new AlterConfigOp(new ConfigEntry(name, value), AlterConfigOp.OpType.SET);
	}

	String bootstrapServers() {
		return cluster.bootstrapServers();
	}

	void createGroup(String group) {
		cluster.commit(group, COMMITTED, new OffsetAndMetadata(POSITION, Optional.of(0), ""));
	}

	/**
	 * How many records a new group has to read.
	 */
	static int unread() {
		return 2 * RECORDS - POSITION;
	}

	boolean hasCommittedAll(String group) {
		Map<TopicPartition, OffsetAndMetadata> committed = cluster.committed(group);
		return List.of(COMMITTED, FRESH)
			.stream()
			.allMatch((partition) -> committed.containsKey(partition) && committed.get(partition).offset() == RECORDS);
	}

	/**
	 * The APIs that a client has used.
	 */
	SortedSet<KafkaApi> asked(String clientId) {
		SortedSet<KafkaApi> asked = new TreeSet<>();
		cluster.wire()
			.requests()
			.stream()
			.filter((request) -> request.clientId().equals(clientId))
			.forEach((request) -> asked.add(KafkaApi.of(request.api().name)));
		return asked;
	}

	@Override
	public void close() {
		cluster.close();
	}

}
