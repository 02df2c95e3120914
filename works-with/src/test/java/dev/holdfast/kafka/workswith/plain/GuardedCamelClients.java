/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.workswith.plain;

import java.util.HashMap;
import java.util.Map;
import java.util.Properties;

import org.apache.camel.component.kafka.DefaultKafkaClientFactory;
import org.apache.kafka.clients.consumer.Consumer;

/** To be set as the kafkaClientFactory of Camel's Kafka component. */
class GuardedCamelClients extends DefaultKafkaClientFactory {

	private final GuardedConsumers consumers;

	GuardedCamelClients(GuardedConsumers consumers) {
		this.consumers = consumers;
	}

	@Override
	@SuppressWarnings("rawtypes")
	public Consumer getConsumer(Properties properties) {
		Map<String, Object> configuration = new HashMap<>();
		properties.forEach((name, value) -> configuration.put((String) name, value));
		return consumers.create(configuration);
	}

}
