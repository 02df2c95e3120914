/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.docs;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import dev.holdfast.kafka.test.NumberedRecords;
import dev.holdfast.kafka.test.Polling;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The example of docs/test-kit.md for numbered records.
 */
@Timeout(60)
@LyingKafka(brokers = 2)
class OrdersDeliveredOnceTests {

	@Test
	void noneIsLostAndNoneComesTwice(KafkaCluster kafka) {
		TopicPartition orders = new TopicPartition("orders", 0);
		kafka.createTopic("orders", 1, 2, Map.of());
		List<Long> read = new ArrayList<>();
		Map<String, Object> configuration = Map.of("bootstrap.servers", kafka.bootstrapServers(), "auto.offset.reset",
				"earliest");
		try (NumberedRecords numbers = NumberedRecords.to(kafka);
				Consumer<String, String> consumer = new KafkaConsumer<>(configuration, new StringDeserializer(),
						new StringDeserializer())) {
			consumer.assign(List.of(orders));

			numbers.sendEvery(Duration.ofMillis(10), List.of(orders), 100);
			var polling = Polling.of(consumer).onRecord((order) -> read.add(NumberedRecords.number(order)));
			kafka.moveLeader(orders, 1 - kafka.leader(orders));
			polling.until(() -> read.contains(99L));
			assertThat(read).isEqualTo(numbers.sent(orders));
		}
	}

}
