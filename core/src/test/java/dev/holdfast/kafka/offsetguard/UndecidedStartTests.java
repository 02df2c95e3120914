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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.ObjLongConsumer;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * Answers to the guard's admin client are late, and all others come at once: what plain
 * Kafka knows of where a group without a commit starts, and commits of that, is known and
 * committed with the guard, too.
 */
@LyingKafka
@Timeout(value = 240, unit = TimeUnit.SECONDS)
@Tag("long")
class UndecidedStartTests {

	/** Until the test lets the answer go. */
	private static final Duration LONG = Duration.ofSeconds(60);

	private final KafkaCluster cluster;

	UndecidedStartTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	/**
	 * What spring-kafka does by default: it asks where a partition without a commit
	 * starts, and commits the answer. The process is deployed anew before any record
	 * comes.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false, true, true", "classic, true, true, true", "classic, true, true, false",
			"classic, false, false, true", "classic, true, false, true", "consumer, false, true, true",
			"consumer, true, true, true", "consumer, true, true, false", "consumer, false, false, true",
			"consumer, true, false, true" })
	void commitOfTheAnswerIsMadeUpFor(String protocol, boolean guarded, boolean offsetsNamed, boolean initialPosition) {
		TopicPartition partition = partition(
				"wish-%s-%s-%s-%s".formatted(protocol, guarded, offsetsNamed, initialPosition), 100);
		String group = partition.topic();
		Fault.Handle late = late(LONG, group, ApiKeys.DESCRIBE_TOPIC_PARTITIONS);
		Consumers consumers = new Consumers(cluster, protocol, group).with("auto.offset.reset", "latest")
			.commits(true, initialPosition, false);
		Map<TopicPartition, Long> told = new HashMap<>();

		try (Consumer<String, String> consumer = consumers.create(guarded)) {
			subscribe(consumer, group, told,
					offsetsNamed ? commit(consumer) : (each, position) -> consumer.commitSync());
			Consumers.pollUntil(consumer, () -> told.size() == 1);
			late.close();
			Consumers.pollUntil(consumer, () -> !guarded || !consumers.decisions.isEmpty());
			pollFor(consumer, Duration.ofMillis(300));
		}
		assertThat(late.hits() > 0).isEqualTo(guarded);
		assertThat(told).isEqualTo(Map.of(partition, 100L));
		cluster.produce(partition, 50);
		assertThat(offsets(group)).isEqualTo(Map.of(partition, 100L));

		try (Consumer<String, String> consumer = consumers.create(guarded)) {
			consumer.subscribe(List.of(group));
			assertThat(Consumers.pollTo(consumer, partition, 150)).isEqualTo(range(100, 150));
		}
	}

	/**
	 * The consumer ends, or its partition goes to another one, before the guard is
	 * answered: the application has committed all the same.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false, true", "classic, true, true", "classic, true, false", "consumer, false, true",
			"consumer, true, true", "consumer, true, false" })
	void commitOfTheAnswerIsMadeBeforeTheConsumerEnds(String protocol, boolean guarded, boolean closed) {
		TopicPartition partition = partition("ending-%s-%s-%s".formatted(protocol, guarded, closed), 10);
		String group = partition.topic();
		Fault.Handle late = late(LONG, group, ApiKeys.DESCRIBE_TOPIC_PARTITIONS);
		Consumers consumers = new Consumers(cluster, protocol, group).with("auto.offset.reset", "latest").oneProcess();
		Map<TopicPartition, Long> told = new HashMap<>();

		try (Consumer<String, String> consumer = consumers.create(guarded)) {
			subscribe(consumer, group, told, commit(consumer));
			Consumers.pollUntil(consumer, () -> told.size() == 1);
			cluster.produce(partition, 5);
			if (!closed) {
				consumer.unsubscribe();
			}
		}
		assertThat(consumers.decisions).isEmpty();
		assertThat(offsets(group)).isEqualTo(Map.of(partition, 10L));
		late.close();

		try (Consumer<String, String> consumer = consumers.create(guarded)) {
			consumer.subscribe(List.of(group));
			assertThat(Consumers.pollTo(consumer, partition, 15)).isEqualTo(range(10, 15));
		}
	}

	/**
	 * The coordinator has denied a commit to the client, or also to the guard, once: the
	 * answer that the application commits is not where the partition starts.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false", "classic, true", "consumer, false", "consumer, true" })
	void commitOfTheAnswerOverwritesNoneThatWasDenied(String protocol, boolean alsoToGuard) {
		TopicPartition partition = partition("denied-%s-%s".formatted(protocol, alsoToGuard), 100);
		String group = partition.topic();
		cluster.commit(group, partition, new OffsetAndMetadata(50));
		Fault.Handle late = late(LONG, group, ApiKeys.DESCRIBE_TOPIC_PARTITIONS, ApiKeys.OFFSET_FETCH);
		cluster.wire().inject(Fault.noCommittedOffset().forClient(group));
		if (alsoToGuard) {
			cluster.wire().inject(Fault.noCommittedOffset().forClient("holdfast-admin-" + group).times(1));
		}
		Consumers consumers = new Consumers(cluster, protocol, group).with("auto.offset.reset", "latest");
		Map<TopicPartition, Long> told = new HashMap<>();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			subscribe(consumer, group, told, commit(consumer));
			Map<TopicPartition, List<Long>> delivered = Consumers.pollUntil(consumer,
					() -> told.size() == 1 && late.hits() > 0);
			late.close();
			Consumers.pollInto(consumer, delivered, () -> delivered.getOrDefault(partition, List.of()).size() >= 50
					|| offsets(group).containsValue(100L));

			assertThat(delivered).isEqualTo(Map.of(partition, range(50, 100)));
		}
		assertThat(late.hits()).isPositive();
		assertThat(told).isEqualTo(Map.of(partition, 100L));
		assertThat(offsets(group)).isEqualTo(Map.of(partition, 50L));
	}

	/**
	 * As when a container is paused and resumed right after its start.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false", "classic, true", "consumer, false", "consumer, true" })
	void wakeupDoesNotLoseTheEndAtTheAssignment(String protocol, boolean guarded) throws Exception {
		TopicPartition partition = partition("woken-%s-%s".formatted(protocol, guarded), 10);
		String group = partition.topic();
		Fault.Handle late = late(LONG, group, ApiKeys.OFFSET_FETCH);
		cluster.wire().inject(Fault.delay(Duration.ofMillis(500), ApiKeys.LIST_OFFSETS).forClient(group).times(1));
		Consumers consumers = new Consumers(cluster, protocol, group).with("auto.offset.reset", "latest");

		try (Consumer<String, String> consumer = consumers.create(guarded)) {
			CompletableFuture<Void> waking = CompletableFuture.runAsync(() -> {
				await().until(() -> cluster.wire().count(group, ApiKeys.LIST_OFFSETS) > 0);
				consumer.wakeup();
			});
			consumer.subscribe(List.of(group));
			assertThat(pollUntilWokenUp(consumer)).isEmpty();
			waking.get();
			assertThat(pollForDespiteWakeup(consumer, Duration.ofSeconds(2))).isEmpty();
			cluster.produce(partition, 5);
			late.close();

			assertThat(Consumers.pollTo(consumer, partition, 15)).isEqualTo(range(10, 15));
		}
	}

	/**
	 * A partition comes while another one waits, and its leader takes a while.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false", "classic, true", "consumer, false", "consumer, true" })
	void laterPartitionStartsAtItsEndToo(String protocol, boolean guarded) {
		String group = "later-%s-%s".formatted(protocol, guarded);
		cluster.createTopic(group, 2);
		TopicPartition first = new TopicPartition(group, 0);
		TopicPartition later = new TopicPartition(group, 1);
		cluster.produce(first, 10);
		cluster.produce(later, 10);
		Fault.Handle late = late(LONG, group, ApiKeys.OFFSET_FETCH);
		cluster.wire().inject(Fault.delay(Duration.ofMillis(200), ApiKeys.LIST_OFFSETS).forClient(group));
		Consumers consumers = new Consumers(cluster, protocol, group).with("auto.offset.reset", "latest");

		try (Consumer<String, String> consumer = consumers.create(guarded)) {
			consumer.assign(List.of(first));
			assertThat(pollFor(consumer, Duration.ofSeconds(2))).isEmpty();
			consumer.assign(List.of(first, later));
			assertThat(pollFor(consumer, Duration.ofSeconds(2))).isEmpty();
			cluster.produce(first, 5);
			cluster.produce(later, 5);
			late.close();

			Map<TopicPartition, List<Long>> delivered = Consumers.pollUntil(consumer,
					() -> Consumers.isAt(consumer, first, 15) && Consumers.isAt(consumer, later, 15));
			assertThat(delivered).isEqualTo(Map.of(first, range(10, 15), later, range(10, 15)));
		}
	}

	/**
	 * Under {@code by_duration} a group starts at what is young enough at its assignment.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false", "classic, true", "consumer, false", "consumer, true" })
	void recordsDoNotBecomeTooOldWhileAnswersAreLate(String protocol, boolean guarded) {
		TopicPartition partition = partition("age-%s-%s".formatted(protocol, guarded), 10);
		String group = partition.topic();
		Fault.Handle late = late(LONG, group, ApiKeys.OFFSET_FETCH);
		ScriptedClock clock = ScriptedClock.running();
		Consumers consumers = new Consumers(cluster, protocol, group).with("auto.offset.reset", "by_duration:PT8S")
			.clock(clock);

		try (Consumer<String, String> consumer = consumers.create(guarded)) {
			consumer.subscribe(List.of(group));
			Map<TopicPartition, List<Long>> delivered = Consumers.pollUntil(consumer,
					() -> !consumer.assignment().isEmpty() && (!guarded || late.hits() > 0));
			clock.advance(Duration.ofSeconds(9));
			pollInto(consumer, delivered, Duration.ofMillis(500));
			late.close();
			cluster.produce(partition, 1);
			Consumers.pollInto(consumer, delivered, () -> Consumers.isAt(consumer, partition, 11));

			assertThat(delivered).isEqualTo(Map.of(partition, range(0, 11)));
		}
	}

	/**
	 * The client's coordinator and the leader answer. Under {@code latest} the leader has
	 * been too slow for the guard's own question.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false, earliest, 3", "classic, true, earliest, 3", "consumer, false, earliest, 3",
			"consumer, true, earliest, 3", "classic, false, by_duration:PT1H, 3", "classic, true, by_duration:PT1H, 3",
			"consumer, false, by_duration:PT1H, 3", "consumer, true, by_duration:PT1H, 3", "classic, false, latest, 10",
			"classic, true, latest, 10", "consumer, false, latest, 10", "consumer, true, latest, 10" })
	void listenerIsToldWherePlainKafkaStarts(String protocol, boolean guarded, String reset, long start) {
		TopicPartition partition = partition("told-%s-%s-%s".formatted(protocol, guarded, reset.replace(':', '-')), 10);
		String group = partition.topic();
		cluster.deleteRecords(partition, 3);
		Fault.Handle late = late(LONG, group, ApiKeys.DESCRIBE_TOPIC_PARTITIONS);
		if (reset.equals("latest")) {
			cluster.wire().inject(Fault.delay(Duration.ofSeconds(2), ApiKeys.LIST_OFFSETS).forClient(group).times(1));
		}
		Consumers consumers = new Consumers(cluster, protocol, group).with("auto.offset.reset", reset)
			.with("default.api.timeout.ms", 20_000);
		Map<TopicPartition, Long> told = new HashMap<>();
		long began = System.nanoTime();

		try (Consumer<String, String> consumer = consumers.create(guarded)) {
			subscribe(consumer, group, told, (each, position) -> {
			});
			Map<TopicPartition, List<Long>> delivered = Consumers.pollUntil(consumer, () -> told.size() == 1);
			assertThat(told).isEqualTo(Map.of(partition, start));
			assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(15));
			cluster.produce(partition, 5);
			late.close();
			Consumers.pollInto(consumer, delivered, () -> Consumers.isAt(consumer, partition, 15));

			assertThat(delivered).isEqualTo(Map.of(partition, range(start, 15)));
		}
		assertThat(late.hits() > 0).isEqualTo(guarded);
	}

	/**
	 * A consumer that waits in its listener for longer than its interval leaves its
	 * group, joins it, and waits again.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false", "classic, true", "consumer, false", "consumer, true" })
	void listenerThatAsksKeepsTheConsumerInItsGroup(String protocol, boolean guarded) {
		TopicPartition partition = partition("member-%s-%s".formatted(protocol, guarded), 50);
		String group = partition.topic();
		late(Duration.ofSeconds(4), group, ApiKeys.DESCRIBE_TOPIC_PARTITIONS, ApiKeys.OFFSET_FETCH);
		ScriptedClock clock = ScriptedClock.running();
		Consumers consumers = new Consumers(cluster, protocol, group).with("auto.offset.reset", "earliest")
			.with("max.poll.interval.ms", 3000)
			.clock(clock);
		Map<TopicPartition, Long> told = new HashMap<>();
		List<Long> asked = new ArrayList<>();

		try (Consumer<String, String> consumer = consumers.create(guarded)) {
			subscribe(consumer, group, told, (each, position) -> asked.add(position));
			Map<TopicPartition, List<Long>> delivered = Consumers.pollUntil(consumer, () -> !asked.isEmpty());
			// The guard is patient enough for such answers only by then.
			clock.advance(Duration.ofSeconds(10));
			Consumers.pollInto(consumer, delivered,
					() -> Consumers.isAt(consumer, partition, 50) && !consumer.paused().contains(partition));
			pollInto(consumer, delivered, Duration.ofMillis(500));

			assertThat(delivered).isEqualTo(Map.of(partition, range(0, 50)));
		}
		assertThat(asked).containsExactly(0L);
	}

	private static void subscribe(Consumer<String, String> consumer, String topic, Map<TopicPartition, Long> told,
			ObjLongConsumer<TopicPartition> then) {
		consumer.subscribe(List.of(topic), new ConsumerRebalanceListener() {

			@Override
			public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
			}

			@Override
			public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
				for (TopicPartition partition : partitions) {
					long position = consumer.position(partition);
					told.put(partition, position);
					then.accept(partition, position);
				}
			}

		});
	}

	private static ObjLongConsumer<TopicPartition> commit(Consumer<?, ?> consumer) {
		return (partition, position) -> consumer.commitSync(Map.of(partition, new OffsetAndMetadata(position)));
	}

	private static Map<TopicPartition, List<Long>> pollUntilWokenUp(Consumer<?, ?> consumer) {
		Map<TopicPartition, List<Long>> delivered = new HashMap<>();
		try {
			Consumers.pollInto(consumer, delivered, () -> false);
		}
		catch (WakeupException ex) {
			return delivered;
		}
		throw new IllegalStateException("Not woken up");
	}

	/**
	 * The plain async client may tell twice of a wakeup that comes while it waits.
	 */
	private static Map<TopicPartition, List<Long>> pollForDespiteWakeup(Consumer<?, ?> consumer, Duration duration) {
		try {
			return pollFor(consumer, duration);
		}
		catch (WakeupException ex) {
			return pollFor(consumer, duration);
		}
	}

	private static Map<TopicPartition, List<Long>> pollFor(Consumer<?, ?> consumer, Duration duration) {
		Map<TopicPartition, List<Long>> delivered = new HashMap<>();
		pollInto(consumer, delivered, duration);
		return delivered;
	}

	private static void pollInto(Consumer<?, ?> consumer, Map<TopicPartition, List<Long>> delivered,
			Duration duration) {
		long end = System.nanoTime() + duration.toNanos();
		Consumers.pollInto(consumer, delivered, () -> System.nanoTime() - end >= 0);
	}

	private Fault.Handle late(Duration by, String group, ApiKeys... apis) {
		return cluster.wire().inject(Fault.delay(by, apis).forClient("holdfast-admin-" + group));
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

}
