/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.awaitility.Awaitility.await;

/**
 * What no consumer notices by itself: a topic that was deleted and created anew, and a
 * committed leader epoch that no leader has.
 */
@LyingKafka
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class TopicsTests {

	private static final OffsetGuardSettings.Timing QUICK = new OffsetGuardSettings.Timing(Duration.ofSeconds(5),
			Duration.ofMillis(300), Duration.ofMillis(200));

	private static final OffsetGuardSettings.Timing NO_CHECK = new OffsetGuardSettings.Timing(Duration.ofSeconds(5),
			Duration.ofMillis(300), Duration.ZERO);

	private final KafkaCluster cluster;

	TopicsTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	/**
	 * What differs is asked for a second time, and a wakeup ends that.
	 */
	@Test
	void wakeupDoesNotPutOffAComparisonForAWholeInterval() {
		TopicPartition partition = new TopicPartition("woken", 0);
		cluster.createTopic("woken", 1);
		cluster.produce(partition, 50);
		Duration interval = Duration.ofSeconds(20);
		ScriptedClock clock = ScriptedClock.running();
		Consumers consumers = new Consumers(cluster, "classic", "woken").with("auto.offset.reset", "earliest")
			.timing(new OffsetGuardSettings.Timing(Duration.ofSeconds(5), Duration.ofSeconds(30), interval))
			.clock(clock);

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of("woken"));
			Consumers.pollTo(consumer, partition, 50);
			consumer.pause(Set.of(partition));
			consumers.decisions.clear();
			cluster.deleteTopic("woken");
			cluster.createTopic("woken", 1);
			cluster.produce(partition, 100);
			cluster.wire().forget();
			clock.advance(interval);
			try (Fault.Handle late = cluster.wire()
				.inject(Fault.delay(Duration.ofSeconds(2), ApiKeys.DESCRIBE_TOPIC_PARTITIONS)
					.forClient("holdfast-admin-woken"))) {
				CompletableFuture<Void> wakeup = CompletableFuture.runAsync(() -> {
					await().atMost(Duration.ofMinutes(1)).until(() -> descriptions() == 2);
					consumer.wakeup();
				});
				assertThatExceptionOfType(WakeupException.class)
					.isThrownBy(() -> Consumers.pollUntil(consumer, () -> false));
				assertThat(wakeup).succeedsWithin(Duration.ofSeconds(10));
			}
			long wokenUp = System.nanoTime();
			Consumers.pollUntil(consumer, () -> !consumers.decisions.isEmpty());

			assertThat(Duration.ofNanos(System.nanoTime() - wokenUp)).isLessThan(interval.dividedBy(2));
			assertThat(consumers.causes()).containsExactly(Cause.TOPIC_RECREATED);
		}
	}

	private long descriptions() {
		return cluster.wire().count("holdfast-admin-woken", ApiKeys.DESCRIBE_TOPIC_PARTITIONS);
	}

	/**
	 * A classic consumer reads on at its old offset, an async one stops to read.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, EARLIEST, 0", "consumer, EARLIEST, 0", "classic, LATEST, 80" })
	void runningConsumerStartsTheNewTopicAnew(String protocol, Action action, long first) {
		TopicPartition partition = new TopicPartition("running-%s-%s".formatted(protocol, action), 0);
		cluster.createTopic(partition.topic(), 1);
		cluster.produce(partition, 50);
		Consumers consumers = new Consumers(cluster, protocol, partition.topic()).with("auto.offset.reset", "earliest")
			.with("metadata.max.age.ms", 500)
			.policy(Cause.TOPIC_RECREATED, action)
			.timing(QUICK);

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			assertThat(Consumers.pollTo(consumer, partition, 50)).isEqualTo(range(0, 50));
			consumer.commitSync(Map.of(partition, new OffsetAndMetadata(50)));
			consumers.decisions.clear();
			recreate(partition, 80);
			Map<TopicPartition, List<Long>> delivered = Consumers.pollUntil(consumer,
					() -> !consumers.decisions.isEmpty());
			cluster.produce(partition, 5);
			Consumers.pollInto(consumer, delivered, () -> Consumers.isAt(consumer, partition, 85));

			// A group that loses a topic and gets it back is asked twice.
			assertThat(consumers.causes()).containsOnly(Cause.TOPIC_RECREATED);
			assertThat(consumers.decisions.get(0).outcome()).isEqualTo(new Outcome.ReadFrom(first));
			assertThat(consumers.decisions.get(0).impact().rewound()).isZero();
			assertThat(delivered.get(partition)).endsWith(84L).containsAll(range(first, 85));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void startingConsumerIsNotFooledByACommitForTheOldTopic(String protocol) {
		TopicPartition partition = new TopicPartition("starting-" + protocol, 0);
		cluster.createTopic(partition.topic(), 1);
		cluster.produce(partition, 50);
		Consumers consumers = new Consumers(cluster, protocol, partition.topic()).with("auto.offset.reset", "earliest")
			.timing(NO_CHECK);
		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			Consumers.pollTo(consumer, partition, 50);
			consumer.commitSync(Map.of(partition, new OffsetAndMetadata(50)));
		}
		OffsetAndMetadata commit = cluster.committed(partition.topic()).get(partition);
		recreate(partition, 80);
		// Brokers drop the commits of a topic that is deleted; mirrored ones stay.
		cluster.commit(partition.topic(), partition, commit);
		consumers.decisions.clear();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));

			assertThat(Consumers.pollTo(consumer, partition, 80)).isEqualTo(range(0, 80));
			assertThat(consumers.decisions).singleElement().satisfies((decision) -> {
				assertThat(decision.cause()).isEqualTo(Cause.TOPIC_RECREATED);
				assertThat(decision.impact()).isEqualTo(new Decision.Impact(0, 0, 50));
			});
		}
	}

	/**
	 * Whoever restores a topic commits where its groups go on: without a bookmark, and
	 * perhaps where they were.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false", "classic, true", "consumer, false", "consumer, true" })
	void commitMadeOnPurposeInTheNewTopicIsBelieved(String protocol, boolean guarded) {
		TopicPartition partition = new TopicPartition("restored-%s-%s".formatted(protocol, guarded), 0);
		cluster.createTopic(partition.topic(), 1);
		cluster.produce(partition, 220);
		Consumers consumers = new Consumers(cluster, protocol, partition.topic()).with("auto.offset.reset", "earliest")
			.timing(NO_CHECK)
			.oneProcess();
		try (Consumer<String, String> consumer = consumers.create(guarded)) {
			consumer.subscribe(List.of(partition.topic()));
			Consumers.pollTo(consumer, partition, 220);
			consumer.commitSync(Map.of(partition, new OffsetAndMetadata(200)));
		}
		recreate(partition, 220);
		cluster.commit(partition.topic(), partition, new OffsetAndMetadata(200));
		consumers.decisions.clear();

		try (Consumer<String, String> consumer = consumers.create(guarded)) {
			consumer.subscribe(List.of(partition.topic()));

			assertThat(Consumers.pollTo(consumer, partition, 220)).isEqualTo(range(200, 220));
		}
		assertThat(consumers.decisions).isEmpty();
	}

	/**
	 * Whoever looks at commits has the client believe them.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void applicationThatHasLookedAtTheCommitHasItHeld(String protocol) {
		TopicPartition partition = committedInEpoch(7, "epoch-looked-at-" + protocol);
		Consumers consumers = new Consumers(cluster, protocol, partition.topic()).timing(NO_CHECK);

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(partition));
			assertThat(consumer.committed(Set.of(partition)).get(partition).leaderEpoch()).contains(7);
			assertThatItIsHeldInPlaceOfKept(consumer, consumers);
		}
		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(partition));
			assertThat(Consumers.pollTo(consumer, partition, 100)).isEqualTo(range(50, 100));
		}
		assertThat(consumers.decisions).hasSize(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void heldForItsEpochItIsReleasedWhenTheLeaderHasCaughtUp(String protocol) {
		TopicPartition partition = committedInEpoch(1, "caught-up-" + protocol);
		Consumers consumers = new Consumers(cluster, protocol, partition.topic()).timing(NO_CHECK)
			.policy(Cause.EPOCH_AHEAD, Action.HOLD);

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			assertThat(Consumers.pollUntil(consumer, () -> !consumers.decisions.isEmpty())).isEmpty();
			// A lone broker that starts again leads with a higher epoch.
			cluster.restartBroker(0);

			assertThat(Consumers.pollTo(consumer, partition, 100)).isEqualTo(range(50, 100));
			assertThat(consumers.causes()).containsOnly(Cause.EPOCH_AHEAD);
		}
	}

	/**
	 * Any broker may answer, and one of them may have got the news late, or never.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void idThatIsNotRepeatedMovesNobody(String protocol) {
		TopicPartition partition = new TopicPartition("doubtful-" + protocol, 0);
		cluster.createTopic(partition.topic(), 1);
		cluster.produce(partition, 80);
		Consumers consumers = new Consumers(cluster, protocol, partition.topic()).with("auto.offset.reset", "earliest")
			.timing(QUICK);
		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			Consumers.pollTo(consumer, partition, 80);
			consumer.commitSync(Map.of(partition, new OffsetAndMetadata(50)));
		}
		consumers.decisions.clear();

		Fault.Handle atStart = cluster.wire().inject(otherId(partition, Uuid.randomUuid()).times(1));
		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			assertThat(Consumers.pollTo(consumer, partition, 80)).isEqualTo(range(50, 80));
			assertThat(atStart.hits()).isEqualTo(1);
			Fault.Handle running = cluster.wire().inject(otherId(partition, Uuid.randomUuid()).times(1));
			assertThat(Consumers.pollUntil(consumer, () -> running.hits() == 1)).isEmpty();
			assertThat(pollForChecks(consumer, 3)).isEmpty();
		}
		assertThat(consumers.decisions).isEmpty();
	}

	/**
	 * The id of a topic that is gone never comes back, however often a broker tells it.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void idOfATopicThatIsGoneMovesNobody(String protocol) throws Exception {
		TopicPartition partition = new TopicPartition("gone-" + protocol, 0);
		cluster.createTopic(partition.topic(), 1);
		cluster.produce(partition, 50);
		Uuid gone = id(partition);
		Consumers consumers = new Consumers(cluster, protocol, partition.topic()).with("auto.offset.reset", "earliest")
			.with("metadata.max.age.ms", 500)
			.timing(QUICK);

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			Consumers.pollTo(consumer, partition, 50);
			// Without a commit nothing tells the next assignment of the old topic.
			consumer.commitSync(Map.of(partition, new OffsetAndMetadata(50)));
			recreate(partition, 80);
			Consumers.pollUntil(consumer, () -> consumers.causes().contains(Cause.TOPIC_RECREATED));
			// The group, too, notices the other topic, sooner or later, and assigns it
			// anew.
			Consumers.pollUntil(consumer, () -> Consumers.isAt(consumer, partition, 80) && commits(consumer));
			assertThat(pollForChecks(consumer, 2)).isEmpty();
			consumers.decisions.clear();
			cluster.wire().inject(otherId(partition, gone));

			assertThat(pollForChecks(consumer, 5)).isEmpty();
			assertThat(consumers.decisions).isEmpty();
		}
	}

	private static boolean commits(Consumer<?, ?> consumer) {
		try {
			consumer.commitSync();
			return true;
		}
		catch (CommitFailedException | RebalanceInProgressException ex) {
			return false;
		}
	}

	/**
	 * Told to the guard only: a client that fetches by a wrong id reads nothing.
	 */
	private static Fault otherId(TopicPartition partition, Uuid id) {
		return Fault.topicId(id).forTopic(partition.topic()).forClient("holdfast-");
	}

	private Map<TopicPartition, List<Long>> pollForChecks(Consumer<?, ?> consumer, int checks) {
		long before = cluster.wire().count("holdfast-", ApiKeys.DESCRIBE_TOPIC_PARTITIONS);
		return Consumers.pollUntil(consumer,
				() -> cluster.wire().count("holdfast-", ApiKeys.DESCRIBE_TOPIC_PARTITIONS) >= before + checks);
	}

	private Uuid id(TopicPartition partition) throws Exception {
		return cluster.admin()
			.describeTopics(List.of(partition.topic()))
			.topicNameValues()
			.get(partition.topic())
			.get()
			.topicId();
	}

	private static void assertThatItIsHeldInPlaceOfKept(Consumer<String, String> consumer, Consumers consumers) {
		assertThat(Consumers.pollUntil(consumer, () -> !consumers.decisions.isEmpty())).isEmpty();
		assertThat(consumers.decisions).singleElement().satisfies((decision) -> {
			assertThat(decision.cause()).isEqualTo(Cause.EPOCH_AHEAD);
			assertThat(decision.policyAction()).isEqualTo(Action.KEEP);
			assertThat(decision.action()).isEqualTo(Action.HOLD);
		});
	}

	/**
	 * A partition of 100 records in epoch 0, of which a group has committed 50.
	 */
	private TopicPartition committedInEpoch(int epoch, String topic) {
		TopicPartition partition = new TopicPartition(topic, 0);
		cluster.createTopic(topic, 1);
		cluster.produce(partition, 100);
		cluster.commit(topic, partition, new OffsetAndMetadata(50, Optional.of(epoch), ""));
		return partition;
	}

	private void recreate(TopicPartition partition, int records) {
		cluster.deleteTopic(partition.topic());
		cluster.createTopic(partition.topic(), 1);
		cluster.produce(partition, records);
	}

}
