/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.policy.Cause;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.CooperativeStickyAssignor;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import dev.holdfast.kafka.test.Polling;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What happens to partitions while it is not decided where they start, since the guard's
 * admin client is not answered, or late: under {@code latest}, as Kafka alone.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@Tag("long")
class UndecidedHistoriesTests {

	private static final Duration POLL = Duration.ofMillis(100);

	private final KafkaCluster cluster;

	UndecidedHistoriesTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	/**
	 * As listener containers do by default. Each answer comes soon, and all of them after
	 * a few polls.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, 1", "classic, 5", "classic, 50", "consumer, 1", "consumer, 5", "consumer, 50" })
	void commitOfTheAnswerIsMadeWhereverTheAnswersAreOnTheirWay(String protocol, int polls) {
		for (boolean guarded : List.of(false, true)) {
			TopicPartition partition = partition("late-%s-%s-%d".formatted(protocol, guarded, polls), 100);
			String group = partition.topic();
			Fault.Handle late = cluster.wire()
				.inject(Fault.delay(Duration.ofMillis(300)).forClient("holdfast-admin-" + group));
			Consumers consumers = consumers(protocol, group);
			Map<TopicPartition, Long> told = new HashMap<>();

			try (Consumer<String, String> consumer = consumers.create(guarded)) {
				subscribe(consumer, group, told);
				Consumers.pollUntil(consumer, () -> told.size() == 1);
				for (int i = 0; i < polls; i++) {
					assertThat(consumer.poll(Duration.ofMillis(20))).isEmpty();
				}
			}
			assertThat(late.hits() > 0).isEqualTo(guarded);
			assertThat(told).isEqualTo(Map.of(partition, 100L));
			assertThat(offsets(group)).isEqualTo(Map.of(partition, 100L));
			cluster.produce(partition, 50);

			try (Consumer<String, String> consumer = consumers.create(guarded)) {
				consumer.subscribe(List.of(group));
				assertThat(Consumers.pollTo(consumer, partition, 150)).isEqualTo(range(100, 150));
			}
		}
	}

	/**
	 * Kafka alone would start the added partition at its end. Beside a claim that is
	 * looked into, it is assigned inside a poll whose share for evidence another one's
	 * start has spent.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false", "classic, true", "consumer, false", "consumer, true" })
	void addedPartitionIsReadFromItsStartWhenTheAnswersCome(String protocol, boolean besideClaim) throws Exception {
		TopicPartition old = partition("added-%s-%s".formatted(protocol, besideClaim), 10);
		String group = old.topic();
		TopicPartition added = new TopicPartition(group, 1);
		TopicPartition claimed = partition(group + "-claimed", 30);
		cluster.commit(group, claimed, Consumers.offset(20, 0));
		Consumers consumers = consumers(protocol, group).with("metadata.max.age.ms", 300)
			.timing(Duration.ofSeconds(20), Duration.ofSeconds(30));
		if (protocol.equals("classic")) {
			// Which takes nothing away that is only assigned anew.
			consumers.with("partition.assignment.strategy", CooperativeStickyAssignor.class.getName());
		}
		commitWithBookmark(consumers, old);
		Map<TopicPartition, List<Long>> delivered = new HashMap<>();
		cluster.wire().inject(Fault.epochEndOffset(0).forClient(group).forPartition(claimed));
		Fault.Handle unlooked = cluster.wire().inject(Fault.silence().forClient("holdfast-inspector-" + group));
		List<String> topics = new ArrayList<>();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			Polling<String, String> polling = Polling.of(consumer).into(delivered).pollTimeout(POLL);
			if (besideClaim) {
				topics.add(claimed.topic());
				consumer.subscribe(topics);
				polling.until(() -> unlooked.hits() > 0);
			}
			Fault.Handle silence = cluster.wire()
				.inject(Fault.silence(ApiKeys.OFFSET_FETCH).forClient("holdfast-admin-" + group));
			topics.add(group);
			consumer.subscribe(topics);
			polling.until(() -> silence.hits() > 0);
			cluster.admin().createPartitions(Map.of(group, NewPartitions.increaseTo(2))).all().get();
			cluster.produce(added, 10);
			polling.until(() -> consumer.assignment().contains(added));
			pollFor(polling, Duration.ofSeconds(1));
			assertThat(consumers.decisions).isEmpty();
			assertThat(delivered).isEmpty();
			cluster.produce(old, 5);
			silence.close();
			// Undecided, the added one is where Kafka alone would start it: at its end.
			polling.until(() -> polling.offsets(old).size() >= 5 && polling.offsets(added).size() >= 10);
			assertThat(delivered).isEqualTo(Map.of(old, range(10, 15), added, range(0, 10)));
			assertThat(consumers.causes()).containsExactly(Cause.NEW_PARTITION);
			unlooked.close();
			polling.until(() -> !besideClaim || Consumers.isAt(consumer, claimed, 30));
			pollFor(polling, Duration.ofMillis(500));
		}

		assertThat(delivered)
			.isEqualTo(besideClaim ? Map.of(old, range(10, 15), added, range(0, 10), claimed, range(20, 30))
					: Map.of(old, range(10, 15), added, range(0, 10)));
		assertThat(consumers.causes()).isEqualTo(
				besideClaim ? List.of(Cause.NEW_PARTITION, Cause.FALSE_TRUNCATION) : List.of(Cause.NEW_PARTITION));
	}

	private static void commitWithBookmark(Consumers consumers, TopicPartition partition) {
		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			Consumers.pollTo(consumer, partition, 10);
			consumer.commitSync(Map.of(partition, new OffsetAndMetadata(10)));
		}
		consumers.decisions.clear();
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void consumerIsClosedInTimeThatCannotAskForItsCommit(String protocol) {
		Duration timeout = Duration.ofSeconds(3);

		Duration plain = closeWithSilentCoordinator(protocol, false, timeout);
		Duration guarded = closeWithSilentCoordinator(protocol, true, timeout);

		assertThat(guarded).isLessThan(plain.plusSeconds(2));
	}

	private Duration closeWithSilentCoordinator(String protocol, boolean guarded, Duration timeout) {
		TopicPartition partition = partition("closed-%s-%s".formatted(protocol, guarded), 10);
		String group = partition.topic();
		Fault.Handle late = cluster.wire()
			.inject(Fault.delay(Duration.ofSeconds(60), ApiKeys.DESCRIBE_TOPIC_PARTITIONS)
				.forClient("holdfast-admin-" + group));
		Consumers consumers = consumers(protocol, group);
		Map<TopicPartition, Long> told = new HashMap<>();
		Consumer<String, String> consumer = consumers.create(guarded);
		long start;
		try {
			subscribe(consumer, group, told);
			Consumers.pollUntil(consumer, () -> told.size() == 1);
			assertThat(offsets(group)).isEqualTo(guarded ? Map.of() : told);
			cluster.wire()
				.inject(Fault
					.silence(ApiKeys.FIND_COORDINATOR, ApiKeys.OFFSET_FETCH, ApiKeys.OFFSET_COMMIT, ApiKeys.HEARTBEAT,
							ApiKeys.LEAVE_GROUP, ApiKeys.CONSUMER_GROUP_HEARTBEAT)
					.forClient(group));
		}
		finally {
			start = System.nanoTime();
			consumer.close(CloseOptions.timeout(timeout));
		}
		Duration took = Duration.ofNanos(System.nanoTime() - start);
		late.close();
		assertThat(consumers.decisions).isEmpty();
		return took;
	}

	private static void pollFor(Polling<?, ?> polling, Duration duration) {
		long end = System.nanoTime() + duration.toNanos();
		polling.until(() -> System.nanoTime() - end >= 0);
	}

	private static void subscribe(Consumer<?, ?> consumer, String topic, Map<TopicPartition, Long> told) {
		consumer.subscribe(List.of(topic), new ConsumerRebalanceListener() {

			@Override
			public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
			}

			@Override
			public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
				for (TopicPartition partition : partitions) {
					long position = consumer.position(partition);
					told.put(partition, position);
					consumer.commitSync(Map.of(partition, new OffsetAndMetadata(position)));
				}
			}

		});
	}

	private Map<TopicPartition, Long> offsets(String group) {
		Map<TopicPartition, Long> offsets = new HashMap<>();
		cluster.committed(group).forEach((partition, commit) -> offsets.put(partition, commit.offset()));
		return offsets;
	}

	private TopicPartition partition(String topic, int records) {
		cluster.createTopic(topic, 1);
		TopicPartition partition = new TopicPartition(topic, 0);
		cluster.produce(partition, records);
		return partition;
	}

	private Consumers consumers(String protocol, String group) {
		return new Consumers(cluster, protocol, group).with("auto.offset.reset", "latest");
	}

}
