/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import dev.holdfast.kafka.offsetguard.decision.Resolution;
import dev.holdfast.kafka.offsetguard.decision.ResolutionResult;
import dev.holdfast.kafka.offsetguard.internal.inspection.InspectionService;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
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
 * Evidence is gathered beside the poll: while nobody answers the inspectors, polls take
 * as long as the application asked for, and the partitions that are not in doubt are
 * read.
 */
@LyingKafka(brokers = 3)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class BesideThePollTests {

	private static final Duration POLL = Duration.ofMillis(100);

	/** As far as a busy machine knows what that is. */
	private static final Duration MARGIN = Duration.ofSeconds(1);

	private static final Duration INSPECTION = Duration.ofSeconds(20);

	private final KafkaCluster cluster;

	private final ScheduledExecutorService background = Executors.newScheduledThreadPool(1);

	private final Map<TopicPartition, List<Long>> delivered = new HashMap<>();

	private Duration longestPoll = Duration.ZERO;

	private int wakeups;

	BesideThePollTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@AfterEach
	void stop() {
		background.shutdownNow();
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void othersAreReadWhileNobodyAnswersTheInspector(String protocol) {
		SpreadTopic topic = SpreadTopic.create(cluster, "beside-" + protocol, 9)
			.produce(30)
			.commit("beside-" + protocol, Consumers.offset(20, 0));
		int liar = cluster.brokerIds().get(0);
		List<TopicPartition> inDoubt = topic.ledBy(liar);
		Consumers consumers = consumers(topic.name, protocol);
		cluster.wire().inject(Fault.epochEndOffset(0).forClient(topic.name).onBroker(liar));
		Fault.Handle silence = cluster.wire().inject(Fault.silence().forClient("holdfast-inspector-" + topic.name));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(topic.name));
			poll(consumer, () -> delivered.size() == 6 && silence.hits() > 0
					&& delivered.values().stream().allMatch((offsets) -> offsets.size() == 10));

			assertThat(delivered).doesNotContainKeys(inDoubt.toArray(TopicPartition[]::new));
			assertThat(consumers.decisions).isEmpty();
			assertThat(longestPoll).isLessThan(POLL.plus(MARGIN));
			assertThat(consumer.paused()).isEmpty();
			inDoubt.forEach((partition) -> assertThat(consumer.position(partition)).isEqualTo(20));

			silence.close();
			poll(consumer, () -> delivered.size() == 9 && topic.areAt(consumer, 30));
		}

		assertThat(delivered).isEqualTo(topic.each(range(20, 30)));
		assertThat(consumers.causes()).hasSize(3).containsOnly(Cause.FALSE_TRUNCATION);
		assertThat(longestPoll).isLessThan(POLL.plus(MARGIN));
	}

	/**
	 * Containers that are paused and resumed wake their consumers up.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void wakeupsDoNotKeepTheEvidenceFromComing(String protocol) {
		String group = "woken-often-" + protocol;
		TopicPartition partition = new TopicPartition(group, 0);
		cluster.createTopic(group, 1);
		cluster.produce(partition, 270);
		cluster.commit(group, partition, Consumers.offset(200, 0));
		Consumers consumers = consumers(group, protocol);
		cluster.wire().inject(Fault.epochEndOffset(0).forClient(group));
		cluster.wire()
			.inject(Fault.delay(Duration.ofMillis(700), ApiKeys.LIST_OFFSETS).forClient("holdfast-inspector-" + group));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(group));
			background.scheduleAtFixedRate(consumer::wakeup, 0, 100, TimeUnit.MILLISECONDS);
			poll(consumer, () -> delivered.getOrDefault(partition, List.of()).size() >= 70);
			background.shutdownNow();
		}

		assertThat(consumers.decisions).extracting(Decision::cause)
			.describedAs("%s", consumers.decisions)
			.containsExactly(Cause.FALSE_TRUNCATION);
		assertThat(delivered).isEqualTo(Map.of(partition, range(200, 270)));
		assertThat(wakeups).isPositive();
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void othersDoNotWaitForALookAtWhatIsHeld(String protocol) {
		String group = "held-" + protocol;
		TopicPartition held = new TopicPartition(group, 0);
		TopicPartition read = new TopicPartition(group, 1);
		cluster.createTopic(group, 2);
		cluster.produce(read, 10);
		cluster.commit(group, held, new OffsetAndMetadata(500));
		cluster.commit(group, read, new OffsetAndMetadata(0));
		Consumers consumers = consumers(group, protocol).timing(INSPECTION, Duration.ofMillis(100));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(group));
			poll(consumer, () -> !consumers.decisions.isEmpty() && delivered.containsKey(read));
			assertThat(consumers.causes()).containsExactly(Cause.ABOVE_LOG_END);
			Fault.Handle silence = cluster.wire().inject(Fault.silence().forClient("holdfast-inspector-" + group));
			poll(consumer, () -> silence.hits() > 0);
			longestPoll = Duration.ZERO;
			cluster.produce(read, 10);
			poll(consumer, () -> delivered.get(read).size() == 20);
		}

		assertThat(delivered).isEqualTo(Map.of(read, range(0, 20)));
		assertThat(longestPoll).isLessThan(POLL.plus(MARGIN));
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void othersDoNotWaitForAnOrder(String protocol) {
		String group = "ordered-" + protocol;
		TopicPartition held = new TopicPartition(group, 0);
		TopicPartition read = new TopicPartition(group, 1);
		cluster.createTopic(group, 2);
		cluster.produce(held, 10);
		cluster.produce(read, 10);
		cluster.commit(group, held, new OffsetAndMetadata(500));
		cluster.commit(group, read, new OffsetAndMetadata(0));
		Consumers consumers = consumers(group, protocol).oneProcess();
		Resolution resolution = new Resolution(Action.EARLIEST, "alice", "looked at it");

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(group));
			poll(consumer, () -> !consumers.decisions.isEmpty() && delivered.containsKey(read));
			Fault.Handle silence = cluster.wire().inject(Fault.silence().forClient("holdfast-inspector-" + group));
			CompletableFuture<ResolutionResult> result = consumers.process().resolve(group, held, resolution);
			longestPoll = Duration.ZERO;
			poll(consumer, () -> silence.hits() > 0);
			cluster.produce(read, 10);
			poll(consumer, () -> delivered.get(read).size() == 20);
			assertThat(result).isNotDone();

			silence.close();
			poll(consumer, () -> result.isDone() && delivered.containsKey(held));
			assertThat(result).isCompletedWithValue(new ResolutionResult.Resolved(consumers.decisions.get(1)));
		}

		assertThat(delivered).isEqualTo(Map.of(held, range(0, 10), read, range(0, 20)));
		assertThat(longestPoll).isLessThan(POLL.plus(MARGIN));
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void othersStartWhileACommitIsLookedInto(String protocol) {
		String group = "looked-into-" + protocol;
		TopicPartition ahead = new TopicPartition(group, 0);
		TopicPartition read = new TopicPartition(group, 1);
		cluster.createTopic(group, 2);
		cluster.produce(ahead, 30);
		cluster.produce(read, 30);
		cluster.commit(group, ahead, Consumers.offset(20, 7));
		cluster.commit(group, read, new OffsetAndMetadata(20));
		Consumers consumers = consumers(group, protocol);
		Fault.Handle silence = cluster.wire().inject(Fault.silence().forClient("holdfast-inspector-" + group));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(group));
			poll(consumer, () -> silence.hits() > 0 && delivered.containsKey(read));

			assertThat(delivered).isEqualTo(Map.of(read, range(20, 30)));
			assertThat(consumers.decisions).isEmpty();
			assertThat(consumer.position(ahead)).isEqualTo(20);
			assertThat(consumer.paused()).isEmpty();
			silence.close();
			poll(consumer, () -> !consumers.decisions.isEmpty());
		}

		assertThat(consumers.causes()).containsExactly(Cause.EPOCH_AHEAD);
		assertThat(longestPoll).isLessThan(POLL.plus(MARGIN));
	}

	@ParameterizedTest
	@CsvSource({ "classic, OFFSET_FETCH", "classic, DESCRIBE_CLUSTER", "classic, DESCRIBE_TOPIC_PARTITIONS",
			"consumer, OFFSET_FETCH", "consumer, DESCRIBE_CLUSTER", "consumer, DESCRIBE_TOPIC_PARTITIONS" })
	void pollsDoNotWaitForAnAdminClientThatIsNotAnswered(String protocol, ApiKeys api) {
		String group = "unanswered-%s-%s".formatted(protocol, api);
		TopicPartition partition = new TopicPartition(group, 0);
		cluster.createTopic(group, 1);
		cluster.produce(partition, 30);
		cluster.commit(group, partition, new OffsetAndMetadata(20));
		Consumers consumers = consumers(group, protocol);
		Fault.Handle silence = cluster.wire().inject(Fault.silence(api).forClient("holdfast-admin-" + group));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(group));
			poll(consumer, () -> silence.hits() > 0);
			for (int i = 0; i < 5; i++) {
				timedPoll(consumer, POLL);
			}
			silence.close();
			poll(consumer, () -> delivered.containsKey(partition));
		}

		assertThat(delivered).isEqualTo(Map.of(partition, range(20, 30)));
		assertThat(longestPoll).isLessThan(POLL.plus(MARGIN));
	}

	/**
	 * The leader is the group's coordinator, too: what it does not answer to an admin
	 * client keeps that client's other questions from being answered.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, earliest, 0", "classic, latest, 30", "classic, by_duration:PT1H, 0", "consumer, earliest, 0",
			"consumer, latest, 30", "consumer, by_duration:PT1H, 0" })
	void othersStartWhileALeaderIsSilent(String protocol, String reset, long start) throws Exception {
		String group = "silent-leader-%s-%s".formatted(protocol, reset.substring(0, 6));
		List<Integer> brokers = new ArrayList<>(cluster.brokerIds());
		Integer coordinator = coordinator(group);
		brokers.remove(coordinator);
		brokers.add(0, coordinator);
		cluster.createTopic(group,
				Map.of(0, List.of(brokers.get(0)), 1, List.of(brokers.get(1)), 2, List.of(brokers.get(2))), Map.of());
		TopicPartition silent = new TopicPartition(group, 0);
		TopicPartition read = new TopicPartition(group, 1);
		TopicPartition fresh = new TopicPartition(group, 2);
		List.of(silent, read, fresh).forEach((partition) -> cluster.produce(partition, 30));
		cluster.commit(group, read, new OffsetAndMetadata(20));
		Consumers consumers = consumers(group, protocol).with("auto.offset.reset", reset);
		Fault.Handle silence = cluster.wire()
			.inject(Fault.silence(ApiKeys.LIST_OFFSETS).onBroker(cluster.leader(silent)));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(group));
			poll(consumer, () -> silence.hits() > 0 && delivered.containsKey(read)
					&& Consumers.isAtLeast(consumer, fresh, 30));
			assertThat(delivered.get(read)).isEqualTo(range(20, 30));
			assertThat(delivered.getOrDefault(fresh, List.of())).isEqualTo(range(start, 30));
			assertThat(consumers.decisions).extracting(Decision::partition).containsExactly(fresh);

			silence.close();
			poll(consumer, () -> Consumers.isAtLeast(consumer, silent, 30) && consumers.decisions.size() == 2);
		}

		assertThat(delivered.getOrDefault(silent, List.of())).isEqualTo(range(start, 30));
		assertThat(consumers.decisions).extracting(Decision::outcome)
			.containsExactly(new Outcome.ReadFrom(start), new Outcome.ReadFrom(start));
		assertThat(longestPoll).isLessThan(POLL.plus(MARGIN));
	}

	private int coordinator(String group) throws Exception {
		TopicPartition any = new TopicPartition("any-" + group, 0);
		cluster.createTopic(any.topic(), 1);
		cluster.commit(group, any, new OffsetAndMetadata(0));
		return cluster.admin()
			.describeConsumerGroups(List.of(group))
			.describedGroups()
			.get(group)
			.get()
			.coordinator()
			.id();
	}

	/**
	 * Kafka alone looks for the start of the log beside the poll, and neither throws nor
	 * lets the other partition wait.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void observedClientWaitsForItsLeaderAsPlain(String protocol) {
		String topic = "silent-observed-" + protocol;
		List<Integer> brokers = cluster.brokerIds();
		cluster.createTopic(topic, Map.of(0, List.of(brokers.get(0)), 1, List.of(brokers.get(1))), Map.of());
		List<TopicPartition> partitions = List.of(new TopicPartition(topic, 0), new TopicPartition(topic, 1));
		partitions.forEach((partition) -> cluster.produce(partition, 30));
		for (String role : List.of("plain", "guarded")) {
			String group = "%s-%s".formatted(topic, role);
			partitions.forEach((partition) -> cluster.commit(group, partition, new OffsetAndMetadata(500)));
			Consumers consumers = new Consumers(cluster, protocol, group).with("auto.offset.reset", "by_duration:PT1H")
				.mode(OffsetGuardSettings.Mode.OBSERVE);
			Fault.Handle silence = cluster.wire()
				.inject(Fault.silence(ApiKeys.LIST_OFFSETS).forClient(group).onBroker(brokers.get(0)));
			delivered.clear();

			try (Consumer<String, String> consumer = role.equals("plain") ? consumers.plain() : consumers.guarded()) {
				consumer.subscribe(List.of(topic));
				poll(consumer, () -> silence.hits() > 0 && delivered.containsKey(partitions.get(1)));
				assertThat(delivered).isEqualTo(Map.of(partitions.get(1), range(0, 30)));

				silence.close();
				poll(consumer, () -> delivered.size() == 2);
			}
			assertThat(delivered).isEqualTo(Map.of(partitions.get(0), range(0, 30), partitions.get(1), range(0, 30)));
		}
	}

	/**
	 * The client has no epoch for the partition any more, and would never validate its
	 * position again.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void partitionStaysInDoubtWhenAnotherOneIsAssigned(String protocol) {
		String group = "assigned-too-" + protocol;
		TopicPartition inDoubt = new TopicPartition(group, 0);
		TopicPartition another = new TopicPartition(group, 1);
		cluster.createTopic(group, 2);
		cluster.produce(inDoubt, 30);
		cluster.produce(another, 30);
		Consumers consumers = consumers(group, protocol);
		cluster.wire().inject(Fault.epochEndOffset(0).forClient(group).forPartition(inDoubt));
		Fault.Handle silence = cluster.wire().inject(Fault.silence().forClient("holdfast-inspector-" + group));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(inDoubt));
			consumer.seek(inDoubt, Consumers.offset(20, 0));
			poll(consumer, () -> silence.hits() > 0);
			consumer.assign(List.of(inDoubt, another));
			poll(consumer, () -> delivered.getOrDefault(another, List.of()).size() == 30);
			assertThat(delivered).doesNotContainKey(inDoubt);
			silence.close();
			poll(consumer, () -> delivered.getOrDefault(inDoubt, List.of()).size() == 10);
		}

		assertThat(delivered).isEqualTo(Map.of(inDoubt, range(20, 30), another, range(0, 30)));
		assertThat(consumers.causes()).containsOnlyOnce(Cause.FALSE_TRUNCATION);
	}

	@Test
	void threadsAndConnectionsAreBoundedHoweverManyConsumersAreInDoubt() {
		int many = 50;
		Consumers consumers = consumers("many", "classic").oneProcess();
		cluster.wire().inject(Fault.epochEndOffset(0).forClient("many"));
		Fault.Handle silence = cluster.wire().inject(Fault.silence().forClient("holdfast-inspector-many"));
		// Those of other tests end when they have had nothing to do for a while.
		Awaitility.await().until(() -> inspectionThreads() == 0);
		List<Consumer<String, String>> all = new ArrayList<>();
		AtomicInteger most = new AtomicInteger();
		AtomicInteger mostAdmins = new AtomicInteger();
		try {
			for (int i = 0; i < many; i++) {
				String topic = "many-" + i;
				cluster.createTopic(topic, 1);
				TopicPartition partition = new TopicPartition(topic, 0);
				cluster.produce(partition, 30);
				Consumer<String, String> consumer = consumers.with("client.id", topic).guarded();
				consumer.assign(List.of(partition));
				consumer.seek(partition, Consumers.offset(20, 0));
				all.add(consumer);
			}
			pollAll(all, () -> {
				most.accumulateAndGet(inspectionThreads(), Math::max);
				return most.get() >= InspectionService.THREADS && silence.hits() >= InspectionService.THREADS;
			});
			silence.close();
			pollAll(all, () -> {
				most.accumulateAndGet(inspectionThreads(), Math::max);
				mostAdmins.accumulateAndGet(threads("kafka-admin-client-thread | holdfast-admin-many"), Math::max);
				return consumers.decisions.size() >= many;
			});
		}
		finally {
			all.forEach(Consumer::close);
		}
		// Each inspection thread has one client at a time, and all share one admin
		// client,
		// which has a connection for its bootstrap and one to each broker.
		assertThat(most).hasValue(InspectionService.THREADS);
		assertThat(mostAdmins).hasValueLessThanOrEqualTo(1);
		assertThat(cluster.wire().count("holdfast-admin-many", ApiKeys.API_VERSIONS))
			.isLessThanOrEqualTo(1 + cluster.brokerIds().size());
	}

	private static int inspectionThreads() {
		return threads("holdfast-inspection-");
	}

	private static int threads(String prefix) {
		return (int) Thread.getAllStackTraces()
			.keySet()
			.stream()
			.filter((thread) -> thread.getName().startsWith(prefix))
			.count();
	}

	private void pollAll(List<Consumer<String, String>> consumers, BooleanSupplier condition) {
		Polling.by((timeout) -> {
			consumers.forEach((consumer) -> consumer.poll(timeout));
			return ConsumerRecords.empty();
		}).patience(Duration.ofSeconds(60)).pollTimeout(Duration.ofMillis(10)).until(condition);
	}

	private void poll(Consumer<String, String> consumer, BooleanSupplier condition) {
		Polling.by((timeout) -> timedPoll(consumer, timeout)).into(delivered).pollTimeout(POLL).until(condition);
	}

	private ConsumerRecords<String, String> timedPoll(Consumer<String, String> consumer, Duration timeout) {
		long start = System.nanoTime();
		try {
			return consumer.poll(timeout);
		}
		catch (WakeupException ex) {
			wakeups++;
			return ConsumerRecords.empty();
		}
		finally {
			Duration took = Duration.ofNanos(System.nanoTime() - start);
			longestPoll = (took.compareTo(longestPoll) > 0) ? took : longestPoll;
		}
	}

	private Consumers consumers(String group, String protocol) {
		return new Consumers(cluster, protocol, group).with("auto.offset.reset", "earliest")
			.timing(INSPECTION, Duration.ofSeconds(30));
	}

}
