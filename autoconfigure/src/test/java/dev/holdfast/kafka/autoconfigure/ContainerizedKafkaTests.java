/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

import org.apache.kafka.clients.admin.NewTopic;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIf;
import org.testcontainers.DockerClientFactory;
import org.testcontainers.kafka.KafkaContainer;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.kafka.annotation.KafkaListener;
import org.springframework.kafka.config.TopicBuilder;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.KafkaTemplate;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A Boot application on the broker that Apache Kafka ships as a container image.
 */
@Timeout(value = 5, unit = TimeUnit.MINUTES)
@EnabledIf(value = "isDockerThere", disabledReason = "there is no Docker to run the image apache/kafka in")
class ContainerizedKafkaTests {

	private static KafkaContainer kafka;

	@BeforeAll
	static void startKafka() {
		kafka = new KafkaContainer("apache/kafka:4.2.1");
		kafka.start();
	}

	@AfterAll
	static void stopKafka() {
		kafka.stop();
	}

	static boolean isDockerThere() {
		return DockerClientFactory.instance().isDockerAvailable();
	}

	@Test
	void anApplicationReadsOnWhereItStopped() {
		List<String> before = run((context) -> send(context, 0, 10), 10);
		List<String> after = run((context) -> send(context, 10, 15), 5);
		assertThat(before).containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
		assertThat(after).containsExactly("10", "11", "12", "13", "14");
	}

	private static List<String> run(Consumer<ConfigurableApplicationContext> action, int expected) {
		try (ConfigurableApplicationContext context = new SpringApplicationBuilder(Application.class)
			.web(WebApplicationType.NONE)
			.properties("spring.kafka.bootstrap-servers=" + kafka.getBootstrapServers(),
					"spring.kafka.consumer.group-id=orders", "spring.kafka.consumer.auto-offset-reset=earliest")
			.run()) {
			assertThat(GuardProxies.guard(context.getBean(ConsumerFactory.class))).isNotNull();
			action.accept(context);
			List<String> orders = context.getBean(Orders.class).values;
			Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> orders.size() >= expected);
			return orders;
		}
	}

	@SuppressWarnings("unchecked")
	private static void send(ConfigurableApplicationContext context, int from, int to) {
		KafkaTemplate<String, String> template = context.getBean(KafkaTemplate.class);
		for (int i = from; i < to; i++) {
			template.send("orders", String.valueOf(i)).join();
		}
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration({ KafkaAutoConfiguration.class, HoldfastKafkaAutoConfiguration.class })
	static class Application {

		@Bean
		NewTopic topic() {
			return TopicBuilder.name("orders").partitions(1).build();
		}

		@Bean
		Orders orders() {
			return new Orders();
		}

	}

	static class Orders {

		private final List<String> values = new CopyOnWriteArrayList<>();

		@KafkaListener(topics = "orders")
		void onOrder(String order) {
			values.add(order);
		}

	}

}
