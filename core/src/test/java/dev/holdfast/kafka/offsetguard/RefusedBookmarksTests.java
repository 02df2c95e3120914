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
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.decision.Resolution;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.OffsetCommitCallback;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Commits to brokers that take less metadata than a bookmark has: they are sent again
 * without, and nothing that was committed meanwhile is undone by that.
 */
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class RefusedBookmarksTests {

	private static KafkaCluster cluster;

	@BeforeAll
	static void start() {
		cluster = KafkaCluster.builder().brokerProperty("offset.metadata.max.bytes", "50").start();
	}

	@AfterAll
	static void stop() {
		cluster.close();
	}

	@AfterEach
	void honest() {
		cluster.wire().honest();
	}

	/**
	 * The second commit is sent before the first one's refusal can be known.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, NAMED_SYNC", "classic, SYNC", "classic, NAMED_ASYNC", "classic, ASYNC",
			"consumer, NAMED_SYNC", "consumer, SYNC", "consumer, NAMED_ASYNC", "consumer, ASYNC" })
	void commitThatIsSentAgainDoesNotUndoALaterOne(String protocol, Form later) {
		TopicPartition partition = prepare("undone-%s-%s".formatted(protocol, later));
		List<String> called = new ArrayList<>();

		try (Consumer<String, String> consumer = readTo50(consumers(protocol, partition), partition)) {
			consumer.commitAsync(Map.of(partition, new OffsetAndMetadata(10)), record("first", called));
			later.commit(consumer, partition, record("later", called));
			Consumers.pollUntil(consumer, () -> called.size() == (later.isAsync() ? 2 : 1));

			assertThat(called).containsExactlyElementsOf(
					later.isAsync() ? List.of("first RetriableCommitFailedException", "later null")
							: List.of("first RetriableCommitFailedException"));
			assertThat(committed(partition)).isEqualTo(50);
		}
	}

	/** How 50 is committed. */
	enum Form {

		SYNC, NAMED_SYNC, ASYNC, NAMED_ASYNC;

		boolean isAsync() {
			return this == ASYNC || this == NAMED_ASYNC;
		}

		void commit(Consumer<?, ?> consumer, TopicPartition partition, OffsetCommitCallback callback) {
			Map<TopicPartition, OffsetAndMetadata> offsets = Map.of(partition, new OffsetAndMetadata(50));
			switch (this) {
				case SYNC -> consumer.commitSync();
				case NAMED_SYNC -> consumer.commitSync(offsets);
				case ASYNC -> consumer.commitAsync(callback);
				case NAMED_ASYNC -> consumer.commitAsync(offsets, callback);
			}
		}

	}

	/**
	 * One request more, once: the brokers are known then.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void bookmarksAreGivenUpOnceACommitWasTakenWithoutThem(String protocol) {
		TopicPartition partition = prepare("given-up-" + protocol);
		List<String> called = new ArrayList<>();

		try (Consumer<String, String> consumer = readTo50(consumers(protocol, partition), partition)) {
			cluster.wire().forget();
			consumer.commitAsync(Map.of(partition, new OffsetAndMetadata(10)), record("first", called));
			Consumers.pollUntil(consumer, () -> !called.isEmpty());
			assertThat(committed(partition)).isEqualTo(10);
			assertThat(cluster.wire().count(partition.topic(), ApiKeys.OFFSET_COMMIT)).isEqualTo(2);

			consumer.commitSync(Map.of(partition, new OffsetAndMetadata(20)));
			assertThat(committed(partition)).isEqualTo(20);
			assertThat(cluster.wire().count(partition.topic(), ApiKeys.OFFSET_COMMIT)).isEqualTo(3);
			assertThat(called).containsExactly("first null");
		}
	}

	/**
	 * The refusal comes when nobody polls any more.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false, true", "classic, true, true", "classic, true, false", "consumer, false, true",
			"consumer, true, true", "consumer, true, false" })
	void lastCommitOfAConsumerIsMade(String protocol, boolean guarded, boolean closed) {
		TopicPartition partition = prepare("last-%s-%s-%s".formatted(protocol, guarded, closed));

		try (Consumer<String, String> consumer = consumers(protocol, partition).create(guarded)) {
			consumer.subscribe(List.of(partition.topic()));
			Consumers.pollTo(consumer, partition, 50);
			consumer.commitAsync(Map.of(partition, new OffsetAndMetadata(50)), null);
			if (!closed) {
				consumer.unsubscribe();
			}
		}

		assertThat(committed(partition)).isEqualTo(50);
	}

	/**
	 * Clients copy what they are given at once.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void applicationMayGoOnUsingItsMap(String protocol) {
		TopicPartition partition = prepare("map-" + protocol);
		List<Map<TopicPartition, OffsetAndMetadata>> called = new ArrayList<>();
		Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>(Map.of(partition, new OffsetAndMetadata(10)));

		try (Consumer<String, String> consumer = readTo50(consumers(protocol, partition), partition)) {
			consumer.commitAsync(offsets, (committed, failure) -> called.add(Map.copyOf(committed)));
			offsets.put(partition, new OffsetAndMetadata(50));
			Consumers.pollUntil(consumer, () -> !called.isEmpty());

			assertThat(called).containsExactly(Map.of(partition, new OffsetAndMetadata(10)));
			assertThat(committed(partition)).isEqualTo(10);
		}
	}

	/**
	 * What is made up for after a hold is what was held back last, not what was on its
	 * way before.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void commitThatIsSentAgainDoesNotReplaceALaterOneThatIsHeldBack(String protocol) {
		TopicPartition partition = prepare("held-back-" + protocol);
		Consumers consumers = consumers(protocol, partition).policy(Cause.SPURIOUS_OUT_OF_RANGE, Action.HOLD)
			.oneProcess();
		List<String> called = new ArrayList<>();

		try (Consumer<String, String> consumer = readTo50(consumers, partition)) {
			Fault.Handle late = cluster.wire()
				.inject(Fault.delay(Duration.ofSeconds(3), ApiKeys.OFFSET_COMMIT).times(1));
			cluster.wire().inject(Fault.offsetOutOfRange().forClient(partition.topic()).times(1));
			consumer.commitAsync(Map.of(partition, new OffsetAndMetadata(10)), record("first", called));
			Consumers.pollUntil(consumer, () -> !consumers.decisions.isEmpty());
			assertThat(called).isEmpty();
			consumer.commitAsync(Map.of(partition, new OffsetAndMetadata(50)), record("later", called));
			Consumers.pollUntil(consumer, () -> called.size() == 2);
			assertThat(late.hits()).isEqualTo(1);
			assertThat(called).containsExactlyInAnyOrder("first RetriableCommitFailedException", "later null");
			assertThat(committed(partition)).isZero();

			consumers.process().resolve(partition.topic(), partition, new Resolution(Action.KEEP, "me", "a test"));
			Consumers.pollUntil(consumer, () -> committed(partition) == 50);
		}
	}

	private static OffsetCommitCallback record(String name, List<String> called) {
		return (offsets, failure) -> called
			.add("%s %s".formatted(name, (failure != null) ? failure.getClass().getSimpleName() : null));
	}

	private long committed(TopicPartition partition) {
		return cluster.committed(partition.topic()).get(partition).offset();
	}

	private Consumer<String, String> readTo50(Consumers consumers, TopicPartition partition) {
		Consumer<String, String> consumer = consumers.guarded();
		consumer.assign(List.of(partition));
		Consumers.pollTo(consumer, partition, 50);
		return consumer;
	}

	private Consumers consumers(String protocol, TopicPartition partition) {
		return new Consumers(cluster, protocol, partition.topic()).with("auto.offset.reset", "earliest");
	}

	/**
	 * With a commit, so that nothing is committed before the application does.
	 */
	private TopicPartition prepare(String topic) {
		TopicPartition partition = new TopicPartition(topic, 0);
		cluster.createTopic(topic, 1);
		cluster.produce(partition, 50);
		cluster.commit(topic, partition, new OffsetAndMetadata(0));
		return partition;
	}

}
