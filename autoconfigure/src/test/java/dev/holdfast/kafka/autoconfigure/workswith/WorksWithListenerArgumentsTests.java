/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure.workswith;

import java.io.IOException;
import java.io.ObjectOutputStream;
import java.io.OutputStream;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;

import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.support.KafkaHeaders;
import org.springframework.messaging.Message;
import org.springframework.messaging.MessageHeaders;
import org.springframework.messaging.handler.annotation.Header;

import static dev.holdfast.kafka.autoconfigure.workswith.Application.protocol;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Listeners that are given the consumer, and do with it what they did with the client. A
 * listener that fails has its records skipped: that there is none is what counts.
 */
@LyingKafka(brokers = 2)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class WorksWithListenerArgumentsTests {

	private final KafkaCluster cluster;

	WorksWithListenerArgumentsTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@EachProtocol
	@DisplayName("A `KafkaConsumer` as a listener's parameter")
	void kafkaConsumerParameter(String protocol) {
		readsThree(ClientListener.class, protocol, false);
		readsThree(ClientListener.class, protocol, true);
	}

	@EachProtocol
	@DisplayName("A `Message` that the listener serializes")
	void serializedMessage(String protocol) {
		readsThree(SerializingListener.class, protocol, false);
		readsThree(SerializingListener.class, protocol, true);
	}

	private void readsThree(Class<?> listener, String protocol, boolean guarded) {
		Orders orders = Orders.create(cluster, 1);
		orders.produceOnEach(3);
		try (Application application = Application.run(cluster, orders.topic(), listener, protocol(protocol),
				"holdfast.kafka.enabled=" + guarded)) {
			orders.awaitCommitted(3);

			assertThat(application.received().offsets()).isEqualTo(orders.onEach(0, 3));
			assertThat(application.received().decisions).hasSize(guarded ? 1 : 0);
		}
	}

	record ClientListener(Received received) {

		@KafkaListener(topics = "${topic}", groupId = "${topic}")
		void onOrder(String order, @Header(KafkaHeaders.RECEIVED_TOPIC) String topic,
				@Header(KafkaHeaders.OFFSET) long offset, KafkaConsumer<?, ?> consumer) {
			assertThat(consumer.groupMetadata().groupId()).isEqualTo(topic);
			assertThat(consumer.assignment()).containsExactly(new TopicPartition(topic, 0));
			received.add(new ConsumerRecord<>(topic, 0, offset, null, order));
		}

	}

	record SerializingListener(Received received) {

		@KafkaListener(topics = "${topic}", groupId = "${topic}")
		void onOrder(Message<String> order) throws IOException {
			MessageHeaders headers = order.getHeaders();
			// Leaves out what does not say that it can be serialized.
			new ObjectOutputStream(OutputStream.nullOutputStream()).writeObject(order);
			received.add(new ConsumerRecord<>(headers.get(KafkaHeaders.RECEIVED_TOPIC, String.class), 0,
					Objects.requireNonNull(headers.get(KafkaHeaders.OFFSET, Long.class)), null, order.getPayload()));
		}

	}

}
