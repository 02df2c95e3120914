/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.benchmarks;

import org.apache.kafka.clients.admin.NewTopic;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.context.annotation.Bean;
import org.springframework.kafka.annotation.KafkaListener;

/**
 * A typical application: it declares a bean, and starts its listener. No broker answers.
 * Prints how long it took until its context was ready, in milliseconds.
 */
@SpringBootConfiguration
@EnableAutoConfiguration
class OrdinaryApplication {

	public static void main(String[] args) {
		StartedApplication.start(OrdinaryApplication.class, true, args);
	}

	@Bean
	NewTopic orders() {
		return new NewTopic("orders", 1, (short) 1);
	}

	@KafkaListener(topics = "orders", groupId = "orders")
	void onOrder(String order) {
	}

}
