/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.demo;

import java.util.Arrays;
import java.util.List;
import java.util.Map;

import dev.holdfast.kafka.sample.service.Listener;
import dev.holdfast.kafka.sample.service.OrderService;
import dev.holdfast.kafka.sample.service.Setting;

/**
 * The same order service once for each kind of listener.
 *
 * @param all all of them
 */
record OrderServices(List<OrderService<Deliveries>> all) implements AutoCloseable {

	/** So that the demo soon knows when a listener has nothing more to do. */
	private static final Map<String, Object> SOON = Map.of("spring.kafka.listener.poll-timeout", "100ms",
			"spring.kafka.listener.idle-event-interval", "100ms");

	static OrderServices start(Scenario scenario, String bootstrapServers, String... args) {
		return new OrderServices(Arrays.stream(Listener.values())
			.map((listener) -> start(listener, scenario, bootstrapServers, args))
			.toList());
	}

	static OrderService<Deliveries> start(Listener listener, Scenario scenario, String bootstrapServers,
			String... args) {
		Setting setting = new Setting(bootstrapServers, scenario.topic(), scenario.group(listener),
				scenario.autoOffsetReset(), false, SOON);
		return OrderService.start(listener, setting, Deliveries.class, new Deliveries(), args);
	}

	OrderService<Deliveries> of(Listener listener) {
		return all.stream()
			.filter((service) -> service.listener() == listener)
			.findFirst()
			.orElseThrow(() -> new IllegalArgumentException("No order service is " + listener));
	}

	@Override
	public void close() {
		all.forEach(OrderService::close);
	}

}
