/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

/**
 * Somebody decides about a held partition: position 500 on a log of 20 to 100.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ResolutionTests {

	private final KafkaCluster cluster;

	ResolutionTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@CsvSource({ "classic, EARLIEST, 20", "consumer, EARLIEST, 20", "classic, LATEST, 100", "consumer, LATEST, 100" })
	void partitionReadsOnFromWhereItWasDecided(String protocol, Action action, long first) throws Exception {
		TopicPartition partition = prepare("resolved-%s-%s".formatted(protocol, action));
		// A policy's limits are not in somebody's way who has looked.
		Consumers consumers = consumers(protocol, partition)
			.policy(new OffsetPolicy(Map.of(), new MoveLimits(1L, 1L), List.of()));
		OffsetGuard guard = consumers.oneProcess().process();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			Consumers.pollUntil(consumer, () -> !guard.held().isEmpty());
			assertThat(guard.held()).isEqualTo(consumers.decisions);
			CompletableFuture<Decision> result = CompletableFuture
				.supplyAsync(() -> guard.resolve(partition.topic(), partition, action))
				.thenCompose((stage) -> stage);
			Map<TopicPartition, List<Long>> delivered = Consumers.pollUntil(consumer, result::isDone);
			cluster.produce(partition, 5);
			Consumers.pollInto(consumer, delivered, () -> Consumers.isAt(consumer, partition, 105));

			assertThat(delivered).isEqualTo(Map.of(partition, range(first, 105)));
			assertThat(result.get(10, TimeUnit.SECONDS)).isEqualTo(consumers.decisions.get(1)).satisfies((decision) -> {
				assertThat(decision.action()).isEqualTo(action);
				assertThat(decision.outcome()).isEqualTo(new Outcome.ReadFrom(first));
			});
			assertThat(guard.held()).isEmpty();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void onlyOneOfTwoWins(String protocol) {
		TopicPartition partition = prepare("two-" + protocol);
		Consumers consumers = consumers(protocol, partition);
		OffsetGuard guard = consumers.oneProcess().process();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			Consumers.pollUntil(consumer, () -> !guard.held().isEmpty());
			CompletableFuture<Decision> one = guard.resolve(partition.topic(), partition, Action.EARLIEST)
				.toCompletableFuture();
			CompletableFuture<Decision> other = guard.resolve(partition.topic(), partition, Action.LATEST)
				.toCompletableFuture();

			assertThat(Consumers.pollTo(consumer, partition, 100)).isEqualTo(range(20, 100));
			assertThat(one).isCompleted();
			assertThat(other).isCompletedExceptionally();
			assertThat(other.handle((decision, failure) -> failure.getMessage()).join())
				.isEqualTo(partition + " is not held any more");
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void whatMakesNoSenseIsRefusedAndNothingMoves(String protocol) {
		TopicPartition partition = prepare("refused-" + protocol);
		Consumers consumers = consumers(protocol, partition);
		OffsetGuard guard = consumers.oneProcess().process();
		CompletableFuture<Decision> late;

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			Consumers.pollUntil(consumer, () -> !guard.held().isEmpty());
			assertThatIllegalArgumentException()
				.isThrownBy(() -> guard.resolve(partition.topic(), partition, Action.KEEP))
				.withMessage("Action 'keep' does not resolve cause 'above-log-end' of %s; allowed are [divergence, "
						+ "earliest, latest, timestamp, fail]", partition);
			assertThatIllegalArgumentException().isThrownBy(() -> guard.resolve("others", partition, Action.EARLIEST))
				.withMessage("No consumer of group 'others' in this process holds %s; held are [%s]", partition,
						partition);
			// Nothing was delivered, so there is no timestamp to go to.
			CompletableFuture<Decision> nowhere = guard.resolve(partition.topic(), partition, Action.TIMESTAMP)
				.toCompletableFuture();
			Consumers.pollUntil(consumer, nowhere::isDone);
			assertThat(nowhere.handle((decision, failure) -> failure.getMessage()).join())
				.isEqualTo(partition + " is still held: the evidence does not tell where 'timestamp' leads");
			assertThat(consumer.position(partition)).isEqualTo(500);
			late = guard.resolve(partition.topic(), partition, Action.EARLIEST).toCompletableFuture();
		}

		assertThat(late.handle((decision, failure) -> failure.getMessage()).join())
			.isEqualTo(partition + " is not held any more: its consumer was closed");
		assertThat(guard.held()).isEmpty();
	}

	private Consumers consumers(String protocol, TopicPartition partition) {
		return new Consumers(cluster, protocol, partition.topic()).timing(Duration.ofSeconds(5),
				Duration.ofSeconds(30));
	}

	private TopicPartition prepare(String topic) {
		TopicPartition partition = new TopicPartition(topic, 0);
		cluster.createTopic(topic, 1);
		cluster.produce(partition, 100);
		cluster.deleteRecords(partition, 20);
		cluster.commit(topic, partition, new OffsetAndMetadata(500));
		return partition;
	}

}
