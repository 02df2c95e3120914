/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.docs;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.EnableAutoConfiguration;
import org.springframework.boot.env.YamlPropertySourceLoader;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.PropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.core.io.ByteArrayResource;
import org.springframework.kafka.core.ConsumerFactory;
import org.springframework.kafka.core.DefaultKafkaConsumerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * An application starts with each piece of configuration that README and docs show, and
 * takes all of its properties.
 */
@Timeout(60)
class YamlInDocsTests {

	static Stream<Arguments> blocks() {
		return Readme.pages()
			.stream()
			.flatMap((page) -> Readme.codeBlocks(page, "yaml").stream().map((block) -> Arguments.of(page, block)));
	}

	@Test
	void someAreShown() {
		assertThat(blocks()).hasSizeGreaterThan(20);
	}

	@ParameterizedTest
	@MethodSource("blocks")
	void applicationStarts(String page, String yaml) throws Exception {
		List<PropertySource<?>> sources = new YamlPropertySourceLoader().load(page,
				new ByteArrayResource(yaml.getBytes(StandardCharsets.UTF_8)));
		StandardEnvironment environment = new StandardEnvironment();
		sources.forEach(environment.getPropertySources()::addFirst);
		// Other tests of this JVM have made clients before.
		environment.getPropertySources()
			.addLast(new MapPropertySource("tests", Map.of("holdfast.kafka.version-cap.on-install-failure", "warn")));
		SpringApplication application = new SpringApplication(Factories.class);
		application.setWebApplicationType(WebApplicationType.NONE);
		application.setEnvironment(environment);

		try (ConfigurableApplicationContext context = application.run()) {
			assertThat(context.isRunning()).isTrue();
		}
	}

	@Configuration(proxyBeanMethods = false)
	@EnableAutoConfiguration
	static class Factories {

		@Bean
		ConsumerFactory<Object, Object> kafkaConsumerFactory() {
			return factory();
		}

		@Bean
		ConsumerFactory<Object, Object> auditConsumerFactory() {
			return factory();
		}

		private static ConsumerFactory<Object, Object> factory() {
			return new DefaultKafkaConsumerFactory<>(Map.of("bootstrap.servers", "localhost:1", "key.deserializer",
					StringDeserializer.class, "value.deserializer", StringDeserializer.class));
		}

	}

}
