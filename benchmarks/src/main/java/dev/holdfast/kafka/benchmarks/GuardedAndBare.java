/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.benchmarks;

import java.util.HashMap;
import java.util.Map;

import dev.holdfast.kafka.autoconfigure.HoldfastKafkaAutoConfiguration;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;

/**
 * Two applications that differ only in Holdfast.
 */
final class GuardedAndBare implements AutoCloseable {

	private final ConfigurableApplicationContext guarded;

	private final ConfigurableApplicationContext bare;

	GuardedAndBare(String bootstrapServers, String protocol) {
		this.guarded = run(true, bootstrapServers, protocol);
		this.bare = run(false, bootstrapServers, protocol);
	}

	private static ConfigurableApplicationContext run(boolean enabled, String bootstrapServers, String protocol) {
		return new SpringApplicationBuilder(Factory.class).web(WebApplicationType.NONE)
			.properties(Map.of("holdfast.kafka.enabled", enabled, "bootstrap", bootstrapServers, "protocol", protocol,
					"spring.main.banner-mode", "off", "logging.level.root", "warn", "logging.level.kafka", "off",
					"logging.level.org.apache.kafka", "off", "logging.level.dev.holdfast", "error"))
			.run();
	}

	@SuppressWarnings("unchecked")
	ConsumerFactory<byte[], byte[]> factory(boolean guarded) {
		return (guarded ? this.guarded : bare).getBean(ConsumerFactory.class);
	}

	@Override
	public void close() {
		guarded.close();
		bare.close();
	}

	@Configuration(proxyBeanMethods = false)
	@ImportAutoConfiguration(HoldfastKafkaAutoConfiguration.class)
	static class Factory {

		@Bean
		ConsumerFactory<byte[], byte[]> consumerFactory(Environment environment) {
			Map<String, Object> configuration = new HashMap<>();
			configuration.put("bootstrap.servers", environment.getRequiredProperty("bootstrap"));
			configuration.put("group.protocol", environment.getRequiredProperty("protocol"));
			configuration.put("auto.offset.reset", "earliest");
			configuration.put("enable.auto.commit", false);
			configuration.put("key.deserializer", ByteArrayDeserializer.class);
			configuration.put("value.deserializer", ByteArrayDeserializer.class);
			return new DefaultKafkaConsumerFactory<>(configuration);
		}

	}

}
