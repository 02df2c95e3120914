/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.LongStream;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

@LyingKafka(brokers = 2)
@Timeout(60)
class NumberedRecordsTests {

	private static final Duration PERIOD = Duration.ofMillis(5);

	private final KafkaCluster cluster;

	NumberedRecordsTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@Test
	void numbersGoOnInEachPartition() {
		TopicPartition first = given("each", 2);
		TopicPartition second = new TopicPartition("each", 1);
		try (NumberedRecords numbers = NumberedRecords.to(this.cluster)) {
			numbers.send(first, 3);
			numbers.send(List.of(first, second), 2);
			assertThat(this.cluster.logEnd(first)).isEqualTo(5);
			assertThat(numbers.counts()).isEqualTo(Map.of(first, 5L, second, 2L));
			assertThat(numbers.sent(first)).isEqualTo(range(5));
			assertThat(numbers.sent(new TopicPartition("each", 2))).isEmpty();
		}
		assertThat(read(first)).extracting(NumberedRecords::number).isEqualTo(range(5));
		assertThat(read(first)).extracting(ConsumerRecord::value).containsExactly("0", "1", "2", "3", "4");
		assertThat(read(second)).extracting(NumberedRecords::number).isEqualTo(range(2));
	}

	@Test
	void numberIsThereWhateverTheValue() {
		TopicPartition partition = given("values", 1);
		try (NumberedRecords numbers = NumberedRecords
			.to(Map.of("bootstrap.servers", this.cluster.directBootstrapServers()), "%d,tea,1"::formatted)) {
			numbers.send(partition, 2);
		}
		this.cluster.produce(partition, 1);
		assertThat(read(partition)).extracting(ConsumerRecord::value).containsExactly("0,tea,1", "1,tea,1", "0");
		assertThat(read(partition)).extracting(NumberedRecords::number).containsExactly(0L, 1L, 0L);
		assertThat(read(partition)).extracting(ConsumerRecord::key).containsOnlyNulls();
	}

	@Test
	void eachNumberIsInTheLogOnceWhileItsLeaderMoves() {
		TopicPartition partition = given("moved", 1);
		try (NumberedRecords numbers = NumberedRecords.to(this.cluster)) {
			numbers.sendEvery(PERIOD, List.of(partition));
			for (int leader : List.of(1, 0, 1)) {
				long before = this.cluster.logEnd(partition);
				Await.until("records", () -> this.cluster.logEnd(partition) >= before + 5);
				this.cluster.moveLeader(partition, leader);
			}
			numbers.stop();
			assertThat(numbers.sent(partition)).hasSizeGreaterThanOrEqualTo(15)
				.hasSize((int) this.cluster.logEnd(partition));
			assertThat(read(partition)).extracting(NumberedRecords::number).isEqualTo(numbers.sent(partition));
		}
	}

	@Test
	void severalThreadsSendInTheOrderOfTheNumbers() {
		TopicPartition partition = given("threads", 1);
		try (NumberedRecords numbers = NumberedRecords.to(this.cluster)) {
			List<CompletableFuture<Void>> threads = new ArrayList<>();
			for (int i = 0; i < 4; i++) {
				threads.add(CompletableFuture.runAsync(() -> numbers.send(partition, 500)));
			}
			threads.forEach(CompletableFuture::join);
		}
		assertThat(read(partition)).extracting(NumberedRecords::number).isEqualTo(range(2000));
	}

	@Test
	void whatHasAnEndComesToItAlsoWhenStopped() {
		TopicPartition partition = given("ended", 1);
		try (NumberedRecords numbers = NumberedRecords.to(this.cluster)) {
			CompletableFuture<Void> sent = numbers.sendEvery(PERIOD, List.of(partition), 20);
			assertThat(sent).isNotDone();
			numbers.stop();
			assertThat(sent).isCompleted();
			assertThat(numbers.counts()).isEqualTo(Map.of(partition, 20L));
		}
		assertThat(this.cluster.logEnd(partition)).isEqualTo(20);
	}

	@Test
	void recordsThatDoNotGetThereAreTold() {
		TopicPartition partition = given("refused", 1);
		try (NumberedRecords numbers = NumberedRecords.to(
				Map.of("bootstrap.servers", this.cluster.directBootstrapServers()),
				(number) -> "v".repeat(2_000_000))) {
			assertThatExceptionOfType(RecordTooLargeException.class).isThrownBy(() -> numbers.send(partition, 1));
			assertThatExceptionOfType(CompletionException.class)
				.isThrownBy(() -> numbers.sendEvery(PERIOD, List.of(partition), 2).join())
				.withCauseInstanceOf(RecordTooLargeException.class);
			assertThatExceptionOfType(RecordTooLargeException.class).isThrownBy(numbers::stop);
		}
	}

	@Test
	void valuesThatCannotBeMadeAreTold() {
		TopicPartition partition = given("unmade", 1);
		try (NumberedRecords numbers = NumberedRecords
			.to(Map.of("bootstrap.servers", this.cluster.directBootstrapServers()), (number) -> {
				throw new UnsupportedOperationException();
			})) {
			numbers.sendEvery(PERIOD, List.of(partition));
			// A task that throws would end here.
			Await.until("numbers", () -> numbers.sent(partition).size() > 2);
			assertThatIllegalStateException().isThrownBy(numbers::stop)
				.withCauseInstanceOf(UnsupportedOperationException.class);
		}
	}

	@Test
	void recordWithoutANumberIsNamedAndNotShown() {
		assertThatIllegalArgumentException()
			.isThrownBy(() -> NumberedRecords.number(new ConsumerRecord<>("orders", 3, 42, "secret", "secret")))
			.withMessage("The record at offset 42 of orders-3 has no number");
	}

	private TopicPartition given(String topic, int partitions) {
		this.cluster.createTopic(topic, partitions, 2, Map.of());
		return new TopicPartition(topic, 0);
	}

	private List<ConsumerRecord<byte[], String>> read(TopicPartition partition) {
		List<ConsumerRecord<byte[], String>> records = new ArrayList<>();
		long end = this.cluster.logEnd(partition);
		try (Consumer<byte[], String> consumer = Consumers.create(this.cluster, "classic", partition.toString(),
				"earliest")) {
			consumer.assign(List.of(partition));
			Polling.of(consumer).onRecord(records::add).until(() -> consumer.position(partition) == end);
		}
		return records;
	}

	private static List<Long> range(long to) {
		return LongStream.range(0, to).boxed().toList();
	}

}
