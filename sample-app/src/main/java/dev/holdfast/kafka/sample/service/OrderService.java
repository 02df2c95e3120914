/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.service;

import java.util.Map;

import dev.holdfast.kafka.sample.OrderServiceApplication;

import org.springframework.boot.Banner;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.MapPropertySource;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;

/**
 * The running order service: the application itself, with a few settings of the demo on
 * top of its own.
 *
 * @param <T> the type of the bean that observes it
 */
public final class OrderService<T> implements AutoCloseable {

	/** Logs only Holdfast's decisions. */
	public static final Map<String, Object> QUIET_LOGGING = Map.of("logging.level.root", "warn", "logging.level.kafka",
			"off", "logging.level.state.change.logger", "off", "logging.level.org.apache.kafka", "off",
			"logging.level.dev.holdfast.kafka.decisions", "info", "logging.pattern.console",
			"%d{HH:mm:ss.SSS} %-5level %logger : %msg%n");

	private final Listener listener;

	private final T observer;

	private final ConfigurableApplicationContext context;

	private OrderService(Listener listener, Setting setting, Class<T> type, T observer, String... args) {
		this.listener = listener;
		this.observer = observer;
		context = new SpringApplicationBuilder(OrderServiceApplication.class).properties(QUIET_LOGGING)
			.web(setting.web() ? WebApplicationType.SERVLET : WebApplicationType.NONE)
			.bannerMode(Banner.Mode.OFF)
			.logStartupInfo(false)
			.initializers((GenericApplicationContext context) -> {
				context.getEnvironment()
					.getPropertySources()
					.addFirst(new MapPropertySource("demo", setting.properties(listener)));
				context.registerBean("observer", type, () -> observer);
			})
			.run(args);
	}

	/**
	 * Starts the order service.
	 * @param listener plain, guarded or capped
	 * @param setting where it runs
	 * @param type the type of the observer
	 * @param observer a bean that sees what reaches the listener
	 * @param args arguments for the application
	 * @return the running service
	 * @param <T> the type of the observer
	 */
	public static <T> OrderService<T> start(Listener listener, Setting setting, Class<T> type, T observer,
			String... args) {
		return new OrderService<>(listener, setting, type, observer, args);
	}

	public Listener listener() {
		return listener;
	}

	public T observer() {
		return observer;
	}

	/**
	 * The port of its web server.
	 * @return the port
	 */
	public int port() {
		return context.getEnvironment().getRequiredProperty("local.server.port", Integer.class);
	}

	/**
	 * Stops listening, as an application does while it is deployed anew. Its consumer
	 * leaves the group.
	 */
	public void stopListening() {
		context.getBean(KafkaListenerEndpointRegistry.class).stop();
	}

	/**
	 * Listens again, with a new consumer.
	 */
	public void listen() {
		context.getBean(KafkaListenerEndpointRegistry.class).start();
	}

	@Override
	public void close() {
		context.close();
	}

}
