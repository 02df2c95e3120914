/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.policy.Cause;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import dev.holdfast.kafka.test.NumberedRecords;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

/**
 * Two groups, one of each protocol, read numbered records for a while in which everything
 * happens that may happen to a cluster. {@code -Dholdfast.soak.duration=PT5M} says how
 * long, {@code -Dholdfast.soak.seed=42} repeats the events of another run.
 */
@LyingKafka(brokers = 3)
@Timeout(value = 20, unit = TimeUnit.MINUTES)
@Tag("long")
class SoakTests {

	private static final Logger logger = LoggerFactory.getLogger(SoakTests.class);

	/**
	 * Longer than {@code session.timeout.ms}, after which a coordinator gives up a member
	 * that could not take its leave while the coordinator was away.
	 */
	private static final Duration PATIENCE = Duration.ofSeconds(90);

	private static final String TOPIC = "soak";

	private static final int PARTITIONS = 4;

	/** Between two events each group is given so many records. */
	private static final int PACE = 50;

	private static final Set<Cause> EXPECTED = EnumSet.of(Cause.NEW_PARTITION, Cause.BELOW_LOG_START,
			Cause.FALSE_TRUNCATION, Cause.SPURIOUS_OUT_OF_RANGE, Cause.UNVERIFIABLE);

	private final KafkaCluster cluster;

	SoakTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@Test
	void sameSeedMakesSameScript() {
		assertThat(ChaosScript.of(42)).isEqualTo(ChaosScript.of(42)).isNotEqualTo(ChaosScript.of(43));
	}

	/** Has a shorter timeout of its own, which knows how long this is to take. */
	@Test
	@Timeout(value = 7, unit = TimeUnit.DAYS)
	void everyRecordIsDeliveredAndEveryRepeatExplained() {
		Duration duration = Duration.parse(System.getProperty("holdfast.soak.duration", "PT30S"));
		assertTimeoutPreemptively(duration.plusMinutes(15), () -> soak(duration));
	}

	private void soak(Duration duration) throws Exception {
		ChaosScript script = ChaosScript.of(Long.getLong("holdfast.soak.seed", new Random().nextInt()));
		logger.info("Soaking for {} with -Dholdfast.soak.seed={}", duration, script.seed());
		cluster.createTopic(TOPIC, PARTITIONS, 3, Map.of());
		try (NumberedRecords records = NumberedRecords.to(cluster);
				SoakGroup classic = group("classic");
				SoakGroup consumer = group("consumer")) {
			List<SoakGroup> groups = List.of(classic, consumer);
			for (int partition = 0; partition < PARTITIONS; partition++) {
				records.sendEvery(Chaos.PERIOD, List.of(new TopicPartition(TOPIC, partition)));
			}
			Chaos chaos = new Chaos(cluster, TOPIC, PARTITIONS, records, groups);
			long end = System.nanoTime() + duration.toNanos();
			int steps = 0;
			while (System.nanoTime() < end) {
				awaitProgress(groups, script, steps);
				chaos.carryOut(script.steps().get(steps++));
			}
			cluster.wire().honest();
			records.stop();
			for (SoakGroup group : groups) {
				assertAllDelivered(group, records, chaos,
						"seed %d after %s".formatted(script.seed(), script.steps().subList(0, steps)));
			}
		}
	}

	private SoakGroup group(String protocol) {
		SoakGroup group = new SoakGroup(cluster, TOPIC, protocol);
		for (int partition = 0; partition < PARTITIONS; partition++) {
			cluster.commit(TOPIC + "-" + protocol, new TopicPartition(TOPIC, partition), new OffsetAndMetadata(0));
		}
		group.join();
		group.join();
		return group;
	}

	private static void awaitProgress(List<SoakGroup> groups, ChaosScript script, int steps) {
		for (SoakGroup group : groups) {
			long deliveries = group.ledger.deliveries();
			await("seed %d after %s".formatted(script.seed(), script.steps().subList(0, steps))).atMost(PATIENCE)
				.until(() -> {
					group.check();
					return group.ledger.deliveries() >= deliveries + PACE;
				});
		}
	}

	private static void assertAllDelivered(SoakGroup group, NumberedRecords records, Chaos chaos, String run) {
		await(run).atMost(PATIENCE).until(() -> {
			group.check();
			return group.ledger.isComplete(records.counts());
		});
		group.stop();
		logger.info("{}, {} decisions, {}", group.ledger, group.consumers.decisions.size(), run);
		assertThat(group.ledger.mistakes(records.counts(), chaos.removed)).as(run).isEmpty();
		assertThat(EXPECTED).as(run).containsAll(group.consumers.causes());
	}

}
