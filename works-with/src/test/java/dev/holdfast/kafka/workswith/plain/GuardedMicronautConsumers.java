/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.workswith.plain;

import java.util.HashMap;
import java.util.Map;

import io.micronaut.configuration.kafka.KafkaConsumerFactory;
import io.micronaut.configuration.kafka.config.AbstractKafkaConsumerConfiguration;
import io.micronaut.context.annotation.Factory;
import io.micronaut.context.annotation.Parameter;
import io.micronaut.context.annotation.Prototype;
import io.micronaut.context.annotation.Replaces;
import org.apache.kafka.clients.consumer.Consumer;

/** Takes the place of Micronaut's own factory of consumers. */
@Factory
@Replaces(factory = KafkaConsumerFactory.class)
class GuardedMicronautConsumers {

	private final GuardedConsumers consumers = new GuardedConsumers();

	@Prototype
	<K, V> Consumer<K, V> createConsumer(@Parameter AbstractKafkaConsumerConfiguration<K, V> of) {
		Map<String, Object> configuration = new HashMap<>();
		of.getConfig().forEach((name, value) -> configuration.put((String) name, value));
		return consumers.create(configuration, of.getKeyDeserializer().orElse(null),
				of.getValueDeserializer().orElse(null));
	}

}
