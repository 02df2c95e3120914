/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.service;

import java.util.HashMap;
import java.util.Map;

/**
 * Where an order service runs.
 *
 * @param bootstrapServers the addresses of its brokers
 * @param topic the topic that it reads
 * @param group its group, and the name of its client
 * @param autoOffsetReset its {@code auto.offset.reset}
 * @param web whether it has a web server, on a random port of the loopback interface
 * @param more further properties of the application
 */
public record Setting(String bootstrapServers, String topic, String group, String autoOffsetReset, boolean web,
		Map<String, Object> more) {

	Map<String, Object> properties(Listener listener) {
		Map<String, Object> properties = new HashMap<>(listener.settings());
		properties.put("orders.topic", topic);
		properties.put("spring.kafka.bootstrap-servers", bootstrapServers);
		properties.put("spring.kafka.consumer.group-id", group);
		properties.put("spring.kafka.consumer.client-id", group);
		properties.put("spring.kafka.consumer.auto-offset-reset", autoOffsetReset);
		properties.put("server.address", "127.0.0.1");
		properties.put("server.port", "0");
		// Who may reach this port is on this machine, and may answer.
		properties.put("management.endpoint.holdfast.access", "unrestricted");
		properties.putAll(more);
		return properties;
	}

}
