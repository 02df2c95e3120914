/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.StringDeserializer;

/**
 * Plain consumers on the wire.
 */
final class Consumers {

	private Consumers() {
	}

	/** A consumer whose group and client id are the same. */
	static Consumer<byte[], String> create(KafkaCluster cluster, String protocol, String name, String reset) {
		Map<String, Object> config = new HashMap<>();
		config.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, cluster.bootstrapServers());
		config.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, protocol);
		config.put(ConsumerConfig.GROUP_ID_CONFIG, name);
		config.put(ConsumerConfig.CLIENT_ID_CONFIG, name);
		config.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, reset);
		config.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, 100);
		config.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
		return new KafkaConsumer<>(config, new ByteArrayDeserializer(), new StringDeserializer());
	}

	/** Poll until there are so many values, and return all that came. */
	static List<String> read(Consumer<byte[], String> consumer, int atLeast) {
		List<String> values = new ArrayList<>();
		Polling.of(consumer).onRecord((record) -> values.add(record.value())).until(() -> values.size() >= atLeast);
		return values;
	}

}
