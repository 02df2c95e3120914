/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.MoveLimits;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import dev.holdfast.kafka.offsetguard.policy.OffsetPolicy;
import dev.holdfast.kafka.offsetguard.policy.TopicRule;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.AfterEach;
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
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * What happens to partitions while evidence about them, or about others, is on its way:
 * nobody answers inspectors, or the admin client, until the test lets the answer go.
 */
@LyingKafka(brokers = 3)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@Tag("long")
class DoubtHistoriesTests {

	private static final Duration POLL = Duration.ofMillis(100);

	private static final Duration INSPECTION = Duration.ofSeconds(20);

	private final KafkaCluster cluster;

	private final ScheduledExecutorService background = Executors.newScheduledThreadPool(1);

	private final Map<TopicPartition, List<Long>> delivered = new HashMap<>();

	DoubtHistoriesTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@AfterEach
	void stop() {
		background.shutdownNow();
	}

	/**
	 * The plain async client may tell twice of a wakeup that comes while it waits.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false", "classic, true", "consumer, false" })
	void eachWakeupIsThrownOnceWhileAClaimIsLookedInto(String protocol, boolean withinPoll) {
		TopicPartition partition = partition("woken-%s-%s".formatted(protocol, withinPoll), 270);
		String group = partition.topic();
		cluster.commit(group, partition, Consumers.offset(200, 0));
		Consumers consumers = consumers(group, protocol);
		cluster.wire().inject(Fault.epochEndOffset(0).forClient(group));
		Fault.Handle silence = silenceInspectors(group);

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(group));
			poll(consumer, () -> silence.hits() > 0);
			for (int i = 0; i < 3; i++) {
				if (withinPoll) {
					background.schedule(consumer::wakeup, 300, TimeUnit.MILLISECONDS);
				}
				else {
					consumer.wakeup();
				}
				assertThatExceptionOfType(WakeupException.class)
					.isThrownBy(() -> consumer.poll(Duration.ofSeconds(10)));
				pollFor(consumer, Duration.ofMillis(500));
			}
			assertThat(delivered).isEmpty();
			assertThat(consumers.decisions).isEmpty();
			silence.close();
			poll(consumer, () -> Consumers.isAt(consumer, partition, 270));
		}

		assertThat(delivered).isEqualTo(Map.of(partition, range(200, 270)));
		assertThat(consumers.causes()).containsExactly(Cause.FALSE_TRUNCATION);
	}

	/**
	 * Each answer takes a while, and the topic is another one at the start.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void topicThatWasRecreatedIsReadWhenEachAnswerTakesAWhile(String protocol) {
		TopicPartition partition = partition("far-" + protocol, 50);
		String group = partition.topic();
		TopicPartition read = other(group + "-read", 30);
		cluster.commit(group, read, new OffsetAndMetadata(20));
		Consumers consumers = consumers(group, protocol).oneProcess();
		try (Consumer<String, String> before = consumers.guarded()) {
			before.subscribe(List.of(group));
			poll(before, () -> Consumers.isAt(before, partition, 50));
			before.commitSync();
		}
		cluster.deleteTopic(group);
		cluster.createTopic(group, 1);
		cluster.produce(partition, 40);
		delivered.clear();
		consumers.decisions.clear();
		cluster.wire().inject(Fault.delay(Duration.ofMillis(300)).forClient("holdfast-"));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(group, read.topic()));
			poll(consumer, () -> Consumers.isAt(consumer, partition, 40) && Consumers.isAt(consumer, read, 30));
		}

		assertThat(delivered).isEqualTo(Map.of(partition, range(0, 40), read, range(20, 30)));
		assertThat(consumers.causes()).containsExactly(Cause.TOPIC_RECREATED);
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void heldPartitionGoesOnWhileAnotherOneWaitsForItsStart(String protocol) {
		TopicPartition held = partition("held-" + protocol, 270);
		String group = held.topic();
		TopicPartition waiting = other(group + "-waiting", 30);
		cluster.commit(group, held, Consumers.offset(200, 0));
		cluster.commit(group, waiting, new OffsetAndMetadata(20));
		Consumers consumers = consumers(group, protocol).timing(Duration.ofSeconds(5), Duration.ofMillis(100));
		Fault.Handle claim = cluster.wire().inject(Fault.undefinedEpochEndOffset());

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(held));
			poll(consumer, () -> !consumers.decisions.isEmpty());
			assertThat(consumers.causes()).containsExactly(Cause.UNVERIFIABLE);
			Fault.Handle silence = silenceCommits(group);
			consumer.assign(List.of(held, waiting));
			poll(consumer, () -> silence.hits() > 0);
			claim.close();
			poll(consumer, () -> Consumers.isAt(consumer, held, 270));

			assertThat(delivered).isEqualTo(Map.of(held, range(200, 270)));
			silence.close();
			poll(consumer, () -> Consumers.isAt(consumer, waiting, 30));
		}

		assertThat(delivered).isEqualTo(Map.of(held, range(200, 270), waiting, range(20, 30)));
		assertThat(consumers.causes()).containsExactly(Cause.UNVERIFIABLE, Cause.FALSE_TRUNCATION);
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void recreatedTopicIsFoundWhileAnotherOneWaitsForItsStart(String protocol) {
		TopicPartition recreated = partition("found-" + protocol, 50);
		String group = recreated.topic();
		TopicPartition waiting = other(group + "-waiting", 30);
		cluster.commit(group, waiting, new OffsetAndMetadata(20));
		Consumers consumers = checkingTopics(group, protocol);

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(recreated));
			poll(consumer, () -> Consumers.isAt(consumer, recreated, 50));
			forget(consumers);
			Fault.Handle silence = silenceCommits(group);
			consumer.assign(List.of(recreated, waiting));
			poll(consumer, () -> silence.hits() > 0);
			replace(recreated, 50);
			poll(consumer, () -> !consumers.decisions.isEmpty());
			cluster.produce(recreated, 10);
			poll(consumer, () -> Consumers.isAt(consumer, recreated, 60));

			assertThat(delivered).isEqualTo(Map.of(recreated, range(0, 60)));
			silence.close();
			poll(consumer, () -> Consumers.isAt(consumer, waiting, 30));
		}

		assertThat(delivered).isEqualTo(Map.of(recreated, range(0, 60), waiting, range(20, 30)));
		assertThat(consumers.causes()).containsExactly(Cause.TOPIC_RECREATED);
	}

	/**
	 * The look that has begun for the first assignment says nothing about the second: the
	 * group has committed since.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void commitIsLookedIntoAnewWhenItsPartitionComesBack(String protocol) {
		TopicPartition partition = partition("back-" + protocol, 30);
		String group = partition.topic();
		cluster.commit(group, partition, Consumers.offset(20, 7));
		Consumers consumers = consumers(group, protocol);
		Fault.Handle silence = silenceInspectors(group);

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(group));
			poll(consumer, () -> silence.hits() > 0);
			consumer.unsubscribe();
			cluster.commit(group, partition, Consumers.offset(25, 7));
			long before = silence.hits();
			consumer.subscribe(List.of(group));
			poll(consumer, () -> silence.hits() > before);
			assertThatNothingIsDecided(consumers);
			silence.close();
			pollUntilDecided(consumer, consumers, partition);
		}

		assertThatEpochWasAhead(consumers, protocol, 25, partition);
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void commitIsLookedIntoAnewWhenAnotherMemberHadItsPartition(String protocol) {
		String group = "member-" + protocol;
		cluster.createTopic(group, 2);
		TopicPartition[] partitions = { new TopicPartition(group, 0), new TopicPartition(group, 1) };
		for (TopicPartition partition : partitions) {
			cluster.produce(partition, 30);
			cluster.commit(group, partition, Consumers.offset(20, 7));
		}
		Consumers consumers = consumers(group, protocol);
		Consumers others = consumers(group, protocol).with("client.id", group + "-other");
		Fault.Handle silence = silenceInspectors(group);

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(group));
			poll(consumer, () -> consumer.assignment().size() == 2 && silence.hits() > 0);
			try (Consumer<String, String> other = others.guarded()) {
				other.subscribe(List.of(group));
				poll(consumer, () -> {
					other.poll(POLL);
					return consumer.assignment().size() == 1 && other.assignment().size() == 1;
				});
			}
			poll(consumer, () -> consumer.assignment().size() == 2);
			assertThatNothingIsDecided(consumers);
			assertThatNothingIsDecided(others);
			silence.close();
			pollUntilDecided(consumer, consumers, partitions);
		}

		assertThatEpochWasAhead(consumers, protocol, 20, partitions);
	}

	private void assertThatNothingIsDecided(Consumers consumers) {
		assertThat(delivered).isEmpty();
		assertThat(consumers.decisions).isEmpty();
	}

	private void pollUntilDecided(Consumer<String, String> consumer, Consumers consumers,
			TopicPartition... partitions) {
		poll(consumer,
				() -> Stream.of(partitions)
					.allMatch((each) -> isHeld(consumers, each)
							|| (isDecided(consumers, each) && Consumers.isAt(consumer, each, 30))));
		pollFor(consumer, Duration.ofMillis(500));
	}

	private static boolean isDecided(Consumers consumers, TopicPartition partition) {
		return consumers.decisions.stream().anyMatch((decision) -> decision.partition().equals(partition));
	}

	private static boolean isHeld(Consumers consumers, TopicPartition partition) {
		return consumers.decisions.stream()
			.anyMatch((decision) -> decision.partition().equals(partition) && decision.action() == Action.HOLD);
	}

	/**
	 * The background of an async client that has partitions believes the commit of
	 * another one before anybody can look at it.
	 */
	private void assertThatEpochWasAhead(Consumers consumers, String protocol, long committed,
			TopicPartition... partitions) {
		Map<TopicPartition, List<Long>> all = new HashMap<>();
		Stream.of(partitions).forEach((each) -> all.put(each, range(committed, 30)));
		Map<TopicPartition, List<Long>> read = new HashMap<>(all);
		if (protocol.equals("consumer") && partitions.length > 1) {
			read.keySet().removeIf((each) -> isHeld(consumers, each));
		}
		assertThat(delivered).isEqualTo(read).isNotEmpty();
		assertThat(consumers.decisions).extracting(Decision::partition).containsExactlyInAnyOrder(partitions);
		assertThat(consumers.causes()).containsOnly(Cause.EPOCH_AHEAD);
		// The guard has committed the same without the epoch.
		try (Consumer<String, String> plain = consumers.plain()) {
			plain.subscribe(List.of(partitions[0].topic()));
			assertThat(Consumers.pollUntil(plain,
					() -> Stream.of(partitions).allMatch((each) -> Consumers.isAt(plain, each, 30))))
				.isEqualTo(all);
		}
	}

	/**
	 * At once, or the second one while the first is looked into.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false", "classic, true", "consumer, false", "consumer, true" })
	void eachOfTwoRecreatedTopicsIsReadFromWhereItsPolicySays(String protocol, boolean inTurn) {
		TopicPartition earliest = partition("two-%s-%s".formatted(protocol, inTurn), 50);
		String group = earliest.topic();
		TopicPartition latest = other(group + "-latest", 50);
		Consumers consumers = checkingTopics(group, protocol)
			.policy(new OffsetPolicy(Map.of(), MoveLimits.unlimited(), List.of(new TopicRule(latest.topic(), null,
					Map.of(Cause.TOPIC_RECREATED, Action.LATEST), MoveLimits.unlimited()))));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(earliest, latest));
			poll(consumer, () -> Consumers.isAt(consumer, earliest, 50) && Consumers.isAt(consumer, latest, 50));
			forget(consumers);
			cluster.wire().inject(Fault.delay(Duration.ofMillis(300)).forClient("holdfast-admin-" + group));
			Fault.Handle late = inTurn ? silenceInspectors(group) : cluster.wire()
				.inject(Fault.delay(Duration.ofMillis(700)).forClient("holdfast-inspector-" + group));
			replace(earliest, 50);
			if (inTurn) {
				poll(consumer, () -> late.hits() > 0);
			}
			replace(latest, 50);
			if (inTurn) {
				late.close();
			}
			poll(consumer, () -> consumers.decisions.size() == 2);
			cluster.produce(earliest, 10);
			cluster.produce(latest, 10);
			poll(consumer, () -> Consumers.isAt(consumer, earliest, 60) && Consumers.isAt(consumer, latest, 60));
			pollForCheck(consumer);
			pollForCheck(consumer);
		}

		assertThat(delivered).isEqualTo(Map.of(earliest, range(0, 60), latest, range(50, 60)));
		assertThat(consumers.causes()).containsExactly(Cause.TOPIC_RECREATED, Cause.TOPIC_RECREATED);
		Map<TopicPartition, Outcome> outcomes = new HashMap<>();
		consumers.decisions.forEach((each) -> outcomes.put(each.partition(), each.outcome()));
		assertThat(outcomes).isEqualTo(Map.of(earliest, new Outcome.ReadFrom(0), latest, new Outcome.ReadFrom(50)));
	}

	private void pollForCheck(Consumer<String, String> consumer) {
		long before = checks();
		poll(consumer, () -> checks() > before);
	}

	private long checks() {
		return cluster.wire().count("holdfast-admin-", ApiKeys.DESCRIBE_TOPIC_PARTITIONS);
	}

	private void replace(TopicPartition partition, int records) {
		int leader = cluster.leader(partition);
		cluster.deleteTopic(partition.topic());
		partitionOn(leader, partition.topic(), records);
	}

	private void forget(Consumers consumers) {
		delivered.clear();
		consumers.decisions.clear();
	}

	private Fault.Handle silenceInspectors(String group) {
		return cluster.wire().inject(Fault.silence().forClient("holdfast-inspector-" + group));
	}

	private Fault.Handle silenceCommits(String group) {
		return cluster.wire().inject(Fault.silence(ApiKeys.OFFSET_FETCH).forClient("holdfast-admin-" + group));
	}

	private void poll(Consumer<String, String> consumer, BooleanSupplier condition) {
		Polling.of(consumer).into(delivered).pollTimeout(POLL).until(condition);
	}

	private void pollFor(Consumer<String, String> consumer, Duration duration) {
		long end = System.nanoTime() + duration.toNanos();
		poll(consumer, () -> System.nanoTime() - end >= 0);
	}

	private TopicPartition partition(String topic, int records) {
		return partitionOn(cluster.brokerIds().get(0), topic, records);
	}

	/**
	 * Has no broker in common with the first one.
	 */
	private TopicPartition other(String topic, int records) {
		return partitionOn(cluster.brokerIds().get(1), topic, records);
	}

	private TopicPartition partitionOn(int broker, String topic, int records) {
		cluster.createTopic(topic, Map.of(0, List.of(broker)), Map.of());
		TopicPartition partition = new TopicPartition(topic, 0);
		cluster.produce(partition, records);
		return partition;
	}

	private Consumers checkingTopics(String group, String protocol) {
		return consumers(group, protocol).with("metadata.max.age.ms", 500)
			.timing(new OffsetGuardSettings.Timing(INSPECTION, Duration.ofSeconds(30), Duration.ofMillis(200)));
	}

	private Consumers consumers(String group, String protocol) {
		return new Consumers(cluster, protocol, group).with("auto.offset.reset", "earliest")
			.timing(INSPECTION, Duration.ofSeconds(30));
	}

}
