/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.admin;

import java.util.Map;

import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;

/**
 * Makes the guard's own clients. Thread-safe.
 */
public interface HelperClients {

	/**
	 * Makes an admin client.
	 * @throws org.apache.kafka.common.KafkaException if it cannot be opened
	 */
	Admin admin(Map<String, Object> configuration);

	/**
	 * Makes a consumer that looks into logs.
	 * @throws org.apache.kafka.common.KafkaException if it cannot be opened
	 */
	Consumer<byte[], byte[]> inspector(Map<String, Object> configuration);

	/**
	 * Makes clients of kafka-clients.
	 */
	static HelperClients real() {
		return new HelperClients() {

			@Override
			public Admin admin(Map<String, Object> configuration) {
				return Admin.create(configuration);
			}

			@Override
			public Consumer<byte[], byte[]> inspector(Map<String, Object> configuration) {
				return new KafkaConsumer<>(configuration);
			}

		};
	}

}
