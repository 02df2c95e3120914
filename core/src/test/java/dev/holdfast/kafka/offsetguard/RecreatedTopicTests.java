/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.decision.Resolution;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a topic that was deleted and created anew leaves behind: in the application, which
 * has records of it in hand, and in what the guard remembers of it.
 */
@LyingKafka
@Timeout(value = 180, unit = TimeUnit.SECONDS)
@Tag("long")
class RecreatedTopicTests {

	private final KafkaCluster cluster;

	RecreatedTopicTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	/**
	 * The same offset in the new topic, committed past the guard.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void equalOffsetInTheNewTopicIsNotTakenForTheOldOne(String protocol) {
		TopicPartition partition = new TopicPartition("equal-" + protocol, 0);
		Consumers consumers = consumers(protocol, partition).commits(false, false, false);
		consumers.oneProcess();
		try (Consumer<String, String> consumer = readTo50(consumers, partition)) {
			consumer.commitSync(Map.of(partition, new OffsetAndMetadata(50)));
			recreate(consumer, consumers, partition, 50);
			Consumers.pollTo(consumer, partition, 50);
		}
		cluster.commit(partition.topic(), partition, new OffsetAndMetadata(50));
		consumers.decisions.clear();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			Consumers.pollTo(consumer, partition, 50);
			cluster.produce(partition, 5);

			assertThat(Consumers.pollTo(consumer, partition, 55)).isEqualTo(range(50, 55));
			assertThat(consumers.decisions).isEmpty();
		}
	}

	/**
	 * As Spring's error handlers do, which poll the paused consumer while they wait.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, 1", "consumer, 1", "classic, 2", "consumer, 2" })
	void seekBackToRecordsOfTheOldTopicDoesNotUndoTheDecision(String protocol, int times) {
		TopicPartition partition = new TopicPartition("back-%s-%d".formatted(protocol, times), 0);
		Consumers consumers = consumers(protocol, partition);

		try (Consumer<String, String> consumer = readTo50(consumers, partition)) {
			consumer.pause(Set.of(partition));
			for (int i = 0; i < times; i++) {
				recreate(consumer, consumers, partition, 100);
			}
			consumer.seek(partition, 49);
			consumer.resume(Set.of(partition));

			assertThat(Consumers.pollTo(consumer, partition, 100)).isEqualTo(range(0, 100));
			// What is sought from here on is meant.
			consumer.seek(partition, 40);
			assertThat(Consumers.pollTo(consumer, partition, 100)).isEqualTo(range(40, 100));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void seekBackToRecordsOfTheOldTopicDoesNotEndAHold(String protocol) {
		TopicPartition partition = new TopicPartition("held-back-" + protocol, 0);
		Consumers consumers = consumers(protocol, partition).policy(Cause.TOPIC_RECREATED, Action.HOLD);
		OffsetGuard guard = consumers.oneProcess().process();

		try (Consumer<String, String> consumer = readTo50(consumers, partition)) {
			consumer.pause(Set.of(partition));
			recreate(consumer, consumers, partition, 100);
			consumer.seek(partition, 49);
			consumer.resume(Set.of(partition));
			assertThat(guard.held()).hasSize(1);
			guard.resolve(partition.topic(), partition, new Resolution(Action.EARLIEST, "alice", "a new log"));

			assertThat(Consumers.pollTo(consumer, partition, 100)).isEqualTo(range(0, 100));
		}
	}

	/**
	 * Whoever polls without a pause has no records of the old topic in hand.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, EARLIEST", "consumer, EARLIEST", "classic, HOLD", "consumer, HOLD" })
	void seekToARecordOfTheNewTopicIsObeyed(String protocol, Action action) {
		TopicPartition unguarded = new TopicPartition("obeyed-plain-%s-%s".formatted(protocol, action), 0);
		try (Consumer<String, String> plain = readTo50(consumers(protocol, unguarded).plain(), unguarded)) {
			replace(unguarded, 0);
			assertThat(Consumers.pollTo(plain, unguarded, 0)).isEmpty();
			cluster.produce(unguarded, 100);
			plain.seek(unguarded, 40);
			assertThat(Consumers.pollTo(plain, unguarded, 100)).isEqualTo(range(40, 100));
		}
		TopicPartition partition = new TopicPartition("obeyed-%s-%s".formatted(protocol, action), 0);
		Consumers consumers = consumers(protocol, partition).policy(Cause.TOPIC_RECREATED, action);
		OffsetGuard guard = consumers.oneProcess().process();

		try (Consumer<String, String> consumer = readTo50(consumers, partition)) {
			recreate(consumer, consumers, partition, 0);
			cluster.produce(partition, 100);
			consumer.seek(partition, 40);

			assertThat(Consumers.pollTo(consumer, partition, 100)).isEqualTo(range(40, 100));
			assertThat(guard.held()).isEmpty();
			pollForCheck(consumer);
			pollForCheck(consumer);
			assertThat(consumers.decisions).hasSize(1);
		}
	}

	/**
	 * The same, where the application had records in hand at first.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, EARLIEST", "consumer, EARLIEST", "classic, HOLD", "consumer, HOLD" })
	void seekIsObeyedOnceTheApplicationPollsWithoutAPause(String protocol, Action action) {
		TopicPartition partition = new TopicPartition("again-%s-%s".formatted(protocol, action), 0);
		Consumers consumers = consumers(protocol, partition).policy(Cause.TOPIC_RECREATED, action);

		try (Consumer<String, String> consumer = readTo50(consumers, partition)) {
			consumer.pause(Set.of(partition));
			recreate(consumer, consumers, partition, 0);
			cluster.produce(partition, 100);
			consumer.poll(Duration.ZERO);
			consumer.seek(partition, 49);
			assertThat(consumer.position(partition)).isNotEqualTo(49);
			consumer.resume(Set.of(partition));
			consumer.poll(Duration.ZERO);
			consumer.seek(partition, 40);

			assertThat(Consumers.pollTo(consumer, partition, 100)).isEqualTo(range(40, 100));
		}
	}

	/**
	 * The new log is shorter, which is how the guard finds out before it compares ids.
	 */
	@ParameterizedTest
	@CsvSource({ "EARLIEST", "HOLD" })
	void seekIsNotUndoneByTheNextComparisonOfIds(Action action) {
		TopicPartition partition = new TopicPartition("compared-" + action, 0);
		Consumers consumers = consumers("classic", partition).policy(Cause.TOPIC_RECREATED, action)
			.timing(new OffsetGuardSettings.Timing(Duration.ofSeconds(5), Duration.ofSeconds(30),
					Duration.ofSeconds(5)));

		try (Consumer<String, String> consumer = readTo50(consumers, partition)) {
			recreate(consumer, consumers, partition, 20);
			consumer.seek(partition, 10);
			Consumers.pollTo(consumer, partition, 20);
			pollForCheck(consumer);
			pollForCheck(consumer);
			cluster.produce(partition, 5);

			assertThat(Consumers.pollTo(consumer, partition, 25)).isEqualTo(range(20, 25));
			assertThat(consumers.decisions).hasSize(1);
		}
	}

	@ParameterizedTest
	@CsvSource({ "classic, 1", "consumer, 1", "classic, 2", "consumer, 2" })
	void lateCommitOfTheOldTopicSkipsNothingOfTheNewOne(String protocol, int times) {
		TopicPartition partition = new TopicPartition("late-%s-%d".formatted(protocol, times), 0);
		Consumers consumers = consumers(protocol, partition);

		try (Consumer<String, String> consumer = readTo50(consumers, partition)) {
			consumer.pause(Set.of(partition));
			for (int i = 0; i < times; i++) {
				recreate(consumer, consumers, partition, 100);
			}
			consumer.commitSync(Map.of(partition, new OffsetAndMetadata(50)));
		}
		consumers.oneProcess();
		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));

			assertThat(Consumers.pollTo(consumer, partition, 100)).isEqualTo(range(0, 100));
		}
	}

	/**
	 * The broker takes a commit that was sent before the decision, and its answer comes
	 * after: to the broker it is a commit in the new topic, and so it would be to the
	 * next consumer.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, true", "consumer, true", "classic, false", "consumer, false" })
	void commitOnItsWayIsNoneInTheNewTopic(String protocol, boolean positions) {
		TopicPartition partition = new TopicPartition("way-%s-%s".formatted(protocol, positions), 0);
		Consumers consumers = consumers(protocol, partition).with("metadata.max.age.ms", 200)
			.timing(new OffsetGuardSettings.Timing(Duration.ofSeconds(5), Duration.ofSeconds(30),
					Duration.ofSeconds(3)))
			.oneProcess();
		if (!positions) {
			consumers.commits(false, false, false);
		}
		try (Consumer<String, String> consumer = readTo50(consumers, partition)) {
			consumer.commitSync(Map.of(partition, new OffsetAndMetadata(50)));
			consumer.pause(Set.of(partition));
			pollForCheck(consumer);
			replace(partition, 50);
			// Longer than the client believes in the old topic, shorter than the guard.
			Instant later = Instant.now().plusMillis(700);
			Consumers.pollUntil(consumer, () -> Instant.now().isAfter(later));
			assertThat(consumers.decisions).isEmpty();
			cluster.wire().inject(Fault.delay(Duration.ofSeconds(6), ApiKeys.OFFSET_COMMIT));
			List<Map<TopicPartition, OffsetAndMetadata>> committed = new ArrayList<>();
			OffsetCommitCallback callback = (offsets, failure) -> committed.add(offsets);
			if (positions) {
				consumer.commitAsync(callback);
			}
			else {
				consumer.commitAsync(Map.of(partition, new OffsetAndMetadata(50)), callback);
			}
			Consumers.pollUntil(consumer, () -> !consumers.decisions.isEmpty());
			assertThat(consumers.causes()).containsExactly(Cause.TOPIC_RECREATED);
			assertThat(committed).isEmpty();
			Consumers.pollUntil(consumer, () -> !committed.isEmpty());
			consumer.poll(Duration.ofMillis(100));
		}
		cluster.wire().honest();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(partition));

			assertThat(Consumers.pollTo(consumer, partition, 50)).isEqualTo(range(0, 50));
		}
	}

	/**
	 * Where a consumer starts in a recreated topic is committed once, and not again when
	 * anything else is decided later.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void laterDecisionDoesNotUndoCommits(String protocol) {
		TopicPartition partition = new TopicPartition("later-" + protocol, 0);
		Consumers consumers = consumers(protocol, partition);
		try (Consumer<String, String> consumer = readTo50(consumers, partition)) {
			consumer.pause(Set.of(partition));
			recreate(consumer, consumers, partition, 100);
			consumer.resume(Set.of(partition));
			assertThat(Consumers.pollTo(consumer, partition, 100)).isEqualTo(range(0, 100));
			consumer.commitSync(Map.of(partition, new OffsetAndMetadata(100)));
			cluster.wire().inject(Fault.offsetOutOfRange().forClient(partition.topic()).times(1));
			Consumers.pollUntil(consumer, () -> consumers.decisions.size() == 2);
			assertThat(cluster.committed(partition.topic()).get(partition).offset()).isEqualTo(100);
		}
		finally {
			cluster.wire().honest();
		}
	}

	/**
	 * It reads what comes from now on: from where it seeks itself as long as nobody
	 * answers about commits, or where the client looks as the leader is silent at first.
	 * Its next start is at the end, too.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, true, false", "classic, true, true", "consumer, true, false", "consumer, true, true",
			"classic, false, false", "classic, false, true", "consumer, false, false", "consumer, false, true" })
	void groupThatNeverCommitsIsLeftWithoutACommit(String protocol, boolean seeking, boolean guarded) {
		TopicPartition partition = new TopicPartition("never-%s-%s-%s".formatted(protocol, seeking, guarded), 0);
		Consumers consumers = consumers(protocol, partition).with("auto.offset.reset", "latest")
			.timing(new OffsetGuardSettings.Timing(Duration.ofSeconds(2), Duration.ofSeconds(30),
					Duration.ofMillis(200)))
			.oneProcess();
		cluster.createTopic(partition.topic(), 1);
		cluster.produce(partition, 50);
		try (Consumer<String, String> consumer = consumers.create(guarded)) {
			consumer.assign(List.of(partition));
			String admin = "holdfast-admin-" + partition.topic();
			Fault.Handle silence = cluster.wire()
				.inject(seeking ? Fault.silence(ApiKeys.OFFSET_FETCH).forClient(admin)
						: Fault.silence(ApiKeys.LIST_OFFSETS).forClient(partition.topic()));
			Consumers.pollUntil(consumer, () -> (seeking && !guarded) || silence.hits() > 0);
			if (seeking) {
				assertThat(consumers.decisions).isEmpty();
				consumer.seekToEnd(List.of(partition));
			}
			silence.close();
			Consumers.pollTo(consumer, partition, 50);
			if (guarded) {
				// The topic that there is at first is known by then.
				pollForCheck(consumer);
				pollForCheck(consumer);
				consumers.decisions.clear();
			}
			replace(partition, 100);
			Consumers.pollUntil(consumer, () -> !guarded || !consumers.decisions.isEmpty());
			assertThat(consumers.causes()).isEqualTo(guarded ? List.of(Cause.TOPIC_RECREATED) : List.of());
			consumer.poll(Duration.ofMillis(100));

			assertThat(cluster.committed(partition.topic())).isEmpty();
		}
		try (Consumer<String, String> consumer = consumers.create(guarded)) {
			consumer.subscribe(List.of(partition.topic()));
			assertThat(Consumers.pollTo(consumer, partition, 100)).isEmpty();
			cluster.produce(partition, 1);

			assertThat(Consumers.pollTo(consumer, partition, 101)).isEqualTo(range(100, 101));
		}
		assertThat(cluster.committed(partition.topic())).isEmpty();
	}

	/**
	 * Nothing is committed in the new topic, either: its partition starts at the end when
	 * it is assigned again, as with Kafka alone.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false", "classic, true", "consumer, false", "consumer, true" })
	void topicIsTheNewOneFromThenOnWithoutACommit(String protocol, boolean guarded) {
		TopicPartition partition = new TopicPartition("from-then-%s-%s".formatted(protocol, guarded), 0);
		TopicPartition other = new TopicPartition(partition.topic() + "-other", 0);
		Consumers consumers = consumers(protocol, partition).with("auto.offset.reset", "latest");
		cluster.createTopic(partition.topic(), 1);
		cluster.createTopic(other.topic(), 1);
		cluster.produce(partition, 50);
		try (Consumer<String, String> consumer = consumers.create(guarded)) {
			consumer.assign(List.of(partition));
			assertThat(Consumers.pollTo(consumer, partition, 50)).isEmpty();
			Consumers.pollUntil(consumer, () -> isDecided(consumers, guarded, 1));
			replace(partition, 100);
			Consumers.pollUntil(consumer, () -> isDecided(consumers, guarded, 2));
			Consumers.pollTo(consumer, partition, 100);
			consumer.assign(List.of(other));
			Consumers.pollUntil(consumer, () -> isDecided(consumers, guarded, 3));
			Consumers.pollTo(consumer, other, 0);
			consumer.assign(List.of(partition));

			assertThat(Consumers.pollUntil(consumer, () -> isDecided(consumers, guarded, 4))).isEmpty();
			assertThat(Consumers.pollTo(consumer, partition, 100)).isEmpty();
			assertThat(consumers.causes()).isEqualTo(guarded ? List.of(Cause.NO_COMMITTED_OFFSET, Cause.TOPIC_RECREATED,
					Cause.NO_COMMITTED_OFFSET, Cause.NO_COMMITTED_OFFSET) : List.of());
		}
	}

	private static boolean isDecided(Consumers consumers, boolean guarded, int times) {
		return consumers.decisions.size() == (guarded ? times : 0);
	}

	/**
	 * The client commits where it is by then, in its own time.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false", "classic, true", "consumer, false", "consumer, true" })
	void clientThatCommitsByItselfDoesSoAlone(String protocol, boolean guarded) {
		TopicPartition partition = new TopicPartition("alone-%s-%s".formatted(protocol, guarded), 0);
		Consumers consumers = consumers(protocol, partition).with("enable.auto.commit", true)
			.with("auto.commit.interval.ms", 3_600_000)
			.oneProcess();
		cluster.createTopic(partition.topic(), 1);
		cluster.produce(partition, 50);
		try (Consumer<String, String> consumer = consumers.create(guarded)) {
			consumer.assign(List.of(partition));
			Consumers.pollTo(consumer, partition, 50);
			consumer.commitSync();
			consumer.poll(Duration.ofMillis(100));
			consumers.decisions.clear();
			long commits = cluster.wire().count(partition.topic(), ApiKeys.OFFSET_COMMIT);
			replace(partition, 100);
			Consumers.pollUntil(consumer, () -> !guarded || !consumers.decisions.isEmpty());
			consumer.poll(Duration.ofMillis(100));

			assertThat(consumers.causes()).isEqualTo(guarded ? List.of(Cause.TOPIC_RECREATED) : List.of());
			assertThat(cluster.wire().count(partition.topic(), ApiKeys.OFFSET_COMMIT)).isEqualTo(commits);
			assertThat(cluster.committed(partition.topic())).isEmpty();
		}
	}

	/**
	 * The position is behind the marker, the last record before it.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void commitBehindAMarkerOfTheNewTopicIsNotLate(String protocol) {
		TopicPartition partition = new TopicPartition("marker-" + protocol, 0);
		Consumers consumers = consumers(protocol, partition);
		try (Consumer<String, String> consumer = readTo50(consumers, partition)) {
			cluster.deleteTopic(partition.topic());
			cluster.createTopic(partition.topic(), 1);
			produceInTransaction(partition, 10);

			assertThat(Consumers.pollTo(consumer, partition, 11)).isEqualTo(range(0, 10));
			consumer.commitSync(Map.of(partition, new OffsetAndMetadata(11)));
			assertThat(cluster.committed(partition.topic()).get(partition).offset()).isEqualTo(11);
		}
	}

	/**
	 * With Kafka alone, and if what the client was about to commit counted, the next
	 * consumer would start at the end.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void automaticCommitThatFailsIsNoneInTheNewTopic(String protocol) throws Exception {
		TopicPartition partition = new TopicPartition("failed-" + protocol, 0);
		Consumers consumers = consumers(protocol, partition).commits(false, false, false)
			.with("enable.auto.commit", true)
			.with("auto.commit.interval.ms", 3_600_000)
			.oneProcess();
		try (Consumer<String, String> consumer = readTo50(consumers, partition)) {
			consumer.commitSync();
			consumer.pause(Set.of(partition));
			recreate(consumer, consumers, partition, 100);
			cluster.wire().inject(Fault.error(ApiKeys.OFFSET_COMMIT, Errors.OFFSET_METADATA_TOO_LARGE));
		}
		cluster.wire().honest();
		// The broker, other than its answer, is honest.
		cluster.admin().deleteConsumerGroupOffsets(partition.topic(), Set.of(partition)).all().get();
		consumers.decisions.clear();

		try (Consumer<String, String> consumer = consumers.with("auto.offset.reset", "latest").guarded()) {
			consumer.subscribe(List.of(partition.topic()));

			assertThat(Consumers.pollTo(consumer, partition, 100)).isEqualTo(range(0, 100));
			assertThat(consumers.causes()).containsExactly(Cause.TOPIC_RECREATED);
		}
	}

	/**
	 * The partition is assigned to another member, whose bookmark is lost with its
	 * commit.
	 */
	@Test
	void bookmarksKeepUpWithATopicThatGrows() throws Exception {
		TopicPartition first = new TopicPartition("grows", 0);
		TopicPartition second = new TopicPartition("grows", 1);
		Consumers consumers = consumers("classic", first);
		cluster.createTopic("grows", 1);
		cluster.produce(first, 50);
		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(first));
			Consumers.pollTo(consumer, first, 50);
			cluster.admin().createPartitions(Map.of("grows", NewPartitions.increaseTo(2))).all().get();
			cluster.produce(second, 50);
			cluster.commit("grows", second, new OffsetAndMetadata(50));
			// Until the bookmarks know it, from one comparison to the next.
			Consumers.pollUntil(consumer, () -> {
				consumer.commitSync(Map.of(first, new OffsetAndMetadata(50)));
				return cluster.committed("grows").get(first).metadata().contains("|2|");
			});
		}
		cluster.admin().deleteConsumerGroupOffsets("grows", Set.of(second)).all().get();
		consumers.decisions.clear();

		try (Consumer<String, String> consumer = consumers.oneProcess().guarded()) {
			consumer.assign(List.of(first, second));
			Consumers.pollUntil(consumer, () -> !consumers.decisions.isEmpty());
			assertThat(consumers.decisions).singleElement().satisfies((decision) -> {
				assertThat(decision.partition()).isEqualTo(second);
				assertThat(decision.cause()).isEqualTo(Cause.COMMITTED_OFFSET_LOST);
				assertThat(decision.action()).isEqualTo(Action.HOLD);
			});
		}
	}

	private Consumers consumers(String protocol, TopicPartition partition) {
		return new Consumers(cluster, protocol, partition.topic()).with("auto.offset.reset", "earliest")
			.with("metadata.max.age.ms", 500)
			.timing(new OffsetGuardSettings.Timing(Duration.ofSeconds(5), Duration.ofSeconds(30),
					Duration.ofMillis(200)));
	}

	private Consumer<String, String> readTo50(Consumers consumers, TopicPartition partition) {
		Consumer<String, String> consumer = readTo50(consumers.guarded(), partition);
		consumers.decisions.clear();
		return consumer;
	}

	private Consumer<String, String> readTo50(Consumer<String, String> consumer, TopicPartition partition) {
		cluster.createTopic(partition.topic(), 1);
		cluster.produce(partition, 50);
		consumer.assign(List.of(partition));
		assertThat(Consumers.pollTo(consumer, partition, 50)).isEqualTo(range(0, 50));
		return consumer;
	}

	private void recreate(Consumer<String, String> consumer, Consumers consumers, TopicPartition partition,
			int records) {
		consumers.decisions.clear();
		replace(partition, records);
		Consumers.pollUntil(consumer, () -> !consumers.decisions.isEmpty());
		assertThat(consumers.causes()).containsExactly(Cause.TOPIC_RECREATED);
	}

	private void replace(TopicPartition partition, int records) {
		cluster.deleteTopic(partition.topic());
		cluster.createTopic(partition.topic(), 1);
		cluster.produce(partition, records);
	}

	private void pollForCheck(Consumer<?, ?> consumer) {
		long before = cluster.wire().count("holdfast-", ApiKeys.DESCRIBE_TOPIC_PARTITIONS);
		Consumers.pollUntil(consumer,
				() -> cluster.wire().count("holdfast-", ApiKeys.DESCRIBE_TOPIC_PARTITIONS) > before);
	}

	private void produceInTransaction(TopicPartition partition, int records) {
		try (Producer<String, String> producer = new KafkaProducer<>(
				Map.of("bootstrap.servers", cluster.bootstrapServers(), "transactional.id", partition.topic()),
				new StringSerializer(), new StringSerializer())) {
			producer.initTransactions();
			producer.beginTransaction();
			for (int i = 0; i < records; i++) {
				producer.send(new ProducerRecord<>(partition.topic(), partition.partition(), null, "value"));
			}
			producer.commitTransaction();
		}
	}

}
