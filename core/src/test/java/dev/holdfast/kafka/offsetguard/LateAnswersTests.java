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
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.IntStream;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.admin.ConsumerGroupDescription;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.GroupState;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * One answer to the guard's admin client is late: what it would have said still counts.
 */
@LyingKafka
@Timeout(value = 240, unit = TimeUnit.SECONDS)
@Tag("long")
class LateAnswersTests {

	private static final Duration POLL = Duration.ofMillis(20);

	private static final Logger logger = LoggerFactory.getLogger(LateAnswersTests.class);

	/** How many groups start at the same time. */
	private static final int GROUPS = 20;

	private final KafkaCluster cluster;

	LateAnswersTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	/**
	 * KAFKA-12478: with {@code latest} a client alone skips what was written to a new
	 * partition before it was assigned.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false", "consumer, false", "classic, true", "consumer, true" })
	void addedPartitionIsReadFromItsStartByAMemberThatHasNoOther(String protocol, boolean guarded) throws Exception {
		String topic = "added-%s-%s".formatted(protocol, guarded);
		TopicPartition first = new TopicPartition(topic, 0);
		TopicPartition added = new TopicPartition(topic, 1);
		cluster.createTopic(topic, 1);
		cluster.produce(first, 20);
		Consumers one = member(protocol, topic, "one");
		Consumers other = member(protocol, topic, "other");

		try (Consumer<String, String> oneConsumer = one.create(guarded);
				Consumer<String, String> otherConsumer = other.create(guarded)) {
			oneConsumer.subscribe(List.of(topic));
			otherConsumer.subscribe(List.of(topic));
			Map<TopicPartition, List<Long>> delivered = new HashMap<>();
			pollBoth(oneConsumer, otherConsumer, delivered, () -> isStable(topic)
					&& (Consumers.isAt(oneConsumer, first, 20) || Consumers.isAt(otherConsumer, first, 20)));
			boolean oneIsIdle = oneConsumer.assignment().isEmpty();
			Consumers idle = oneIsIdle ? one : other;
			(oneIsIdle ? otherConsumer : oneConsumer).commitSync(Map.of(first, new OffsetAndMetadata(20)));
			idle.decisions.clear();

			Fault.Handle late = cluster.wire()
				.inject(Fault.delay(Duration.ofMillis(1500), ApiKeys.DESCRIBE_TOPIC_PARTITIONS)
					.forClient("holdfast-admin-" + idle.configuration().get("client.id"))
					.times(1));
			cluster.admin().createPartitions(Map.of(topic, NewPartitions.increaseTo(2))).all().get();
			cluster.produce(added, 50);
			pollBoth(oneConsumer, otherConsumer, delivered,
					() -> Consumers.isAtLeast(oneConsumer, added, 50) || Consumers.isAtLeast(otherConsumer, added, 50));
			cluster.produce(added, 1);
			pollBoth(oneConsumer, otherConsumer, delivered,
					() -> delivered.getOrDefault(added, List.of()).contains(50L));

			assertThat((oneIsIdle ? oneConsumer : otherConsumer).assignment()).containsExactly(added);
			assertThat(delivered).isEqualTo(Map.of(added, guarded ? range(0, 51) : List.of(50L)));
			assertThat(late.hits()).isEqualTo(guarded ? 1 : 0);
			assertThat(idle.decisions).allSatisfy((decision) -> {
				assertThat(decision.partition()).isEqualTo(added);
				assertThat(decision.cause()).isEqualTo(Cause.NEW_PARTITION);
				assertThat(decision.action()).isEqualTo(Action.EARLIEST);
			}).hasSize(guarded ? 1 : 0);
			// Where it starts, unless its records came before there was time to commit
			// that.
			assertThat(offsets(topic)).isIn(Map.of(first, 20L),
					guarded ? Map.of(first, 20L, added, 0L) : Map.of(first, 20L));
		}
	}

	private Map<TopicPartition, Long> offsets(String group) {
		Map<TopicPartition, Long> offsets = new HashMap<>();
		cluster.committed(group).forEach((partition, commit) -> offsets.put(partition, commit.offset()));
		return offsets;
	}

	private Consumers member(String protocol, String group, String name) {
		return new Consumers(cluster, protocol, group).with("client.id", group + "-" + name)
			.with("auto.offset.reset", "latest")
			.with("metadata.max.age.ms", 500);
	}

	private boolean isStable(String group) {
		try {
			ConsumerGroupDescription description = cluster.admin()
				.describeConsumerGroups(Set.of(group))
				.describedGroups()
				.get(group)
				.get();
			return description.groupState() == GroupState.STABLE && description.members().size() == 2
					&& description.members()
						.stream()
						.mapToInt((member) -> member.assignment().topicPartitions().size())
						.sum() == 1;
		}
		catch (Exception ex) {
			return false;
		}
	}

	private static void pollBoth(Consumer<String, String> one, Consumer<String, String> other,
			Map<TopicPartition, List<Long>> delivered, BooleanSupplier condition) {
		Consumers.pollInto(one, delivered, () -> {
			Consumers.pollOnceInto(other, delivered, POLL);
			return condition.getAsBoolean();
		});
	}

	/**
	 * The application has only the partition whose commit is lost: only the commit of the
	 * other one has a bookmark that tells of it. A client alone skips what came since.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, ", "consumer, ", "classic, DESCRIBE_TOPIC_PARTITIONS", "consumer, DESCRIBE_TOPIC_PARTITIONS",
			"classic, DESCRIBE_CLUSTER", "consumer, DESCRIBE_CLUSTER" })
	void lostCommitIsHeldAsLost(String protocol, ApiKeys late) throws Exception {
		TopicPartition skipped = lostCommit(protocol, "lost-plain-%s-%s".formatted(protocol, late));
		try (Consumer<String, String> plain = new Consumers(cluster, protocol, skipped.topic())
			.with("auto.offset.reset", "latest")
			.plain()) {
			plain.assign(List.of(skipped));
			assertThat(Consumers.pollTo(plain, skipped, 100)).isEmpty();
			plain.commitSync();
			assertThat(offsets(skipped.topic()))
				.isEqualTo(Map.of(new TopicPartition(skipped.topic(), 0), 50L, skipped, 100L));
		}
		TopicPartition lost = lostCommit(protocol, "lost-%s-%s".formatted(protocol, late));
		String topic = lost.topic();
		Fault.Handle fault = (late != null)
				? cluster.wire()
					.inject(Fault.delay(Duration.ofMillis(1500), late).forClient("holdfast-admin-" + topic).times(1))
				: null;
		Consumers consumers = new Consumers(cluster, protocol, topic).with("auto.offset.reset", "latest")
			.timing(Duration.ofSeconds(5), Duration.ofMillis(500));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(lost));
			Consumers.pollUntil(consumer, () -> !consumers.decisions.isEmpty());
			long asked = cluster.wire().count("holdfast-admin-" + topic, ApiKeys.OFFSET_FETCH);
			Map<TopicPartition, List<Long>> delivered = Consumers.pollUntil(consumer,
					() -> isWrong(consumers, Cause.COMMITTED_OFFSET_LOST)
							|| cluster.wire().count("holdfast-admin-" + topic, ApiKeys.OFFSET_FETCH) > asked + 2);
			consumer.commitSync();

			assertThat(consumers.decisions).singleElement().satisfies((decision) -> {
				assertThat(decision.cause()).isEqualTo(Cause.COMMITTED_OFFSET_LOST);
				assertThat(decision.outcome()).isEqualTo(new Outcome.Held());
			});
			assertThat(delivered).isEmpty();
			assertThat(offsets(topic)).isEqualTo(Map.of(new TopicPartition(topic, 0), 50L));
			assertThat(fault == null || fault.hits() == 1).isTrue();
		}
	}

	/**
	 * A group has committed 50 of two partitions, and lost the commit of the second one,
	 * which has 50 records more.
	 */
	private TopicPartition lostCommit(String protocol, String topic) throws Exception {
		TopicPartition kept = new TopicPartition(topic, 0);
		TopicPartition lost = new TopicPartition(topic, 1);
		cluster.createTopic(topic, 2);
		cluster.produce(kept, 50);
		cluster.produce(lost, 50);
		commitAll(protocol, topic, kept, lost);
		cluster.produce(lost, 50);
		cluster.admin().deleteConsumerGroupOffsets(topic, Set.of(lost)).all().get();
		return lost;
	}

	/**
	 * Whether anything was decided for another reason: nothing is worth waiting for then.
	 */
	private static boolean isWrong(Consumers consumers, Cause right) {
		return !Set.of(right).containsAll(consumers.causes());
	}

	private void commitAll(String protocol, String group, TopicPartition... partitions) {
		Consumers consumers = new Consumers(cluster, protocol, group).with("auto.offset.reset", "earliest");
		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(group));
			Map<TopicPartition, OffsetAndMetadata> commits = new HashMap<>();
			for (TopicPartition partition : partitions) {
				Consumers.pollTo(consumer, partition, 50);
				commits.put(partition, new OffsetAndMetadata(50));
			}
			consumer.commitSync(commits);
		}
	}

	/**
	 * A client alone waits for a leader with the committed epoch, for ever.
	 */
	@Test
	void plainConsumerStallsAtACommittedEpochAboveTheLeaders() {
		for (String protocol : List.of("classic", "consumer")) {
			TopicPartition partition = committedInEpoch7("ahead-plain-" + protocol);
			Consumers consumers = new Consumers(cluster, protocol, partition.topic());

			try (Consumer<String, String> consumer = consumers.plain()) {
				consumer.subscribe(List.of(partition.topic()));
				Consumers.pollUntil(consumer, () -> consumer.assignment().contains(partition));
				long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(3);
				assertThat(Consumers.pollUntil(consumer, () -> System.nanoTime() > end)).isEmpty();
			}
		}
	}

	@ParameterizedTest
	@CsvSource({ "classic, false", "classic, true", "consumer, false", "consumer, true" })
	void committedEpochAboveTheLeadersIsTakenOut(String protocol, boolean late) {
		TopicPartition partition = committedInEpoch7("ahead-assigned-%s-%s".formatted(protocol, late));
		Fault.Handle fault = late ? listOffsetsLate(partition.topic()) : null;
		Consumers consumers = new Consumers(cluster, protocol, partition.topic());

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(partition));

			Map<TopicPartition, List<Long>> delivered = Consumers.pollUntil(consumer,
					() -> isWrong(consumers, Cause.EPOCH_AHEAD) || Consumers.isAt(consumer, partition, 100));

			assertThat(consumers.decisions).singleElement().satisfies((decision) -> {
				assertThat(decision.cause()).isEqualTo(Cause.EPOCH_AHEAD);
				assertThat(decision.action()).isEqualTo(Action.KEEP);
			});
			assertThat(delivered).isEqualTo(Map.of(partition, range(50, 100)));
		}
		assertThat(fault == null || fault.hits() == 1).isTrue();
	}

	/**
	 * The guard sees the first assignment before the async client's background reads the
	 * commit and believes its epoch. It may miss it on a machine that is busy: that
	 * client is held then, and the next one reads on.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false", "classic, true", "consumer, false", "consumer, true" })
	void groupReadsOnWithoutTheCommittedEpoch(String protocol, boolean late) throws Exception {
		List<Ahead> runs = startTogether("ahead-" + protocol, protocol, false, late);

		assertThat(runs).allSatisfy((run) -> {
			assertThat(run.lateAnswers).isEqualTo(late ? 1 : 0);
			assertThat(run.causes).containsExactly(Cause.EPOCH_AHEAD);
			assertThat(run.delivered).isEqualTo(range(50, 100));
		});
		long held = runs.stream().filter((run) -> run.actions.contains(Action.HOLD)).count();
		logger.info("{} of {} groups were held", held, runs.size());
		assertThat(held).isLessThanOrEqualTo(protocol.equals("consumer") ? GROUPS / 4 : 0);
	}

	/**
	 * This client's background reads the commit of a partition that comes later, and
	 * believes its epoch, before anybody can look at it: it is held for that and nothing
	 * else, and its commit is replaced, so that the next one reads on.
	 */
	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void asyncClientIsHeldForTheCommittedEpochAndTheNextOneReadsOn(boolean late) throws Exception {
		assertThat(startTogether("ahead-later", "consumer", true, late)).allSatisfy((run) -> assertThat(run)
			.isEqualTo(new Ahead(late ? 1 : 0, List.of(Cause.EPOCH_AHEAD), List.of(Action.HOLD), range(50, 100))));
	}

	private List<Ahead> startTogether(String name, String protocol, boolean later, boolean late) throws Exception {
		ExecutorService pool = Executors.newFixedThreadPool(GROUPS);
		try {
			List<CompletableFuture<Ahead>> runs = IntStream.range(0, GROUPS)
				.mapToObj((i) -> CompletableFuture
					.supplyAsync(() -> startTwice("%s-%s-%02d".formatted(name, late, i), protocol, later, late), pool))
				.toList();
			List<Ahead> all = new ArrayList<>();
			for (CompletableFuture<Ahead> run : runs) {
				all.add(run.get(200, TimeUnit.SECONDS));
			}
			return all;
		}
		finally {
			pool.shutdownNow();
		}
	}

	private record Ahead(long lateAnswers, List<Cause> causes, List<Action> actions, List<Long> delivered) {
	}

	/**
	 * Starts a group, and once more if it is held.
	 * @param later whether the consumer has got another partition before
	 */
	private Ahead startTwice(String group, String protocol, boolean later, boolean late) {
		TopicPartition partition = committedInEpoch7(group);
		TopicPartition other = new TopicPartition("other-" + group, 0);
		Consumers consumers = new Consumers(cluster, protocol, group).timing(Duration.ofSeconds(5),
				Duration.ofSeconds(1));
		Fault.Handle fault = null;
		Map<TopicPartition, List<Long>> delivered = new HashMap<>();
		try (Consumer<String, String> consumer = consumers.guarded()) {
			if (later) {
				cluster.createTopic(other.topic(), 1);
				cluster.commit(group, other, new OffsetAndMetadata(0));
				consumer.subscribe(List.of(other.topic()));
				Consumers.pollInto(consumer, delivered, () -> Consumers.isAt(consumer, other, 0));
			}
			fault = late ? listOffsetsLate(group) : null;
			consumer.subscribe(later ? List.of(other.topic(), group) : List.of(group));
			Consumers.pollInto(consumer, delivered, () -> !consumers.decisions.isEmpty());
			// What is held is looked at again.
			long asked = cluster.wire().count("holdfast-admin-" + group, ApiKeys.LIST_OFFSETS);
			Consumers.pollInto(consumer, delivered,
					() -> Consumers.isAt(consumer, partition, 100) || isWrong(consumers, Cause.EPOCH_AHEAD)
							|| cluster.wire().count("holdfast-admin-" + group, ApiKeys.LIST_OFFSETS) > asked + 2);
		}
		if (!delivered.containsKey(partition) && !isWrong(consumers, Cause.EPOCH_AHEAD)) {
			delivered.put(partition, Consumers.readTo(consumers.guarded(), partition, 100));
		}
		return new Ahead((fault != null) ? fault.hits() : 0, consumers.causes(),
				consumers.decisions.stream().map(Decision::action).toList(),
				delivered.getOrDefault(partition, List.of()));
	}

	/**
	 * As containers do that are paused and resumed. What brokers have answered is not
	 * asked for once more.
	 */
	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void wakeupsThrowNoAnswerAway(boolean subscribed) throws Exception {
		TopicPartition partition = committedInEpoch7("woken-" + subscribed);
		String admin = "holdfast-admin-" + partition.topic();
		Consumers consumers = new Consumers(cluster, "classic", partition.topic());
		Map<TopicPartition, List<Long>> delivered = new HashMap<>();
		Fault.Handle silence = cluster.wire()
			.inject(Fault.silence(ApiKeys.LIST_OFFSETS).forClient("holdfast-inspector-" + partition.topic()));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			if (subscribed) {
				consumer.subscribe(List.of(partition.topic()));
			}
			else {
				consumer.assign(List.of(partition));
			}
			for (int i = 0; i < 6; i++) {
				long before = silence.hits();
				CompletableFuture<Void> wakeup = CompletableFuture.runAsync(() -> {
					await().until(() -> silence.hits() > before);
					consumer.wakeup();
				});
				pollUntilWokenUp(consumer, delivered, wakeup::isDone);
				assertThat(consumer.paused()).isEmpty();
				assertThat(consumers.decisions).isEmpty();
			}
			silence.close();
			while (!consumers.causes().contains(Cause.EPOCH_AHEAD)) {
				pollOnce(consumer, delivered);
			}

			Consumers.pollInto(consumer, delivered, () -> Consumers.isAt(consumer, partition, 100));
			assertThat(delivered).isEqualTo(Map.of(partition, range(50, 100)));
		}
		assertThat(consumers.decisions).singleElement()
			.satisfies((decision) -> assertThat(decision.outcome()).isEqualTo(new Outcome.ReadFrom(50)));
		// Again, up to three times, if brokers have told the client of the topic
		// meanwhile.
		assertThat(cluster.wire().count(admin, ApiKeys.OFFSET_FETCH)).isBetween(1L, 4L);
		assertThat(cluster.wire().count(admin, ApiKeys.LIST_OFFSETS)).isBetween(1L, 4L);
	}

	private static void pollUntilWokenUp(Consumer<String, String> consumer, Map<TopicPartition, List<Long>> delivered,
			BooleanSupplier called) {
		boolean wokenUp = false;
		while (!wokenUp || !called.getAsBoolean()) {
			wokenUp |= pollOnce(consumer, delivered);
		}
	}

	/**
	 * Polls.
	 * @return whether the consumer was woken up
	 */
	private static boolean pollOnce(Consumer<String, String> consumer, Map<TopicPartition, List<Long>> delivered) {
		try {
			Consumers.pollOnceInto(consumer, delivered, POLL);
			return false;
		}
		catch (WakeupException ex) {
			return true;
		}
	}

	private Fault.Handle listOffsetsLate(String clientId) {
		return cluster.wire()
			.inject(Fault.delay(Duration.ofSeconds(2), ApiKeys.LIST_OFFSETS)
				.forClient("holdfast-admin-" + clientId)
				.times(1));
	}

	/**
	 * A partition of 100 records in epoch 0, of which a group has committed 50.
	 */
	private TopicPartition committedInEpoch7(String topic) {
		TopicPartition partition = new TopicPartition(topic, 0);
		cluster.createTopic(topic, 1);
		cluster.produce(partition, 100);
		cluster.commit(topic, partition, new OffsetAndMetadata(50, Optional.of(7), ""));
		return partition;
	}

}
