/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import java.util.stream.LongStream;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

@LyingKafka
@Timeout(60)
class PollingTests {

	private final KafkaCluster cluster;

	PollingTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@Test
	void keepsOffsetsInTheOrderOfDeliveryRepeatsIncluded() {
		TopicPartition repeated = given("repeated", 10);
		TopicPartition once = given("once", 3);
		List<Long> seen = new ArrayList<>();
		try (Consumer<byte[], String> consumer = consumer(repeated, once)) {
			Polling<byte[], String> polling = Polling.of(consumer)
				.onRecord((record) -> seen.add(NumberedRecords.number(record)));
			polling.until(() -> polling.offsets(repeated).contains(9L) && polling.offsets(once).contains(2L));
			consumer.seek(repeated, 4);
			polling.until(() -> polling.offsets(repeated).size() == 16);
			assertThat(polling.offsets())
				.isEqualTo(Map.of(repeated, List.of(0L, 1L, 2L, 3L, 4L, 5L, 6L, 7L, 8L, 9L, 4L, 5L, 6L, 7L, 8L, 9L),
						once, List.of(0L, 1L, 2L)));
			assertThat(polling.offsets(new TopicPartition("unknown", 0))).isEmpty();
		}
		assertThat(seen).hasSize(19).endsWith(4L, 5L, 6L, 7L, 8L, 9L);
	}

	@Test
	void failureSaysWhatWasDelivered() {
		TopicPartition partition = given("told", 5);
		try (Consumer<byte[], String> consumer = consumer(partition)) {
			Polling<byte[], String> polling = Polling.of(consumer)
				.patience(Duration.ofSeconds(1))
				.describing(() -> "Paused: " + consumer.paused());
			polling.until(() -> polling.offsets(partition).size() == 5);
			consumer.seek(partition, 2);
			assertThatExceptionOfType(AssertionError.class).isThrownBy(() -> polling.until(() -> false))
				.withMessageMatching("The condition did not hold within PT1S and \\d+ polls\\. "
						+ "Delivered: told-0: 0-4, 2-4\\. Paused: \\[]");
		}
	}

	@Test
	void failureSaysThatNothingWasDelivered() {
		AtomicInteger polls = new AtomicInteger();
		Polling<byte[], String> polling = Polling.by((timeout) -> {
			polls.incrementAndGet();
			return ConsumerRecords.empty();
		});
		assertThatExceptionOfType(AssertionError.class)
			.isThrownBy(() -> polling.patience(Duration.ofMillis(10)).until(() -> false))
			.withMessage("The condition did not hold within PT0.01S and %s polls. Delivered: nothing.", polls);
	}

	@Test
	void slowPollAfterWhichTheConditionHoldsIsNoFailure() {
		TopicPartition partition = given("slow", 0);
		AtomicInteger polls = new AtomicInteger();
		try (Consumer<byte[], String> consumer = consumer(partition)) {
			Polling.of(consumer)
				.patience(Duration.ofSeconds(1))
				.pollTimeout(Duration.ofMillis(1500))
				.onPoll((records) -> polls.incrementAndGet())
				.until(() -> polls.get() == 1)
				.until(() -> true);
		}
		assertThat(polls).hasValue(1);
	}

	@Test
	void asksForPollsOfTheGivenLength() {
		List<Duration> timeouts = new ArrayList<>();
		Polling<byte[], String> polling = Polling.by((timeout) -> {
			timeouts.add(timeout);
			return ConsumerRecords.empty();
		});
		polling.once();
		polling.pollTimeout(Duration.ofSeconds(7)).once();
		assertThat(timeouts).containsExactly(Duration.ofMillis(50), Duration.ofSeconds(7));
	}

	@Test
	void showsEachPollAfterItsRecords() {
		TopicPartition partition = given("polls", 10);
		List<Integer> seen = new ArrayList<>();
		AtomicInteger records = new AtomicInteger();
		try (Consumer<byte[], String> consumer = consumer(partition)) {
			Polling.of(consumer)
				.onRecord((record) -> records.incrementAndGet())
				.onPoll((polled) -> seen.add(records.getAndSet(0) - polled.count()))
				.until(() -> consumer.position(partition) == 10)
				.once();
		}
		assertThat(seen).isNotEmpty().containsOnly(0);
	}

	@Test
	void goesOnWithTheOffsetsOfAnotherConsumer() {
		TopicPartition partition = given("others", 3);
		Map<TopicPartition, List<Long>> offsets = new HashMap<>(Map.of(partition, new ArrayList<>(List.of(0L))));
		try (Consumer<byte[], String> consumer = consumer(partition)) {
			Polling.of(consumer).into(offsets).until(() -> offsets.get(partition).contains(2L));
		}
		assertThat(offsets).isEqualTo(Map.of(partition, List.of(0L, 0L, 1L, 2L)));
	}

	@Test
	void whatTheConsumerThrowsEndsItAndItGoesOn() {
		TopicPartition partition = given("thrown", 3);
		try (Consumer<byte[], String> consumer = consumer(partition)) {
			Polling<byte[], String> polling = Polling.of(consumer);
			polling.until(() -> polling.offsets(partition).contains(2L));
			consumer.wakeup();
			assertThatExceptionOfType(WakeupException.class).isThrownBy(() -> polling.until(() -> false));
			this.cluster.produce(partition, 1);
			polling.until(() -> polling.offsets(partition).contains(3L));
			assertThat(polling.offsets()).isEqualTo(Map.of(partition, List.of(0L, 1L, 2L, 3L)));
		}
	}

	@Test
	void messagesAreShortWhateverWasDelivered() {
		List<Long> everySecond = LongStream.range(0, 1000).map((each) -> each * 2).boxed().toList();
		Map<TopicPartition, List<Long>> offsets = new HashMap<>();
		IntStream.range(0, 1000).forEach((each) -> offsets.put(new TopicPartition("many", each), everySecond));
		assertThat(OffsetRuns.of(offsets)).hasSizeLessThan(3000)
			.startsWith("many-0: 0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24, 26, 28, 30, 32, 34, 36, 38, "
					+ "and 980 more runs; many-1: 0, 2")
			.endsWith("; and 980 more partitions");
	}

	private TopicPartition given(String topic, int records) {
		TopicPartition partition = new TopicPartition(topic, 0);
		this.cluster.createTopic(topic, 1);
		this.cluster.produce(partition, records);
		return partition;
	}

	private Consumer<byte[], String> consumer(TopicPartition... partitions) {
		Consumer<byte[], String> consumer = Consumers.create(this.cluster, "classic", partitions[0].topic(),
				"earliest");
		consumer.assign(List.of(partitions));
		return consumer;
	}

}
