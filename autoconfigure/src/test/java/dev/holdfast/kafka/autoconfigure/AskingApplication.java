/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import org.apache.kafka.clients.consumer.Consumer;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.kafka.core.ConsumerFactory;

/**
 * An application for a JVM of its own: has a consumer ask for the topics, and ends. In
 * which version it asks, the wire tells.
 */
@SpringBootConfiguration(proxyBeanMethods = false)
@EnableAutoConfiguration
public class AskingApplication {

	public static void main(String[] arguments) {
		try (ConfigurableApplicationContext context = SpringApplication.run(AskingApplication.class, arguments)) {
			ask(context);
		}
	}

	static void ask(ConfigurableApplicationContext context) {
		try (Consumer<?, ?> consumer = context.getBean(ConsumerFactory.class).createConsumer()) {
			consumer.listTopics();
		}
	}

}
