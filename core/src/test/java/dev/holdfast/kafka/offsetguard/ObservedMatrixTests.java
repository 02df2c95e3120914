/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A guard that only observes delivers the same records as plain Kafka in every trouble,
 * and reports what it would have decided. The topic is recreated while nobody reads here,
 * and its commits restored: what a plain client does when it happens under its feet is a
 * matter of luck.
 */
@LyingKafka
@Timeout(value = 300, unit = TimeUnit.SECONDS)
@Tag("long")
class ObservedMatrixTests {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	/** In which nothing more is delivered or decided. */
	private static final int MORE_POLLS = 10;

	private final KafkaCluster cluster;

	ObservedMatrixTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	static Stream<Arguments> matrix() {
		return FaultMatrixTests.matrix();
	}

	@ParameterizedTest
	@MethodSource("matrix")
	void deliversWhatPlainKafkaDelivers(Trouble trouble, String protocol, boolean autoCommit) {
		TroubledGroup plain = group("plain", trouble, protocol, autoCommit);
		TroubledGroup observing = group("observing", trouble, protocol, autoCommit);

		CompletableFuture<Map<Integer, List<Long>>> expected = CompletableFuture
			.supplyAsync(() -> deliveredAfter(trouble, plain));
		Map<Integer, List<Long>> delivered = deliveredAfter(trouble, observing);

		assertThat(expected).succeedsWithin(PATIENCE).isEqualTo(delivered);
		assertReported(observing, trouble, protocol, autoCommit);
	}

	private Map<Integer, List<Long>> deliveredAfter(Trouble trouble, TroubledGroup group) {
		group.firstRun();
		try (Fault.Handle fault = group.happen()) {
			if (trouble == Trouble.TOPIC_RECREATED) {
				// Brokers drop the commits of a topic that is deleted; mirrored ones
				// stay.
				Map<TopicPartition, OffsetAndMetadata> committed = cluster.committed(group.topic);
				group.recreateTopic();
				committed.forEach((partition, commit) -> cluster.commit(group.topic, partition, commit));
			}
			try (Consumer<String, String> consumer = group.subscribed()) {
				group.poll(consumer, () -> isAtEnd(consumer, group.other)
						&& (trouble == Trouble.EPOCH_AHEAD || isAtEnd(consumer, group.troubled)));
				group.poll(consumer, () -> !group.guarded || !group.consumers.decisions.isEmpty());
				AtomicInteger polls = new AtomicInteger();
				group.poll(consumer, () -> polls.incrementAndGet() > MORE_POLLS);
			}
		}
		return Map.of(0, group.delivered.getOrDefault(new TopicPartition(group.topic, 0), List.of()), 1,
				group.delivered.getOrDefault(new TopicPartition(group.topic, 1), List.of()));
	}

	private boolean isAtEnd(Consumer<?, ?> consumer, TopicPartition partition) {
		return Consumers.isAt(consumer, partition, cluster.logEnd(partition));
	}

	private static void assertReported(TroubledGroup group, Trouble trouble, String protocol, boolean autoCommit) {
		// Commits that a client makes by itself carry no bookmark.
		Cause cause = (trouble == Trouble.NEW_PARTITION && autoCommit) ? Cause.NO_COMMITTED_OFFSET : trouble.cause();
		assertThat(group.consumers.decisions).hasSize((trouble == Trouble.TOPIC_RECREATED) ? 2 : 1)
			.allSatisfy((decision) -> {
				assertThat(decision.cause()).isEqualTo(cause);
				assertThat(decision.policyAction()).isEqualTo(cause.defaultAction());
				assertThat(decision.observed()).isTrue();
			})
			.extracting(Decision::partition)
			.contains(group.troubled);
	}

	private TroubledGroup group(String role, Trouble trouble, String protocol, boolean autoCommit) {
		String topic = "%s-%s-%s-%s".formatted(role, trouble, protocol, autoCommit).toLowerCase(Locale.ROOT);
		Consumers consumers = new Consumers(cluster, protocol, topic).with("enable.auto.commit", autoCommit)
			.mode(OffsetGuardSettings.Mode.OBSERVE);
		return new TroubledGroup(cluster, trouble, topic, consumers, role.equals("observing"));
	}

}
