/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.demo;

import java.util.Arrays;
import java.util.List;

/**
 * The same order service once for each kind of listener.
 *
 * @param all all of them
 */
record OrderServices(List<OrderService> all) implements AutoCloseable {

	static OrderServices start(Scenario scenario, String bootstrapServers, String... args) {
		return new OrderServices(Arrays.stream(Listener.values())
			.map((listener) -> OrderService.start(listener, scenario, bootstrapServers, args))
			.toList());
	}

	OrderService of(Listener listener) {
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
