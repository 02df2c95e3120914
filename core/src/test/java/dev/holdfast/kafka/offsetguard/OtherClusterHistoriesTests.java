/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.MovableAddress;
import dev.holdfast.kafka.test.Polling;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What happens while the guard looks into another cluster, to which the client has come,
 * and nobody answers there until the test lets the answer go.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
@Tag("long")
class OtherClusterHistoriesTests {

	private static final TopicPartition PARTITION = new TopicPartition("orders", 0);

	private final KafkaCluster first = KafkaCluster.start();

	private final KafkaCluster second = KafkaCluster.start();

	private final MovableAddress address = MovableAddress.to(first);

	private final Map<TopicPartition, List<Long>> delivered = new HashMap<>();

	@AfterEach
	void close() {
		address.close();
		first.close();
		second.close();
	}

	/**
	 * The log there is another one, in which nothing would be read by default.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void seekOfTheApplicationWins(String protocol) throws Exception {
		send(first, 0, 100);
		send(second, 1, 120);
		Consumers consumers = consumers(protocol, Duration.ofSeconds(5)).oneProcess();
		Fault.Handle silence = silenceInspectors();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			Polling<String, String> polling = readFirstAndMove(consumer, consumers);
			polling.until(() -> silence.hits() > 0);
			assertThat(delivered).isEmpty();
			consumer.seek(PARTITION, 30);
			assertThat(consumer.position(PARTITION)).isEqualTo(30);
			polling.until(() -> Consumers.isAt(consumer, PARTITION, 120));
			silence.close();
			pollFor(polling, Duration.ofSeconds(1));
			second.produce(PARTITION, 5);
			polling.until(() -> Consumers.isAt(consumer, PARTITION, 125));

			assertThat(consumers.process().held()).isEmpty();
		}
		assertThat(delivered).isEqualTo(Map.of(PARTITION, range(30, 125)));
		assertThat(consumers.decisions).isEmpty();
	}

	/**
	 * The group's commit there is at 50.
	 */
	@Test
	void seekOfTheApplicationWinsAtTheNextAssignment() throws Exception {
		send(first, 0, 100);
		send(second, 1, 120);
		second.commit("billing", PARTITION, new OffsetAndMetadata(50));
		// A member of the consumer protocol fails where another cluster does not know it.
		Consumers consumers = consumers("classic", Duration.ofSeconds(5)).with("session.timeout.ms", 6000)
			.with("heartbeat.interval.ms", 300)
			.oneProcess();
		Fault.Handle silence = second.wire()
			.inject(Fault.silence(ApiKeys.OFFSET_FETCH).forClient("holdfast-admin-billing"));
		AtomicInteger assignments = new AtomicInteger();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			Polling<String, String> polling = Polling.of(consumer).into(delivered);
			consumer.subscribe(List.of(PARTITION.topic()), new ConsumerRebalanceListener() {

				@Override
				public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
				}

				@Override
				public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
					if (assignments.incrementAndGet() > 1) {
						consumer.seek(PARTITION, 30);
					}
				}

			});
			polling.until(() -> Consumers.isAt(consumer, PARTITION, 100));
			move(consumers);
			polling.until(() -> assignments.get() > 1 && Consumers.isAt(consumer, PARTITION, 120));
			silence.close();
			pollFor(polling, Duration.ofSeconds(1));

			assertThat(consumers.process().held()).isEmpty();
		}
		assertThat(delivered).isEqualTo(Map.of(PARTITION, range(30, 120)));
		assertThat(consumers.decisions).isEmpty();
	}

	/**
	 * The log there is a mirror.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void lookThatWasNotAnsweredIsRepeated(String protocol) throws Exception {
		send(first, 0, 100);
		send(second, 0, 120);
		Consumers consumers = consumers(protocol, Duration.ofSeconds(1)).oneProcess();
		Fault.Handle silence = silenceInspectors();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			Polling<String, String> polling = readFirstAndMove(consumer, consumers);
			polling.until(() -> silence.hits() > 0);
			pollFor(polling, Duration.ofSeconds(3));
			assertThat(delivered).isEmpty();
			silence.close();
			polling.until(() -> Consumers.isAt(consumer, PARTITION, 120));

			assertThat(consumers.process().held()).isEmpty();
		}
		assertThat(delivered).isEqualTo(Map.of(PARTITION, range(100, 120)));
		assertThat(consumers.causes()).containsExactly(Cause.CLUSTER_CHANGED, Cause.CLUSTER_CHANGED);
		assertThat(consumers.decisions).extracting(Decision::outcome)
			.containsExactly(new Outcome.Held(), new Outcome.ReadFrom(100));
	}

	/**
	 * The log of the second cluster is another one, and that of the third is a mirror of
	 * the first one's.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void lookIsBegunAnewInTheNextCluster(String protocol) throws Exception {
		send(first, 0, 100);
		send(second, 1, 120);
		Consumers consumers = consumers(protocol, Duration.ofSeconds(20)).oneProcess();
		Fault.Handle silence = silenceInspectors();

		try (KafkaCluster third = KafkaCluster.start(); Consumer<String, String> consumer = consumers.guarded()) {
			send(third, 0, 120);
			Polling<String, String> polling = readFirstAndMove(consumer, consumers);
			polling.until(() -> silence.hits() > 0);
			address.leadTo(third);
			second.close();
			// Nobody waits for the look into the second one to end.
			polling.patience(Duration.ofSeconds(15)).until(() -> Consumers.isAt(consumer, PARTITION, 120));

			assertThat(consumers.process().held()).isEmpty();
		}
		assertThat(delivered).isEqualTo(Map.of(PARTITION, range(100, 120)));
		assertThat(consumers.decisions).singleElement().satisfies((decision) -> {
			assertThat(decision.cause()).isEqualTo(Cause.CLUSTER_CHANGED);
			assertThat(decision.outcome()).isEqualTo(new Outcome.ReadFrom(100));
		});
	}

	/**
	 * The application has committed where the partition would start on the first cluster,
	 * and the guard has not yet. It has noted the other one in a poll, or not.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false", "classic, true", "consumer, false", "consumer, true" })
	void commitOfAnUndecidedStartIsNotMadeInTheOtherCluster(String protocol, boolean noted) {
		first.createTopic(PARTITION.topic(), 1);
		second.createTopic(PARTITION.topic(), 1);
		first.produce(PARTITION, 100);
		second.produce(PARTITION, 120);
		for (KafkaCluster cluster : List.of(first, second)) {
			cluster.wire()
				.inject(Fault.delay(Duration.ofSeconds(60), ApiKeys.DESCRIBE_TOPIC_PARTITIONS)
					.forClient("holdfast-admin-billing"));
		}
		Consumers consumers = consumers(protocol, Duration.ofSeconds(20)).with("auto.offset.reset", "latest");

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(PARTITION));
			consumer.poll(Duration.ofMillis(100));
			assertThat(consumer.position(PARTITION)).isEqualTo(100);
			consumer.commitSync(Map.of(PARTITION, new OffsetAndMetadata(100)));
			assertThat(first.committed("billing")).isEmpty();
			move(consumers);
			await().atMost(Duration.ofSeconds(30)).until(() -> isOnSecond(consumer, noted));
		}
		assertThat(second.committed("billing")).isEmpty();
	}

	private boolean isOnSecond(Consumer<?, ?> consumer, boolean noting) {
		long before = second.wire().count("billing", ApiKeys.METADATA);
		if (noting) {
			consumer.poll(Duration.ofMillis(500));
			return before > 0;
		}
		try {
			consumer.endOffsets(List.of(PARTITION), Duration.ofSeconds(1));
			return before > 0;
		}
		catch (RetriableException ex) {
			return false;
		}
	}

	private Polling<String, String> readFirstAndMove(Consumer<String, String> consumer, Consumers consumers) {
		Polling<String, String> polling = Polling.of(consumer).into(delivered);
		consumer.assign(List.of(PARTITION));
		polling.until(() -> Consumers.isAt(consumer, PARTITION, 100));
		move(consumers);
		return polling;
	}

	private void move(Consumers consumers) {
		delivered.clear();
		consumers.decisions.clear();
		address.leadTo(second);
		first.close();
	}

	private Fault.Handle silenceInspectors() {
		return second.wire().inject(Fault.silence().forClient("holdfast-inspector-billing"));
	}

	private static void pollFor(Polling<?, ?> polling, Duration duration) {
		long end = System.nanoTime() + duration.toNanos();
		polling.until(() -> System.nanoTime() - end >= 0);
	}

	private Consumers consumers(String protocol, Duration inspection) {
		return new Consumers(first, protocol, "billing").with("bootstrap.servers", address.bootstrapServers())
			.with("auto.offset.reset", "earliest")
			.with("metadata.max.age.ms", 500)
			.with("reconnect.backoff.max.ms", 200)
			.timing(new OffsetGuardSettings.Timing(inspection, Duration.ofMillis(300), Duration.ofMillis(300)));
	}

	private static void send(KafkaCluster cluster, int salt, int count) throws Exception {
		cluster.createTopic(PARTITION.topic(), 1);
		try (KafkaProducer<String, String> producer = new KafkaProducer<>(
				new HashMap<>(Map.of("bootstrap.servers", cluster.directBootstrapServers())), new StringSerializer(),
				new StringSerializer())) {
			for (int i = 0; i < count; i++) {
				producer.send(new ProducerRecord<>(PARTITION.topic(), 0, 1_700_000_000_000L + i + salt, null, "v" + i));
			}
			producer.flush();
		}
		await().until(() -> cluster.logEnd(PARTITION) == count);
	}

}
