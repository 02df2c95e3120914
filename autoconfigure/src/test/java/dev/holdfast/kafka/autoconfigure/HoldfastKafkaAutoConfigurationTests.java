/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.util.Properties;

import dev.holdfast.kafka.offsetguard.OffsetGuard;
import org.apache.kafka.clients.consumer.Consumer;
import org.junit.jupiter.api.Test;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;

import static org.assertj.core.api.Assertions.assertThat;

class HoldfastKafkaAutoConfigurationTests {

	private final ApplicationContextRunner runner = new ApplicationContextRunner()
		.withConfiguration(AutoConfigurations.of(KafkaAutoConfiguration.class, HoldfastKafkaAutoConfiguration.class))
		.withPropertyValues("spring.kafka.bootstrap-servers=localhost:1");

	@Test
	void guardsTheConsumersOfBootsOwnFactory() {
		runner.run((context) -> {
			ConsumerFactory<?, ?> factory = context.getBean(ConsumerFactory.class);
			assertThat(factory).isInstanceOf(DefaultKafkaConsumerFactory.class);
			try (Consumer<?, ?> consumer = factory.createConsumer("group", null, null, new Properties())) {
				assertThat(OffsetGuard.isGuarded(consumer)).isTrue();
			}
			try (Consumer<?, ?> consumer = factory.createConsumer()) {
				assertThat(OffsetGuard.isGuarded(consumer)).isTrue();
			}
		});
	}

}
