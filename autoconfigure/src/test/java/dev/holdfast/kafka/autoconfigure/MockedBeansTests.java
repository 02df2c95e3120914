/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.util.Properties;

import dev.holdfast.kafka.autoconfigure.TestConsumerFactories.Recording;
import org.apache.kafka.clients.consumer.Consumer;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.config.ConcurrentKafkaListenerContainerFactory;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.test.context.bean.override.mockito.MockitoBean;
import org.springframework.test.context.bean.override.mockito.MockitoSpyBean;

import static org.assertj.core.api.Assertions.assertThat;
import static org.mockito.Mockito.mock;
import static org.mockito.Mockito.verify;
import static org.mockito.Mockito.verifyNoInteractions;
import static org.mockito.Mockito.verifyNoMoreInteractions;
import static org.mockito.Mockito.when;

/**
 * The factories that Spring's test annotations mock and spy on, with Holdfast and
 * without.
 */
@Timeout(60)
class MockedBeansTests {

	abstract static class Mocked {

		@MockitoBean
		private ConsumerFactory<Object, Object> factory;

		@Autowired
		private ConcurrentKafkaListenerContainerFactory<?, ?> containers;

		@Test
		void itsStubsAreCalledAsTheApplicationCalls() {
			Consumer<Object, Object> consumer = mock();
			when(factory.createConsumer("orders", "-1")).thenReturn(consumer);

			assertThat(factory.createConsumer("orders", "-1")).isSameAs(consumer);
			assertThat(factory.createConsumer("orders", null, "-1", null)).isNull();
			verify(factory).createConsumer("orders", "-1");
			verify(factory).createConsumer("orders", null, "-1", null);
			verifyNoInteractions(consumer);
			assertThat((Object) containers.getConsumerFactory()).isSameAs(factory);
			verifyNoMoreInteractions(factory);
		}

	}

	@Nested
	@SpringBootTest(classes = Application.class, properties = "holdfast.kafka.enabled=false")
	class MockedAndPlain extends Mocked {

	}

	@Nested
	@SpringBootTest(classes = Application.class)
	class MockedAndGuarded extends Mocked {

	}

	abstract static class Spied {

		@MockitoSpyBean
		private Recording factory;

		@Test
		void itsCallsAreThoseOfTheApplication() {
			Properties properties = new Properties();
			properties.put("client.id", "mine");

			factory.createConsumer("orders", "client", "-1", properties).close();

			verify(factory).createConsumer("orders", "client", "-1", properties);
			assertThat(factory.created()).hasSize(1);
		}

		@Test
		void aCallWithoutPropertiesIsOne() {
			factory.createConsumer("orders", "-1").close();

			verify(factory).createConsumer("orders", "-1");
			verify(factory).createConsumer("orders", null, "-1", null);
		}

	}

	@Nested
	@SpringBootTest(classes = Application.class, properties = "holdfast.kafka.enabled=false")
	class SpiedAndPlain extends Spied {

	}

	@Nested
	@SpringBootTest(classes = Application.class)
	class SpiedAndGuarded extends Spied {

	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ KafkaAutoConfiguration.class, HoldfastKafkaAutoConfiguration.class })
	static class Application {

		@Bean
		Recording orders() {
			return new Recording();
		}

	}

}
