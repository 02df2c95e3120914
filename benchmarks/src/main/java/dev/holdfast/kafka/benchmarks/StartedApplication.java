/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.benchmarks;

import java.util.Map;

import org.springframework.boot.SpringBootConfiguration;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.kafka.annotation.KafkaListener;

/**
 * A small application with one listener, which it does not start. Prints how long it took
 * until its context was ready, in milliseconds.
 */
@SpringBootConfiguration
@EnableAutoConfiguration
class StartedApplication {

	public static void main(String[] args) {
		start(StartedApplication.class, false, args);
	}

	/**
	 * Starts an application, prints how long it took, and ends this JVM.
	 * @param listening whether it starts its listener, which creates a consumer
	 */
	static void start(Class<?> application, boolean listening, String[] args) {
		long start = System.nanoTime();
		new SpringApplicationBuilder(application)
			.properties(Map.of("spring.main.banner-mode", "off", "logging.level.root", "off",
					"spring.kafka.listener.auto-startup", listening, "spring.kafka.admin.auto-create", false,
					"spring.kafka.bootstrap-servers", "localhost:1", "spring.main.web-application-type", "none"))
			.run(args);
		double millis = (System.nanoTime() - start) / 1e6;
		System.out.println();
		System.out.println(millis);
		Runtime.getRuntime().halt(0);
	}

	@KafkaListener(topics = "orders", groupId = "orders")
	void onOrder(String order) {
	}

}
