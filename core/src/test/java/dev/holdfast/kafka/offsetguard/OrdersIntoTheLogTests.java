/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.decision.Resolution;
import dev.holdfast.kafka.offsetguard.decision.ResolutionResult;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Orders whose target the guard has to look up before it can carry them out: an offset,
 * or a time of the operator's own.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class OrdersIntoTheLogTests {

	private final KafkaCluster cluster;

	OrdersIntoTheLogTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	/**
	 * Rechecks go on while the guard asks where the order leads: they must neither carry
	 * it out nor lose it.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, OFFSET, 30", "classic, TIMESTAMP, 20", "consumer, OFFSET, 30", "consumer, TIMESTAMP, 20" })
	void recheckDoesNotCarryOutAnOrderWhoseTargetIsNotKnown(String protocol, Action action, long first)
			throws Exception {
		TopicPartition partition = prepare("rechecked-%s-%s".formatted(protocol, action));
		Consumers consumers = consumers(protocol, partition);

		try (Consumer<String, String> consumer = consumers.guarded()) {
			hold(consumer, consumers, partition);
			Fault.Handle late = cluster.wire()
				.inject(Fault.delay(Duration.ofMinutes(1), ApiKeys.LIST_OFFSETS)
					.forClient("holdfast-admin-" + partition.topic()));
			long begun = inspections(partition);
			Consumers.pollUntil(consumer, () -> inspections(partition) > begun);
			long before = inspections(partition);
			CompletableFuture<ResolutionResult> result = order(consumers, partition, action).toCompletableFuture();
			// The recheck that was on its way has ended when the next one begins.
			Consumers.pollUntil(consumer, () -> result.isDone() || inspections(partition) > before);
			assertThat(result).isNotDone();
			late.close();
			Map<TopicPartition, List<Long>> delivered = Consumers.pollUntil(consumer,
					() -> result.isDone() && Consumers.isAt(consumer, partition, 100));

			assertThat(result.get(10, TimeUnit.SECONDS)).isInstanceOfSatisfying(ResolutionResult.Resolved.class,
					(resolved) -> {
						assertThat(resolved.decision().outcome()).isEqualTo(new Outcome.ReadFrom(first));
						assertThat(resolved.decision().resolution()).isNotNull();
					});
			assertThat(delivered).isEqualTo(Map.of(partition, range(first, 100)));
		}
	}

	/**
	 * The end of the log is where a time leads that no record has reached, not where one
	 * leads that no leader looks for.
	 */
	@ParameterizedTest
	@CsvSource({ "classic", "consumer" })
	void refusedLookUpOfATimeIsNoAnswer(String protocol) throws Exception {
		TopicPartition partition = prepare("refused-" + protocol);
		Consumers consumers = consumers(protocol, partition);
		String admin = "holdfast-admin-" + partition.topic();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			hold(consumer, consumers, partition);
			Fault.Handle late = cluster.wire()
				.inject(Fault.delay(Duration.ofMillis(1500), ApiKeys.LIST_OFFSETS).forClient(admin));
			long before = cluster.wire().count(admin, ApiKeys.LIST_OFFSETS);
			CompletableFuture<ResolutionResult> result = order(consumers, partition, Action.TIMESTAMP)
				.toCompletableFuture();
			// Those for both ends of the log.
			Consumers.pollUntil(consumer, () -> cluster.wire().count(admin, ApiKeys.LIST_OFFSETS) >= before + 2);
			Fault.Handle refusal = cluster.wire()
				.inject(Fault.error(ApiKeys.LIST_OFFSETS, Errors.UNKNOWN_SERVER_ERROR).forClient(admin));
			late.close();
			Map<TopicPartition, List<Long>> delivered = Consumers.pollUntil(consumer, result::isDone);

			assertThat(result.get(10, TimeUnit.SECONDS)).isInstanceOf(ResolutionResult.Failed.class);
			assertThat(refusal.hits()).isPositive();
			assertThat(delivered).isEmpty();
			assertThat(consumers.process().held()).hasSize(1);
			refusal.close();
		}
	}

	private void hold(Consumer<String, String> consumer, Consumers consumers, TopicPartition partition) {
		consumer.assign(List.of(partition));
		Consumers.pollTo(consumer, partition, 100);
		consumer.seek(partition, 1000);
		Consumers.pollUntil(consumer, () -> !consumers.process().held().isEmpty());
	}

	private static CompletionStage<ResolutionResult> order(Consumers consumers, TopicPartition partition,
			Action action) {
		Resolution order = (action == Action.OFFSET) ? new Resolution(action, "alice", "looked at it", 30L, null)
				: new Resolution(action, "alice", "looked at it", null, Instant.EPOCH);
		return consumers.process().resolve(partition.topic(), partition, order);
	}

	private Consumers consumers(String protocol, TopicPartition partition) {
		return new Consumers(cluster, protocol, partition.topic()).with("auto.offset.reset", "earliest")
			.timing(new OffsetGuardSettings.Timing(Duration.ofSeconds(30), Duration.ofMillis(300),
					Duration.ofMillis(200)))
			.oneProcess();
	}

	/** Each inspection has a client of its own. */
	private long inspections(TopicPartition partition) {
		return cluster.wire().count("holdfast-inspector-" + partition.topic(), ApiKeys.METADATA);
	}

	private TopicPartition prepare(String topic) {
		TopicPartition partition = new TopicPartition(topic, 0);
		cluster.createTopic(topic, 1);
		cluster.produce(partition, 100);
		cluster.deleteRecords(partition, 20);
		return partition;
	}

}
