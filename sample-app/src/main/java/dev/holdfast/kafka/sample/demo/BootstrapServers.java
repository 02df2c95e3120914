/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.demo;

import java.util.List;

import dev.holdfast.kafka.sample.service.OrderService;

import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.context.properties.bind.Bindable;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.ConfigurableApplicationContext;

/**
 * Tells whether the user has configured brokers for the order service, anywhere Spring
 * Boot looks: arguments, environment variables, configuration files. The demo asks before
 * it starts brokers of its own, since fixtures such as spring-kafka's embedded one
 * announce theirs as a system property.
 */
final class BootstrapServers {

	private static final List<String> PROPERTIES = List.of("spring.kafka.bootstrap-servers",
			"spring.kafka.consumer.bootstrap-servers");

	private BootstrapServers() {
	}

	static boolean areGiven(String... args) {
		// This context serves only to get its environment.
		SpringApplicationBuilder application = new SpringApplicationBuilder(NoBeans.class)
			.properties(OrderService.QUIET_LOGGING)
			.web(WebApplicationType.NONE)
			.bannerMode(Banner.Mode.OFF)
			.logStartupInfo(false);
		try (ConfigurableApplicationContext context = application.run(args)) {
			Binder binder = Binder.get(context.getEnvironment());
			return PROPERTIES.stream()
				.anyMatch((name) -> !binder.bind(name, Bindable.listOf(String.class)).orElse(List.of()).isEmpty());
		}
	}

	private static final class NoBeans {

	}

}
