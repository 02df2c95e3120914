/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.decision.Resolution;
import dev.holdfast.kafka.offsetguard.decision.ResolutionResult;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Consumers that close while their coordinator is silent, or slow: in the time that the
 * application gives them, and with all commits that a consumer without a guard makes.
 */
@LyingKafka
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class ClosingTests {

	private static final ApiKeys[] COORDINATOR = { ApiKeys.FIND_COORDINATOR, ApiKeys.OFFSET_FETCH,
			ApiKeys.OFFSET_COMMIT, ApiKeys.HEARTBEAT, ApiKeys.LEAVE_GROUP, ApiKeys.CONSUMER_GROUP_HEARTBEAT };

	private static final Duration FOR_EVER = Duration.ofHours(1);

	private static final Duration MARGIN = Duration.ofMillis(400);

	private final KafkaCluster cluster;

	ClosingTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	/** What the application has committed, and when the client sends it. */
	enum Work {

		/** The client commits when it closes. */
		AUTO_COMMIT,

		/** The commit is on its way. */
		ASYNC,

		/**
		 * Where its partition starts, before the guard has decided that: the guard has
		 * yet to commit it.
		 */
		UNDECIDED_START;

	}

	@ParameterizedTest
	@CsvSource({ "classic, AUTO_COMMIT, 1000", "consumer, AUTO_COMMIT, 1000", "classic, ASYNC, 1000",
			"consumer, ASYNC, 1000", "classic, UNDECIDED_START, 1000", "consumer, UNDECIDED_START, 1000",
			"classic, UNDECIDED_START, 0", "consumer, UNDECIDED_START, 0" })
	void closesInTimeWhileTheCoordinatorIsSilent(String protocol, Work work, long millis) {
		Duration timeout = Duration.ofMillis(millis);
		Duration plain = timeToClose(protocol, work, timeout, "plain");
		Duration bound = ((plain.compareTo(timeout) > 0) ? plain : timeout).plus(MARGIN);
		Duration guarded = timeToClose(protocol, work, timeout, "guarded");
		// A busy machine lengthens some of them, but the guard would lengthen each.
		for (int i = 0; i < 2 && guarded.compareTo(bound) >= 0; i++) {
			guarded = timeToClose(protocol, work, timeout, "guarded-" + i);
		}

		assertThat(guarded).isLessThan(bound);
	}

	private Duration timeToClose(String protocol, Work work, Duration timeout, String role) {
		String group = "silent-%s-%s-%d-%s".formatted(protocol, work, timeout.toMillis(), role);
		Consumer<String, String> consumer = start(protocol, group, work, !role.equals("plain"));
		cluster.wire().inject(Fault.silence(COORDINATOR).forClient(group));
		if (work == Work.ASYNC) {
			consumer.commitAsync(Map.of(new TopicPartition(group, 0), new OffsetAndMetadata(10)), null);
		}

		long start = System.nanoTime();
		try {
			consumer.close(CloseOptions.timeout(timeout));
		}
		catch (KafkaException ex) {
			// The async client says what it could not do in time.
			assertThat(protocol).isEqualTo("consumer");
		}
		return Duration.ofNanos(System.nanoTime() - start);
	}

	@ParameterizedTest
	@CsvSource({ "classic, AUTO_COMMIT, false", "consumer, AUTO_COMMIT, false", "classic, AUTO_COMMIT, true",
			"consumer, AUTO_COMMIT, true", "classic, ASYNC, false", "consumer, ASYNC, false", "classic, ASYNC, true",
			"consumer, ASYNC, true", "classic, UNDECIDED_START, false", "consumer, UNDECIDED_START, false",
			"classic, UNDECIDED_START, true", "consumer, UNDECIDED_START, true" })
	void commitsWhatPlainConsumersDoBeforeItCloses(String protocol, Work work, boolean guarded) {
		String group = "slow-%s-%s-%s".formatted(protocol, work, guarded);
		TopicPartition partition = new TopicPartition(group, 0);

		try (Consumer<String, String> consumer = start(protocol, group, work, guarded)) {
			cluster.wire().inject(Fault.delay(Duration.ofMillis(300), ApiKeys.OFFSET_COMMIT).forClient(group));
			if (work == Work.ASYNC) {
				consumer.commitAsync(Map.of(partition, new OffsetAndMetadata(10)), null);
			}
			consumer.close(CloseOptions.timeout(Duration.ofSeconds(20)));
		}

		assertThat(cluster.committed(group).get(partition)).isNotNull()
			.satisfies((commit) -> assertThat(commit.offset()).isEqualTo(10));
	}

	/**
	 * A commit that the guard held back is due as soon as an operator believes the
	 * position.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void commitsWhatItHeldBackBeforeItCloses(String protocol) {
		String group = "held-back-" + protocol;
		TopicPartition partition = prepare(group);
		Consumers consumers = new Consumers(cluster, protocol, group).with("auto.offset.reset", "earliest")
			.policy(Cause.SPURIOUS_OUT_OF_RANGE, Action.HOLD)
			.oneProcess();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(group));
			Consumers.pollTo(consumer, partition, 10);
			cluster.wire().inject(Fault.offsetOutOfRange().forClient(group).times(1));
			Consumers.pollUntil(consumer, () -> !consumers.decisions.isEmpty());
			consumer.commitAsync(Map.of(partition, new OffsetAndMetadata(10)), null);
			assertThat(cluster.committed(group)).doesNotContainValue(new OffsetAndMetadata(10));
			CompletableFuture<ResolutionResult> order = consumers.process()
				.resolve(group, partition, new Resolution(Action.KEEP, "operator", "it is good"));
			Consumers.pollUntil(consumer, order::isDone);
		}

		assertThat(cluster.committed(group).get(partition).offset()).isEqualTo(10);
	}

	/**
	 * Reads 10 records, or starts behind them.
	 */
	private Consumer<String, String> start(String protocol, String group, Work work, boolean guarded) {
		TopicPartition partition = prepare(group);
		boolean isUndecided = work == Work.UNDECIDED_START;
		Consumers consumers = new Consumers(cluster, protocol, group)
			.with("auto.offset.reset", isUndecided ? "latest" : "earliest")
			.with("enable.auto.commit", work == Work.AUTO_COMMIT)
			.with("auto.commit.interval.ms", 3_600_000);
		if (isUndecided) {
			cluster.wire()
				.inject(Fault.delay(FOR_EVER, ApiKeys.DESCRIBE_TOPIC_PARTITIONS).forClient("holdfast-admin-" + group));
		}
		Consumer<String, String> consumer = consumers.create(guarded);
		Committing listener = new Committing(consumer, isUndecided);
		consumer.subscribe(List.of(group), listener);
		if (isUndecided) {
			Consumers.pollUntil(consumer, () -> listener.done);
		}
		else {
			Consumers.pollTo(consumer, partition, 10);
		}
		return consumer;
	}

	private TopicPartition prepare(String topic) {
		TopicPartition partition = new TopicPartition(topic, 0);
		cluster.createTopic(topic, 1);
		cluster.produce(partition, 10);
		return partition;
	}

	/**
	 * Commits where partitions start, as listener containers do.
	 */
	private static final class Committing implements ConsumerRebalanceListener {

		private final Consumer<?, ?> consumer;

		private final boolean committing;

		private boolean done;

		Committing(Consumer<?, ?> consumer, boolean committing) {
			this.consumer = consumer;
			this.committing = committing;
		}

		@Override
		public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
			if (committing) {
				partitions.forEach((partition) -> consumer
					.commitSync(Map.of(partition, new OffsetAndMetadata(consumer.position(partition)))));
			}
			done = true;
		}

		@Override
		public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
		}

	}

}
