/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure.workswith;

import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;

import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.StaticMessageHeaderAccessor;
import org.springframework.integration.acks.AcknowledgmentCallback;
import org.springframework.integration.config.EnableIntegration;
import org.springframework.integration.kafka.inbound.KafkaMessageSource;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.listener.ConsumerProperties;
import org.springframework.kafka.support.KafkaHeaders;
import org.springframework.messaging.Message;

import static dev.holdfast.kafka.autoconfigure.workswith.Application.protocol;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The polled source of Spring Integration. What it says to a guarded factory that is
 * configured otherwise is told at the start.
 */
@LyingKafka(brokers = 2)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class WorksWithPolledSourcesTests {

	private final KafkaCluster cluster;

	WorksWithPolledSourcesTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@EachProtocol
	@DisplayName("Spring Integration's `KafkaMessageSource`, with `max.poll.records=1`")
	void polledSource(String protocol) {
		Orders orders = Orders.consumedTo20Of30(cluster, 1);
		orders.lie();
		try (Application application = Application.run(cluster, orders.topic(), Polled.class, protocol(protocol),
				"spring.kafka.consumer.max-poll-records=1", "multi-fetch=false")) {
			poll(application);

			application.assertDelivered(orders.onEach(20, 30));
			orders.awaitCommitted(30);
			assertThat(application.received().decisions).extracting(Decision::cause)
				.containsExactly(Cause.FALSE_TRUNCATION);
		}
	}

	@EachProtocol
	@DisplayName("Spring Integration's `KafkaMessageSource`, with `allowMultiFetch`")
	void polledSourceOfSeveral(String protocol) {
		Orders orders = Orders.consumedTo20Of30(cluster, 1);
		orders.lie();
		try (Application application = Application.run(cluster, orders.topic(), Polled.class, protocol(protocol),
				"multi-fetch=true")) {
			poll(application);

			application.assertDelivered(orders.onEach(20, 30));
			orders.awaitCommitted(30);
			assertThat(application.received().decisions).extracting(Decision::cause)
				.containsExactly(Cause.FALSE_TRUNCATION);
		}
	}

	private static void poll(Application application) {
		KafkaMessageSource<?, ?> source = application.bean(KafkaMessageSource.class);
		source.start();
		Application.until(() -> {
			Message<?> order = source.receive();
			if (order != null) {
				application.received().add(order.getHeaders().get(KafkaHeaders.RAW_DATA, ConsumerRecord.class));
				StaticMessageHeaderAccessor.getAcknowledgmentCallback(order)
					.acknowledge(AcknowledgmentCallback.Status.ACCEPT);
			}
			return application.received().records().size() >= 10;
		});
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableIntegration
	static class Polled {

		@Bean
		KafkaMessageSource<Object, Object> source(ConsumerFactory<Object, Object> factory,
				@Value("${topic}") String topic, @Value("${multi-fetch}") boolean multiFetch) {
			ConsumerProperties properties = new ConsumerProperties(topic);
			properties.setGroupId(topic);
			KafkaMessageSource<Object, Object> source = new KafkaMessageSource<>(factory, properties, multiFetch);
			source.setRawMessageHeader(true);
			return source;
		}

	}

}
