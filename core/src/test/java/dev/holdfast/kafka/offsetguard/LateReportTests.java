/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A client may throw an exception about a position that the application has left since:
 * what a background found out is thrown by the next poll.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@Tag("long")
class LateReportTests {

	private static final int ROUNDS = 5;

	private static final Duration FOR_EVER = Duration.ofHours(1);

	private final KafkaCluster cluster;

	LateReportTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void claimAboutOldPositionDoesNotOverrideSeek(String protocol) {
		for (int round = 0; round < ROUNDS; round++) {
			TopicPartition partition = prepare("claim-" + protocol + "-" + round, Consumers.offset(200, 0));
			Fault lie = Fault.epochEndOffset(0).forTopic(partition.topic());

			Consumers consumers = seekWhileAnswerIsUnderWay(partition, protocol, lie, ApiKeys.OFFSET_FOR_LEADER_EPOCH,
					new OffsetAndMetadata(50));

			assertThat(consumers.decisions).isEmpty();
		}
	}

	/**
	 * To go on where the claim was made would skip what the group has not committed.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void claimFromAnEarlierAssignmentDoesNotOverrideItsStart(String protocol) {
		for (int round = 0; round < ROUNDS; round++) {
			TopicPartition partition = prepare("assigned-" + protocol + "-" + round, Consumers.offset(200, 0));
			Fault lie = Fault.epochEndOffset(0).forTopic(partition.topic());

			Consumers consumers = changeWhileAnswerIsUnderWay(partition, protocol, lie, ApiKeys.OFFSET_FOR_LEADER_EPOCH,
					50, (consumer) -> {
						consumer.assign(List.of());
						cluster.commit(partition.topic(), partition, new OffsetAndMetadata(50));
						consumer.assign(List.of(partition));
					});

			assertThat(consumers.decisions).isEmpty();
		}
	}

	/**
	 * The new position is lied about as well; about the old one nothing is decided.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void claimAboutOldPositionIsNoneAboutSoughtOne(String protocol) {
		for (int round = 0; round < ROUNDS; round++) {
			TopicPartition partition = prepare("both-" + protocol + "-" + round, Consumers.offset(200, 0));
			Fault lie = Fault.epochEndOffset(0).forTopic(partition.topic());

			Consumers consumers = seekWhileAnswerIsUnderWay(partition, protocol, lie, ApiKeys.OFFSET_FOR_LEADER_EPOCH,
					new OffsetAndMetadata(50, Optional.of(0), ""));

			assertThat(consumers.decisions).singleElement().satisfies((decision) -> {
				assertThat(decision.cause()).isEqualTo(Cause.FALSE_TRUNCATION);
				assertThat(decision.evidence().position()).isEqualTo(50);
				assertThat(decision.outcome()).isEqualTo(new Outcome.ReadFrom(50));
			});
		}
	}

	@ParameterizedTest
	@CsvSource({ "classic, 50", "consumer, 50", "classic, 250", "consumer, 250" })
	void rangeErrorAboutOldPositionDoesNotOverrideSeek(String protocol, long sought) {
		for (int round = 0; round < ROUNDS; round++) {
			TopicPartition partition = prepare("range-%s-%d-%d".formatted(protocol, sought, round),
					new OffsetAndMetadata(200));
			Fault lie = Fault.offsetOutOfRange().forTopic(partition.topic()).times(1);

			Consumers consumers = seekWhileAnswerIsUnderWay(partition, protocol, lie, ApiKeys.FETCH,
					new OffsetAndMetadata(sought));

			assertThat(consumers.decisions).isEmpty();
		}
	}

	/**
	 * Seeks when the client has been lied to about its first position, and does not know
	 * it before; then reads on.
	 */
	private Consumers seekWhileAnswerIsUnderWay(TopicPartition partition, String protocol, Fault lie, ApiKeys api,
			OffsetAndMetadata sought) {
		return changeWhileAnswerIsUnderWay(partition, protocol, lie, api, sought.offset(),
				(consumer) -> consumer.seek(partition, sought));
	}

	private Consumers changeWhileAnswerIsUnderWay(TopicPartition partition, String protocol, Fault lie, ApiKeys api,
			long expected, java.util.function.Consumer<Consumer<?, ?>> change) {
		String group = partition.topic();
		Consumers consumers = new Consumers(cluster, protocol, group).with("auto.offset.reset", "earliest");
		Fault.Handle lies = cluster.wire().inject(lie);
		Fault.Handle delay = cluster.wire().inject(Fault.delay(FOR_EVER, api).forClient(group));
		Map<TopicPartition, List<Long>> delivered = new HashMap<>();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(partition));
			Consumers.pollInto(consumer, delivered, () -> delay.hits() > 0);
			double answers = answers(consumer);
			delay.close();
			if ("consumer".equals(protocol)) {
				Awaitility.await().pollInSameThread().until(() -> answers(consumer) > answers);
			}
			assertThat(lies.hits()).isPositive();

			change.accept(consumer);
			assertThat(Consumers.pollTo(consumer, partition, 270)).isEqualTo(range(expected, 270));
			assertThat(delivered).isEmpty();
		}
		lies.close();
		return consumers;
	}

	/**
	 * How many answers the client has received: its background takes them without a poll.
	 */
	private static double answers(Consumer<?, ?> consumer) {
		return consumer.metrics()
			.values()
			.stream()
			.filter((metric) -> metric.metricName().group().equals("consumer-metrics")
					&& metric.metricName().name().equals("response-total"))
			.mapToDouble((metric) -> (double) metric.metricValue())
			.sum();
	}

	private TopicPartition prepare(String topic, OffsetAndMetadata committed) {
		TopicPartition partition = new TopicPartition(topic, 0);
		cluster.createTopic(topic, 1);
		cluster.produce(partition, 270);
		cluster.commit(topic, partition, committed);
		return partition;
	}

}
