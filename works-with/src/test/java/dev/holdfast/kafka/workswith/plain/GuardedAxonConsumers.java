/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.workswith.plain;

import java.util.HashMap;
import java.util.Map;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.axonframework.extensions.kafka.eventhandling.consumer.ConsumerFactory;

/** To be given to Axon's message sources as their consumer factory. */
class GuardedAxonConsumers implements ConsumerFactory<String, byte[]> {

	private final GuardedConsumers consumers;

	private final Map<String, Object> configuration;

	GuardedAxonConsumers(GuardedConsumers consumers, Map<String, Object> configuration) {
		this.consumers = consumers;
		this.configuration = configuration;
	}

	@Override
	public Consumer<String, byte[]> createConsumer(String groupId) {
		Map<String, Object> ofGroup = new HashMap<>(configuration);
		if (groupId != null) {
			ofGroup.put(ConsumerConfig.GROUP_ID_CONFIG, groupId);
		}
		return consumers.create(ofGroup);
	}

}
