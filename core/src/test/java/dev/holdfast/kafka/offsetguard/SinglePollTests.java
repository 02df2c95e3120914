/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Applications that poll only once, or that poll for as long as Spring's containers do:
 * what the guard is told in the course of a poll is of use in that poll.
 */
@LyingKafka
@Timeout(value = 90, unit = TimeUnit.SECONDS)
class SinglePollTests {

	/** The guard makes no pieces of it while it has nothing to wait for. */
	private static final Duration POLL = Duration.ofSeconds(5);

	/** Longer than the guard waits in place of the client. */
	private static final Duration LATE = Duration.ofMillis(400);

	private final KafkaCluster cluster;

	SinglePollTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@CsvSource({ "classic, false, true", "classic, true, true", "classic, true, false", "consumer, false, true",
			"consumer, true, true", "consumer, true, false" })
	void deliversThoughTheGuardIsAnsweredLate(String protocol, boolean subscribed, boolean committed) {
		TopicPartition partition = new TopicPartition("single-%s-%s-%s".formatted(protocol, subscribed, committed), 0);
		String group = partition.topic();
		cluster.createTopic(partition.topic(), 1);
		cluster.produce(partition, 20);
		if (committed) {
			cluster.commit(group, partition, new OffsetAndMetadata(10));
		}
		Fault.Handle late = cluster.wire()
			.inject(Fault.delay(LATE, ApiKeys.OFFSET_FETCH).forClient("holdfast-admin-" + group));
		Consumers consumers = new Consumers(cluster, protocol, group).with("auto.offset.reset", "earliest");

		try (Consumer<String, String> consumer = consumers.guarded()) {
			if (subscribed) {
				consumer.subscribe(List.of(partition.topic()));
			}
			else {
				consumer.assign(List.of(partition));
			}
			ConsumerRecords<String, String> records = consumer.poll(POLL);

			assertThat(records.records(partition)).isNotEmpty();
			assertThat(records.records(partition).get(0).offset()).isEqualTo(committed ? 10 : 0);
			assertThat(late.hits()).isPositive();
		}
		finally {
			cluster.wire().honest();
		}
	}

}
