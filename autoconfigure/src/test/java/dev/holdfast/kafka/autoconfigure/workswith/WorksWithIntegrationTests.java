/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure.workswith;

import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;

import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.annotation.Value;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.integration.channel.DirectChannel;
import org.springframework.integration.config.EnableIntegration;
import org.springframework.integration.kafka.channel.SubscribableKafkaChannel;
import org.springframework.integration.kafka.inbound.KafkaMessageDrivenChannelAdapter;
import org.springframework.kafka.config.ConcurrentKafkaListenerContainerFactory;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.KafkaTemplate;
import org.springframework.kafka.listener.ConcurrentMessageListenerContainer;
import org.springframework.kafka.listener.ContainerProperties;
import org.springframework.kafka.support.KafkaHeaders;
import org.springframework.kafka.support.converter.MessagingMessageConverter;
import org.springframework.messaging.Message;

import static dev.holdfast.kafka.autoconfigure.workswith.Application.protocol;

/**
 * Spring Integration's endpoints that listen; {@link WorksWithPolledSourcesTests} has the
 * one that is polled.
 */
@LyingKafka(brokers = 2)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class WorksWithIntegrationTests {

	private final KafkaCluster cluster;

	WorksWithIntegrationTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@EachProtocol
	@DisplayName("Spring Integration's `KafkaMessageDrivenChannelAdapter`, with a container of its own")
	void messageDrivenAdapter(String protocol) {
		Orders orders = Orders.consumedTo20Of30(cluster, 2);
		orders.lie();
		try (Application application = Application.run(cluster, orders.topic(), MessageDriven.class,
				protocol(protocol))) {
			application.assertDelivered(orders.onEach(20, 30));
			orders.awaitCommitted(30);
			application.assertDecidedAbout(Cause.FALSE_TRUNCATION, orders.all());
		}
	}

	@EachProtocol
	@DisplayName("Spring Integration's `SubscribableKafkaChannel`")
	void subscribableChannel(String protocol) {
		Orders orders = Orders.consumedTo20Of30(cluster, 2);
		orders.lie();
		try (Application application = Application.run(cluster, orders.topic(), Subscribable.class,
				protocol(protocol))) {
			application.assertDelivered(orders.onEach(20, 30));
			orders.awaitCommitted(30);
			application.assertDecidedAbout(Cause.FALSE_TRUNCATION, orders.all());
		}
	}

	private static void receive(Received received, Message<?> order) {
		received.add(order.getHeaders().get(KafkaHeaders.RAW_DATA, ConsumerRecord.class));
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableIntegration
	static class MessageDriven {

		@Bean
		KafkaMessageDrivenChannelAdapter<Object, Object> adapter(ConsumerFactory<Object, Object> factory,
				@Value("${topic}") String topic, DirectChannel orders) {
			ContainerProperties properties = new ContainerProperties(topic);
			properties.setGroupId(topic);
			KafkaMessageDrivenChannelAdapter<Object, Object> adapter = new KafkaMessageDrivenChannelAdapter<>(
					new ConcurrentMessageListenerContainer<>(factory, properties));
			adapter.setRecordMessageConverter(withRecords());
			adapter.setOutputChannel(orders);
			return adapter;
		}

		@Bean
		DirectChannel orders(Received received) {
			DirectChannel orders = new DirectChannel();
			orders.subscribe((order) -> receive(received, order));
			return orders;
		}

	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	@EnableIntegration
	static class Subscribable {

		@Bean
		SubscribableKafkaChannel orders(KafkaTemplate<?, ?> template,
				ConcurrentKafkaListenerContainerFactory<?, ?> factory, @Value("${topic}") String topic) {
			factory.setRecordMessageConverter(withRecords());
			SubscribableKafkaChannel orders = new SubscribableKafkaChannel(template, factory, topic);
			orders.setGroupId(topic);
			orders.setMessageConverter(withRecords());
			return orders;
		}

		@Bean
		SmartInitializingSingleton subscription(SubscribableKafkaChannel orders, Received received) {
			return () -> orders.subscribe((order) -> receive(received, order));
		}

	}

	private static MessagingMessageConverter withRecords() {
		MessagingMessageConverter converter = new MessagingMessageConverter();
		converter.setRawRecordHeader(true);
		return converter;
	}

}
