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
import java.util.Optional;
import java.util.Set;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The fixture bites: a plain consumer loses its position when the wire lies.
 */
@LyingKafka
@Timeout(60)
class FalseTruncationTests {

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void earliestReadsEverythingAgain(String protocol, KafkaCluster cluster) {
		TopicPartition partition = new TopicPartition("again-" + protocol, 0);
		cluster.createTopic(partition.topic(), 1);
		cluster.produce(partition, 270);
		cluster.commit(partition.topic(), partition, new OffsetAndMetadata(200, Optional.of(0), ""));
		Fault.Handle fault = cluster.wire().inject(Fault.epochEndOffset(0));
		List<ConsumerRecord<byte[], String>> records = new ArrayList<>();
		try (Consumer<byte[], String> consumer = consumer(cluster, protocol, partition.topic(), "earliest")) {
			consumer.subscribe(Set.of(partition.topic()));
			Awaitility.await().until(() -> {
				consumer.poll(Duration.ofMillis(50)).forEach(records::add);
				return records.size() >= 270;
			});
		}
		assertThat(records).hasSize(270);
		assertThat(records.get(0).offset()).isZero();
		assertThat(fault.hits()).isEqualTo(1);
		assertThat(cluster.wire().count(ApiKeys.OFFSET_FOR_LEADER_EPOCH)).isEqualTo(1);
	}

	static Consumer<byte[], String> consumer(KafkaCluster cluster, String protocol, String group, String reset) {
		Map<String, Object> config = new HashMap<>();
		config.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrapServers());
		config.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, protocol);
		config.put(ConsumerConfig.GROUP_ID_CONFIG, group);
		config.put(ConsumerConfig.CLIENT_ID_CONFIG, group);
		config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, reset);
		config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
		return new KafkaConsumer<>(config, new org.apache.kafka.common.serialization.ByteArrayDeserializer(),
				new StringDeserializer());
	}

}
