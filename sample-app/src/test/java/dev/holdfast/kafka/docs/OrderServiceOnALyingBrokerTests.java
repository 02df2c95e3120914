/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.docs;

import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.kafka.annotation.KafkaListener;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The example of docs/test-kit.md for a lying broker.
 */
@Timeout(60)
@LyingKafka
class OrderServiceOnALyingBrokerTests {

	@Test
	void goesOnWhereItWas(KafkaCluster kafka) {
		TopicPartition orders = new TopicPartition("orders", 0);
		kafka.createTopic("orders", 1);
		kafka.produce(orders, 270);
		kafka.commit("order-service", orders, new OffsetAndMetadata(200, Optional.of(0), ""));
		kafka.wire().inject(Fault.epochEndOffset(0));

		try (var application = SpringApplication.run(OrderService.class,
				"--spring.kafka.bootstrap-servers=" + kafka.bootstrapServers())) {
			List<String> received = application.getBean(OrderService.class).received;
			await().until(() -> received.contains("269"));
			assertThat(received).hasSize(70).startsWith("200");
		}
	}

	@EnableAutoConfiguration
	static class OrderService {

		final List<String> received = new CopyOnWriteArrayList<>();

		@KafkaListener(topics = "orders", groupId = "order-service")
		void onOrder(String order) {
			received.add(order);
		}

	}

}
