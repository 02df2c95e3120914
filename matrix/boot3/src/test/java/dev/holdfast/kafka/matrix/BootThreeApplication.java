/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.matrix;

import org.springframework.boot.SpringApplication;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.kafka.annotation.KafkaListener;

/**
 * An application of Spring Boot 3 that gets by without a broker.
 */
@SpringBootApplication
public class BootThreeApplication {

	public static void main(String[] arguments) {
		SpringApplication.run(BootThreeApplication.class, arguments);
		System.out.println("Started");
	}

	@KafkaListener(topics = "orders", groupId = "orders", autoStartup = "false")
	void onOrder(String order) {
	}

}
