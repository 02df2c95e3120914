/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.demo;

import java.util.HashMap;
import java.util.Map;

import dev.holdfast.kafka.sample.OrderServiceApplication;

import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.MapPropertySource;

/**
 * The running order service: the application itself, with a few settings of the demo on
 * top of its own.
 */
final class OrderService implements AutoCloseable {

	/** Logs only Holdfast's decisions. */
	static final Map<String, Object> QUIET_LOGGING = Map.of("logging.level.root", "warn", "logging.level.kafka", "off",
			"logging.level.org.apache.kafka", "off", "logging.level.dev.holdfast.kafka.decisions", "info",
			"logging.pattern.console", "%d{HH:mm:ss.SSS} %-5level %logger : %msg%n");

	private final Listener listener;

	private final Deliveries deliveries = new Deliveries();

	private final ConfigurableApplicationContext context;

	private OrderService(Listener listener, Map<String, Object> settings, String... args) {
		this.listener = listener;
		context = new SpringApplicationBuilder(OrderServiceApplication.class).properties(QUIET_LOGGING)
			.web(WebApplicationType.NONE)
			.bannerMode(Banner.Mode.OFF)
			.logStartupInfo(false)
			.initializers((GenericApplicationContext context) -> {
				context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("demo", settings));
				context.registerBean("deliveries", Deliveries.class, () -> deliveries);
			})
			.run(args);
	}

	/**
	 * Starts the order service.
	 * @param listener plain, guarded or capped
	 * @param scenario the scenario that it is part of
	 * @param bootstrapServers the addresses of its brokers
	 * @param args arguments for the application
	 * @return the running service
	 */
	static OrderService start(Listener listener, Scenario scenario, String bootstrapServers, String... args) {
		Map<String, Object> settings = new HashMap<>(listener.settings());
		settings.put("orders.topic", scenario.topic());
		settings.put("spring.kafka.bootstrap-servers", bootstrapServers);
		settings.put("spring.kafka.consumer.group-id", scenario.group(listener));
		settings.put("spring.kafka.consumer.client-id", scenario.group(listener));
		settings.put("spring.kafka.consumer.auto-offset-reset", scenario.autoOffsetReset());
		// So that the demo soon knows when a listener has nothing more to do.
		settings.put("spring.kafka.listener.poll-timeout", "100ms");
		settings.put("spring.kafka.listener.idle-event-interval", "100ms");
		return new OrderService(listener, settings, args);
	}

	Listener listener() {
		return listener;
	}

	Deliveries deliveries() {
		return deliveries;
	}

	@Override
	public void close() {
		context.close();
	}

}
