/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Collectors;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import dev.holdfast.kafka.test.NumberedRecords;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A hundred times a consumer starts from what the last one has committed, reads what
 * arrives while the leader of a partition moves, commits and stops; nobody lies. In all
 * of that there is nothing to decide.
 */
@LyingKafka(brokers = 3)
@Timeout(value = 240, unit = TimeUnit.SECONDS)
@Tag("long")
class HonestRunsTests {

	private static final int RUNS = 100;

	private static final int PARTITIONS = 3;

	private static final int RECORDS_A_POLL = 3;

	private final KafkaCluster cluster;

	/** Of its own: tasks wait for each other here. */
	private final ExecutorService threads = Executors.newCachedThreadPool();

	HonestRunsTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@AfterEach
	void stopThreads() {
		threads.shutdownNow();
	}

	private enum Commits {

		NAMED, POSITIONS, AUTO

	}

	@Test
	void hundredHonestRunsRaiseNoAlarm() throws Exception {
		List<Group> groups = List.of(new Group("classic"), new Group("consumer"));

		try (NumberedRecords records = NumberedRecords.to(cluster)) {
			records.sendEvery(Duration.ofMillis(20),
					groups.stream().flatMap((group) -> group.partitions().stream()).toList());
			CompletableFuture
				.allOf(groups.stream()
					.map((group) -> CompletableFuture.runAsync(() -> group.run(RUNS / groups.size()), threads))
					.toArray(CompletableFuture[]::new))
				.get();
			records.stop();
			for (Group group : groups) {
				group.readToEnd(records);
			}
		}

		for (Group group : groups) {
			assertThat(group.consumers.decisions).isEmpty();
		}
		assertThat(cluster.wire().requests())
			.noneMatch((request) -> request.clientId().startsWith("holdfast-inspector-"));
	}

	/**
	 * One at a time.
	 */
	private synchronized void moveLeader(TopicPartition partition) {
		cluster.moveLeader(partition, (cluster.leader(partition) + 1) % cluster.brokerIds().size());
	}

	private final class Group {

		private final String topic;

		private final Consumers consumers;

		private final Map<TopicPartition, List<Long>> delivered = new HashMap<>();

		Group(String protocol) {
			this.topic = "honest-" + protocol;
			this.consumers = new Consumers(cluster, protocol, topic).with("auto.offset.reset", "latest")
				.with("auto.commit.interval.ms", 100)
				.with("max.poll.records", 7);
			cluster.createTopic(topic, PARTITIONS, 3, Map.of());
			partitions().forEach((partition) -> cluster.commit(topic, partition, new OffsetAndMetadata(0)));
		}

		private List<TopicPartition> partitions() {
			List<TopicPartition> partitions = new ArrayList<>();
			for (int i = 0; i < PARTITIONS; i++) {
				partitions.add(new TopicPartition(topic, i));
			}
			return partitions;
		}

		void run(int times) {
			for (int number = 0; number < times; number++) {
				runOnce(number);
			}
		}

		/**
		 * One run, whose leader moves in the middle.
		 */
		private void runOnce(int number) {
			Commits commits = Commits.values()[number % Commits.values().length];
			TopicPartition moved = new TopicPartition(topic, number % PARTITIONS);
			try (Consumer<String, String> consumer = subscribe(commits)) {
				poll(consumer, commits, hasMoreOfEach());
				CompletableFuture<Void> move = CompletableFuture.runAsync(() -> moveLeader(moved), threads);
				poll(consumer, commits, move::isDone);
				move.join();
				// A client leaves a partition out where it commits its own positions,
				// until it has validated the one there.
				poll(consumer, commits, hasMoreOfEach());
			}
			assertThat(consumers.decisions).as("decisions of run %d of %s", number, topic).isEmpty();
			delivered.forEach((partition, numbers) -> assertThat(repeated(numbers))
				.as("delivered again in run %d of %s, after commits of run %d", number, partition, number - 1)
				.isEmpty());
		}

		/**
		 * Reads on until each partition has delivered what was sent: no more, no less.
		 */
		void readToEnd(NumberedRecords records) {
			try (Consumer<String, String> consumer = subscribe(Commits.NAMED)) {
				poll(consumer, Commits.NAMED, () -> partitions().stream()
					.allMatch((each) -> Consumers.isAt(consumer, each, records.sent(each).size())));
			}
			partitions().forEach((partition) -> assertThat(delivered.get(partition)).as("%s", partition)
				.isEqualTo(records.sent(partition)));
		}

		private static Set<Long> repeated(List<Long> numbers) {
			Set<Long> seen = new HashSet<>();
			return numbers.stream().filter((number) -> !seen.add(number)).collect(Collectors.toSet());
		}

		private Consumer<String, String> subscribe(Commits commits) {
			// Each consumer is of a process of its own.
			consumers.with("enable.auto.commit", commits == Commits.AUTO);
			Consumer<String, String> consumer = consumers.guarded();
			consumer.subscribe(List.of(topic));
			return consumer;
		}

		private BooleanSupplier hasMoreOfEach() {
			Map<TopicPartition, Integer> before = new HashMap<>();
			partitions().forEach((partition) -> before.put(partition, count(partition)));
			return () -> partitions().stream()
				.allMatch((partition) -> count(partition) >= before.get(partition) + RECORDS_A_POLL);
		}

		private int count(TopicPartition partition) {
			return delivered.getOrDefault(partition, List.of()).size();
		}

		private void poll(Consumer<String, String> consumer, Commits commits, BooleanSupplier condition) {
			Map<TopicPartition, OffsetAndMetadata> processed = new HashMap<>();
			Consumers.pollUntil(consumer, (record) -> {
				TopicPartition partition = new TopicPartition(record.topic(), record.partition());
				delivered.computeIfAbsent(partition, (key) -> new ArrayList<>()).add(NumberedRecords.number(record));
				processed.put(partition, new OffsetAndMetadata(record.offset() + 1));
			}, condition);
			if (commits == Commits.NAMED) {
				consumer.commitSync(processed);
			}
			else if (commits == Commits.POSITIONS) {
				consumer.commitSync();
			}
		}

	}

}
