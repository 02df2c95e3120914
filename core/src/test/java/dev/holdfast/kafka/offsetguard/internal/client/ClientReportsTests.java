/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.client;

import java.time.Duration;
import java.util.Map;
import java.util.Set;

import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What becomes of reports that nobody has acted upon. No broker is needed for that.
 */
class ClientReportsTests {

	private static final TopicPartition PARTITION = new TopicPartition("orders", 0);

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void areForgottenWhenTheClientIsClosed(String protocol) {
		KafkaConsumer<String, String> client = new KafkaConsumer<>(
				Map.of("bootstrap.servers", "localhost:1", "group.protocol", protocol, "group.id", "group"),
				new StringDeserializer(), new StringDeserializer());
		client.assign(Set.of(PARTITION));
		Pauses pauses = new Pauses(client);
		ClientReports reports = new ClientReports(client, pauses);
		reports.add(new OffsetOutOfRangeException(Map.of(PARTITION, 5L)));
		pauses.tellClient();
		assertThat(client.paused()).containsExactly(PARTITION);

		client.close(CloseOptions.timeout(Duration.ZERO));
		pauses.retain(Set.of());
		reports.clear();

		assertThat(reports.isEmpty()).isTrue();
	}

}
