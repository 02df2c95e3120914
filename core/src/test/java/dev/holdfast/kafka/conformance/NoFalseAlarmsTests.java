/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;

import dev.holdfast.kafka.conformance.report.Check;
import dev.holdfast.kafka.conformance.report.ConformanceReport;
import dev.holdfast.kafka.conformance.report.Finding;
import dev.holdfast.kafka.conformance.report.Verdict;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import dev.holdfast.kafka.test.NumberedRecords;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Honest brokers are never accused, whatever happens to their logs meanwhile: records
 * arrive, leaders move, retention and compaction take records away, transactions are
 * open, committed and aborted, and some logs are empty.
 */
@LyingKafka(brokers = 3)
@Timeout(value = 45, unit = TimeUnit.MINUTES)
@Tag("long")
class NoFalseAlarmsTests {

	private static final int RUNS = Integer.getInteger("holdfast.conformance.runs", 6);

	private static final Map<Integer, List<Integer>> REPLICAS = Map.of(0, List.of(0, 1), 1, List.of(1, 2), 2,
			List.of(2, 0));

	private final KafkaCluster cluster;

	private final List<TopicPartition> busy = partitions("busy");

	private final List<TopicPartition> compacted = partitions("compacted");

	private final List<TopicPartition> transactional = partitions("transactional");

	NoFalseAlarmsTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	private static List<TopicPartition> partitions(String topic) {
		return REPLICAS.keySet().stream().sorted().map((each) -> new TopicPartition(topic, each)).toList();
	}

	@Test
	void honestBrokersAreNeverAccused() {
		cluster.createTopic("busy", REPLICAS, Map.of());
		cluster.createTopic("compacted", REPLICAS, Map.of("cleanup.policy", "compact", "min.cleanable.dirty.ratio",
				"0.01", "segment.ms", "300", "max.compaction.lag.ms", "500"));
		cluster.createTopic("transactional", REPLICAS, Map.of());
		cluster.createTopic("empty", REPLICAS, Map.of());
		AtomicBoolean ended = new AtomicBoolean();
		List<Finding> accused = new ArrayList<>();
		try (NumberedRecords records = NumberedRecords.to(cluster)) {
			records.sendEvery(Duration.ofMillis(10), busy);
			CompletableFuture<Void> transactions = CompletableFuture.runAsync(() -> transactions(ended));
			CompletableFuture<Void> trouble = CompletableFuture.runAsync(() -> trouble(ended));

			for (int run = 0; run < RUNS; run++) {
				ConformanceReport report = Checking.of(cluster, (run % 2 == 0) ? "classic" : "consumer").run();
				report.findings()
					.stream()
					.filter((finding) -> finding.verdict().isAtLeast(Verdict.WARNING))
					.forEach(accused::add);
				assertThat(report.of(Check.READS).verdict()).isEqualTo(Verdict.SOUND);
			}

			ended.set(true);
			CompletableFuture.allOf(transactions, trouble).join();
		}
		assertThat(accused).isEmpty();
	}

	private void trouble(AtomicBoolean ended) {
		Random random = new Random(42);
		while (!ended.get()) {
			TopicPartition partition = List.of(busy, compacted, transactional)
				.get(random.nextInt(3))
				.get(random.nextInt(3));
			List<Integer> replicas = REPLICAS.getOrDefault(partition.partition(), List.of());
			cluster.moveLeader(partition, replicas.get(random.nextInt(2)));
			TopicPartition shortened = busy.get(random.nextInt(3));
			cluster.deleteRecords(shortened, (cluster.logStart(shortened) + cluster.logEnd(shortened)) / 2);
		}
	}

	/**
	 * Also writes what is compacted: each key again and again.
	 */
	private void transactions(AtomicBoolean ended) {
		Map<String, Object> configuration = Map.of("bootstrap.servers", cluster.directBootstrapServers(),
				"transactional.id", "conformance", "key.serializer", StringSerializer.class, "value.serializer",
				StringSerializer.class);
		try (KafkaProducer<String, String> producer = new KafkaProducer<>(configuration)) {
			producer.initTransactions();
			for (int number = 0; !ended.get(); number++) {
				producer.beginTransaction();
				for (TopicPartition each : Arrays.asList(transactional.get(number % 3), compacted.get(number % 3))) {
					producer.send(new ProducerRecord<>(each.topic(), each.partition(), "key-" + number % 5,
							String.valueOf(number)));
				}
				producer.flush();
				if (number % 3 == 0) {
					producer.abortTransaction();
				}
				else {
					producer.commitTransaction();
				}
			}
		}
	}

}
