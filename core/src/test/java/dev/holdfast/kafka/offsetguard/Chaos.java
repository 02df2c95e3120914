/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;

import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.admin.TopicDescription;
import org.apache.kafka.common.TopicPartition;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.NumberedRecords;

import static org.awaitility.Awaitility.await;

/**
 * Carries out a script on a topic and the groups that read it.
 */
final class Chaos {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	/** Between two records of a partition. */
	static final Duration PERIOD = Duration.ofMillis(20);

	private static final int MAX_PARTITIONS = 12;

	private final KafkaCluster cluster;

	private final String topic;

	private final NumberedRecords records;

	private final List<SoakGroup> groups;

	/** Before which offset retention has removed records. */
	final Map<TopicPartition, Long> removed = new HashMap<>();

	private int partitions;

	Chaos(KafkaCluster cluster, String topic, int partitions, NumberedRecords records, List<SoakGroup> groups) {
		this.cluster = cluster;
		this.topic = topic;
		this.partitions = partitions;
		this.records = records;
		this.groups = groups;
	}

	void carryOut(ChaosScript.Step step) throws ExecutionException, InterruptedException {
		int choice = step.choice();
		switch (step.event()) {
			case LIE -> lie(choice);
			case LEADER_MOVE -> {
				TopicPartition partition = new TopicPartition(topic, choice % partitions);
				int next = choice / partitions % (cluster.brokerIds().size() - 1) + 1;
				cluster.moveLeader(partition, (cluster.leader(partition) + next) % cluster.brokerIds().size());
			}
			case RETENTION -> removeRecords(choice);
			case NEW_PARTITION -> addPartition();
			case BROKER_RESTART -> {
				cluster.restartBroker(cluster.brokerIds().get(choice % cluster.brokerIds().size()));
				awaitInSync();
			}
			case REBALANCE -> groups.get(choice % groups.size()).rebalance();
		}
	}

	/**
	 * Another lie takes the place of the one before.
	 */
	private void lie(int choice) {
		cluster.wire().honest();
		switch (choice % 5) {
			case 0 -> cluster.wire().inject(Fault.epochEndOffset(0));
			case 1 -> cluster.wire().inject(Fault.epochEndOffset(choice % 100));
			case 2 -> cluster.wire().inject(Fault.undefinedEpochEndOffset());
			case 3 -> cluster.wire().inject(Fault.offsetOutOfRange().forClient(topic).times(3));
			default -> {
			}
		}
	}

	/**
	 * Half of a log, most of it, or all there is.
	 */
	private void removeRecords(int choice) {
		TopicPartition partition = new TopicPartition(topic, choice % partitions);
		long start = cluster.logStart(partition);
		long end = cluster.logEnd(partition);
		long before = start + (end - start) * List.of(50, 95, 100).get(choice / partitions % 3) / 100;
		removed.put(partition, before);
		cluster.deleteRecords(partition, before);
	}

	private void addPartition() throws ExecutionException, InterruptedException {
		if (partitions < MAX_PARTITIONS) {
			partitions++;
			cluster.admin().createPartitions(Map.of(topic, NewPartitions.increaseTo(partitions))).all().get();
			TopicPartition added = new TopicPartition(topic, partitions - 1);
			cluster.leader(added);
			records.sendEvery(PERIOD, List.of(added));
		}
	}

	private void awaitInSync() {
		await().atMost(PATIENCE).until(() -> {
			Map<String, TopicDescription> descriptions = cluster.admin()
				.describeTopics(List.of(topic, "__consumer_offsets"))
				.allTopicNames()
				.get();
			return descriptions.values()
				.stream()
				.flatMap((each) -> each.partitions().stream())
				.allMatch((each) -> each.isr().size() == cluster.brokerIds().size());
		});
	}

}
