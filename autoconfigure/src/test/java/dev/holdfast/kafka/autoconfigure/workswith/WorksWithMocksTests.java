/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure.workswith;

import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.MockConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.mock.MockConsumerFactory;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatException;
import static org.mockito.ArgumentMatchers.any;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.when;

/**
 * What has no brokers, and can therefore not be lied to.
 */
@Timeout(value = 60, unit = TimeUnit.SECONDS)
@ExtendWith(OutputCaptureExtension.class)
class WorksWithMocksTests {

	private static final TopicPartition PARTITION = new TopicPartition("orders", 0);

	@Test
	@DisplayName("`MockConsumerFactory`: passed through, and reported")
	void mockConsumerFactory(CapturedOutput output) {
		try (ConfigurableApplicationContext context = run("warn")) {
			Received received = context.getBean(Received.class);
			Application.until(() -> received.records().size() >= 5);

			assertThat(received.offsets()).isEqualTo(Map.of(PARTITION, Orders.range(0, 5)));
			assertThat(received.decisions).isEmpty();
			assertThat(output.getOut().lines().filter((line) -> line.startsWith("WARN"))).singleElement()
				.asString()
				.contains("Consumers of 'mocks' are not guarded: its class " + MockConsumerFactory.class.getName());
		}
		assertThatException().isThrownBy(() -> run("fail"))
			.withMessageContaining("'mocks' is not guarded: its class " + MockConsumerFactory.class.getName());
	}

	@Test
	@DisplayName("Mockito's mocks of factories: left alone, and reported")
	@SuppressWarnings("unchecked")
	void mockedConsumerFactory(CapturedOutput output) {
		Properties properties = new Properties();
		properties.put("enable.auto.commit", "false");
		try (ConfigurableApplicationContext context = run("warn", Mocked.class)) {
			Received received = context.getBean(Received.class);
			Application.until(() -> received.records().size() >= 5);

			assertThat(received.offsets()).isEqualTo(Map.of(PARTITION, Orders.range(0, 5)));
			verify(context.getBean(ConsumerFactory.class)).createConsumer("orders", "", "-0", properties);
			assertThat(output.getOut().lines().filter((line) -> line.startsWith("WARN"))).singleElement()
				.asString()
				.contains("Consumers of 'mocks' are not guarded: it is a mock");
		}
	}

	private static ConfigurableApplicationContext run(String onUnguarded) {
		return run(onUnguarded, Mocks.class);
	}

	private static ConfigurableApplicationContext run(String onUnguarded, Class<?> configuration) {
		return new SpringApplicationBuilder(Received.class, configuration).web(WebApplicationType.NONE)
			.properties("topic=orders", "spring.main.banner-mode=off", "spring.main.log-startup-info=false",
					"spring.kafka.consumer.auto-offset-reset=earliest", "spring.kafka.listener.poll-timeout=100ms",
					"holdfast.kafka.on-unguarded=" + onUnguarded)
			.run();
	}

	private static MockConsumer<Object, Object> consumer() {
		MockConsumer<Object, Object> consumer = new MockConsumer<>("earliest");
		consumer.updateBeginningOffsets(Map.of(PARTITION, 0L));
		consumer.schedulePollTask(() -> List.of(0, 1, 2, 3, 4)
			.forEach((offset) -> consumer.addRecord(new ConsumerRecord<>("orders", 0, offset, null, "order"))));
		return consumer;
	}

	@Configuration(proxyBeanMethods = false)
	static class Mocks extends Listener {

		Mocks(Received received) {
			super(received);
		}

		@Bean
		static ConsumerFactory<Object, Object> mocks() {
			return new MockConsumerFactory<>(WorksWithMocksTests::consumer);
		}

	}

	@Configuration(proxyBeanMethods = false)
	static class Mocked extends Listener {

		Mocked(Received received) {
			super(received);
		}

		@Bean
		static ConsumerFactory<Object, Object> mocks() {
			ConsumerFactory<Object, Object> factory = mock();
			when(factory.createConsumer(any(), any(), any(), any())).thenReturn(consumer());
			return factory;
		}

	}

	abstract static class Listener {

		private final Received received;

		Listener(Received received) {
			this.received = received;
		}

		@KafkaListener(groupId = "orders",
				topicPartitions = @org.springframework.kafka.annotation.TopicPartition(topic = "orders",
						partitions = "0"))
		void onOrder(ConsumerRecord<?, ?> order) {
			received.add(order);
		}

	}

}
