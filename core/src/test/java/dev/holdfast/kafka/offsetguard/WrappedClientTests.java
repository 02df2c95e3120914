/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.io.Serializable;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import dev.holdfast.kafka.versioncap.ClientCap;
import dev.holdfast.kafka.versioncap.VersionedClient;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Consumers that are guarded, capped or plain do the same for an application that knows
 * them as a {@link KafkaConsumer}.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class WrappedClientTests {

	private final KafkaCluster cluster;

	WrappedClientTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@CsvSource({ "classic, plain", "classic, capped", "classic, guarded", "consumer, plain", "consumer, capped",
			"consumer, guarded" })
	void isTheClientForWhoeverAsks(String protocol, String kind) {
		TopicPartition partition = new TopicPartition(protocol + "-" + kind, 0);
		cluster.createTopic(partition.topic(), 1);
		cluster.produce(partition, 3);
		Consumers consumers = new Consumers(cluster, protocol, partition.topic()).with("auto.offset.reset", "earliest");
		Consumer<String, String> consumer = switch (kind) {
			case "capped" -> ClientCap.none().constructConsumer(consumers::plain);
			case "guarded" -> consumers.guarded();
			default -> consumers.plain();
		};

		try (KafkaConsumer<String, String> client = (KafkaConsumer<String, String>) consumer) {
			client.subscribe(List.of(partition.topic()));
			List<Long> delivered = Consumers.pollTo(client, partition, 3);
			client.commitSync(Map.of(partition, new OffsetAndMetadata(3)));

			assertThat(delivered).isEqualTo(Consumers.range(0, 3));
			assertThat(client.currentLag(partition)).hasValue(0);
			assertThat(client.groupMetadata().groupId()).isEqualTo(partition.topic());
			assertThat(client).isNotInstanceOf(Serializable.class);
			assertThat(client instanceof VersionedClient).isEqualTo(!kind.equals("plain"));
		}
		assertThat(cluster.committed(partition.topic()).get(partition).offset()).isEqualTo(3);
	}

}
