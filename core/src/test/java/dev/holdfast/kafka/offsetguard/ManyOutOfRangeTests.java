/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import dev.holdfast.kafka.test.Polling;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Clients report positions out of range one partition a poll. However many there are, the
 * guard decides about a few at a time: polls take as long as the application asked for,
 * and the others are read.
 */
@LyingKafka
@Timeout(value = 180, unit = TimeUnit.SECONDS)
@Tag("long")
class ManyOutOfRangeTests {

	private static final int MANY = 300;

	private static final Duration POLL = Duration.ofMillis(100);

	/** As far as a busy machine knows what that is. */
	private static final Duration MARGIN = Duration.ofMillis(900);

	private final KafkaCluster cluster;

	private final Map<TopicPartition, List<Long>> delivered = new HashMap<>();

	private Duration longestPoll = Duration.ZERO;

	ManyOutOfRangeTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void pollsAreShortAndEachIsDecidedOnce(String protocol) {
		String group = "many-" + protocol;
		TopicPartition read = new TopicPartition(group + "-read", 0);
		cluster.createTopic(group, MANY);
		cluster.createTopic(read.topic(), 1);
		cluster.produce(read, 10);
		commit(group, read);
		Consumers consumers = new Consumers(cluster, protocol, group).policy(Cause.ABOVE_LOG_END, Action.HOLD);

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(group, read.topic()));
			Polling.by((timeout) -> timed(consumer, timeout))
				.into(delivered)
				.pollTimeout(POLL)
				.patience(Duration.ofSeconds(60))
				.until(() -> consumers.decisions.size() >= MANY && delivered.containsKey(read));
			timed(consumer, POLL);
		}

		assertThat(delivered).isEqualTo(Map.of(read, range(0, 10)));
		assertThat(consumers.causes()).hasSize(MANY).containsOnly(Cause.ABOVE_LOG_END);
		assertThat(consumers.decisions).extracting((decision) -> decision.partition().partition())
			.doesNotHaveDuplicates();
		assertThat(longestPoll).isLessThan(POLL.plus(MARGIN));
	}

	@Test
	void partitionsGoOnAsThePolicySaysWhileOthersWaitForTheirTurn() {
		String group = "many-earliest";
		TopicPartition read = new TopicPartition(group + "-read", 0);
		TopicPartition last = new TopicPartition(group, MANY - 1);
		cluster.createTopic(group, MANY);
		cluster.createTopic(read.topic(), 1);
		cluster.produce(last, 10);
		commit(group, read);
		Consumers consumers = new Consumers(cluster, "classic", group).policy(Cause.ABOVE_LOG_END, Action.EARLIEST);

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(group));
			Polling.of(consumer)
				.into(delivered)
				.pollTimeout(POLL)
				.patience(Duration.ofSeconds(60))
				.until(() -> consumers.decisions.size() >= MANY && delivered.containsKey(last));
			assertThat(consumer.paused()).isEmpty();
			cluster.produce(new TopicPartition(group, 0), 5);
			Consumers.pollInto(consumer, delivered, () -> delivered.size() == 2);
		}

		assertThat(delivered).isEqualTo(Map.of(last, range(0, 10), new TopicPartition(group, 0), range(0, 5)));
		assertThat(consumers.causes()).hasSize(MANY).containsOnly(Cause.ABOVE_LOG_END);
	}

	private void commit(String topic, TopicPartition read) {
		Map<TopicPartition, OffsetAndMetadata> commits = new HashMap<>();
		for (int i = 0; i < MANY; i++) {
			commits.put(new TopicPartition(topic, i), new OffsetAndMetadata(1000));
		}
		commits.put(read, new OffsetAndMetadata(0));
		try (Consumer<String, String> plain = new Consumers(cluster, "classic", topic).plain()) {
			plain.assign(commits.keySet());
			plain.commitSync(commits);
		}
	}

	private ConsumerRecords<String, String> timed(Consumer<String, String> consumer, Duration timeout) {
		long start = System.nanoTime();
		ConsumerRecords<String, String> records = consumer.poll(timeout);
		Duration took = Duration.ofNanos(System.nanoTime() - start);
		longestPoll = (took.compareTo(longestPoll) > 0) ? took : longestPoll;
		return records;
	}

}
