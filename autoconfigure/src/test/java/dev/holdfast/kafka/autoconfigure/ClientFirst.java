/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.util.Map;

import dev.holdfast.kafka.versioncap.VersionCapInstaller;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.StringDeserializer;

import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * For a JVM of its own: an application that creates a client before it starts. The system
 * property {@code install-first} tells whether it installs the version cap before that.
 */
final class ClientFirst {

	private ClientFirst() {
	}

	public static void main(String[] arguments) {
		if (Boolean.getBoolean("install-first")) {
			VersionCapInstaller.install();
		}
		try (KafkaConsumer<String, String> client = new KafkaConsumer<>(
				Map.of("bootstrap.servers", "localhost:1", "group.protocol", "consumer", "group.id", "early"),
				new StringDeserializer(), new StringDeserializer());
				ConfigurableApplicationContext context = SpringApplication.run(AskingApplication.class, arguments)) {
			AskingApplication.ask(context);
		}
	}

}
