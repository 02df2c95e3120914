/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application's commits that are on their way while the guard does something.
 */
@LyingKafka
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class ApplicationCommitsTests {

	private final KafkaCluster cluster;

	ApplicationCommitsTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	/**
	 * Clients call back before they commit anything else, and this guard commits where
	 * partitions start.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void callbackThatThrowsKeepsNothingFromBeingCommitted(String protocol) {
		TopicPartition before = prepare("before-" + protocol, 10);
		TopicPartition started = prepare("started-" + protocol, 50);
		Consumers consumers = consumers(protocol, before);
		List<Exception> thrown = new ArrayList<>();
		List<Long> delivered = new ArrayList<>();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(before));
			Consumers.pollTo(consumer, before, 10);
			consumer.commitSync(Map.of(before, new OffsetAndMetadata(10)));
			consumer.commitAsync(Map.of(before, new OffsetAndMetadata(10)), (offsets, failure) -> {
				throw new IllegalStateException("mine");
			});
			consumer.assign(List.of(started));
			while (delivered.size() < 50) {
				try {
					consumer.poll(Duration.ofMillis(500)).forEach((record) -> delivered.add(record.offset()));
				}
				catch (IllegalStateException ex) {
					thrown.add(ex);
				}
			}
			consumer.poll(Duration.ZERO);
		}
		catch (IllegalStateException ex) {
			thrown.add(ex);
		}
		assertThat(thrown).singleElement().satisfies((each) -> assertThat(each).hasMessage("mine"));
		assertThat(delivered).isEqualTo(range(0, 50));
		assertThat(cluster.committed(before.topic()).get(started).offset()).isZero();
	}

	/**
	 * The broker refuses the bookmark after the decision that the offset is one in
	 * another topic.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void commitThatIsSentAgainWithoutBookmarkIsLookedAtAgain(String protocol) {
		TopicPartition partition = prepare("again-" + protocol, 50);
		Consumers consumers = consumers(protocol, partition).with("metadata.max.age.ms", 200)
			.timing(new OffsetGuardSettings.Timing(Duration.ofSeconds(5), Duration.ofSeconds(30),
					Duration.ofMillis(200)));
		List<Map<TopicPartition, OffsetAndMetadata>> called = new ArrayList<>();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(partition));
			Consumers.pollTo(consumer, partition, 50);
			consumer.commitSync(Map.of(partition, new OffsetAndMetadata(50)));
			consumer.pause(Set.of(partition));
			consumers.decisions.clear();
			cluster.deleteTopic(partition.topic());
			cluster.createTopic(partition.topic(), 1);
			cluster.produce(partition, 100);
			cluster.wire().inject(Fault.delay(Duration.ofSeconds(4), ApiKeys.OFFSET_COMMIT).times(1));
			Fault.Handle refused = cluster.wire()
				.inject(Fault.error(ApiKeys.OFFSET_COMMIT, Errors.OFFSET_METADATA_TOO_LARGE).times(1));
			consumer.commitAsync(Map.of(partition, new OffsetAndMetadata(50)),
					(offsets, failure) -> called.add(offsets));
			Consumers.pollUntil(consumer, () -> !consumers.decisions.isEmpty());
			assertThat(called).isEmpty();
			Consumers.pollUntil(consumer, () -> !called.isEmpty());

			assertThat(refused.hits()).isEqualTo(1);
			assertThat(consumers.causes()).containsExactly(Cause.TOPIC_RECREATED);
			assertThat(called).containsExactly(Map.of());
			assertThat(cluster.committed(partition.topic()).get(partition).offset()).isZero();
		}
		finally {
			cluster.wire().honest();
		}
	}

	private Consumers consumers(String protocol, TopicPartition partition) {
		return new Consumers(cluster, protocol, partition.topic()).with("auto.offset.reset", "earliest");
	}

	private TopicPartition prepare(String topic, int records) {
		TopicPartition partition = new TopicPartition(topic, 0);
		cluster.createTopic(topic, 1);
		cluster.produce(partition, records);
		return partition;
	}

}
