/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.util.Map;
import java.util.function.Supplier;

import dev.holdfast.kafka.versioncap.ClientCap;
import org.apache.kafka.clients.consumer.Consumer;
import org.jspecify.annotations.Nullable;

import org.springframework.kafka.core.ConsumerFactory;

/**
 * Caps the consumers of one consumer factory that no offset guard is around.
 *
 * @param factoryName the factory's name in the properties
 * @param caps all factories' caps
 * @param cap this one's
 */
record FactoryCap(String factoryName, VersionCaps caps, ClientCap cap) {

	/**
	 * Refuses a cap with which a consumer could not read and commit.
	 * @param configuration the consumer's configuration
	 * @throws UnusableVersionCapException if it could not
	 */
	void requireUsable(Map<String, Object> configuration) {
		caps.requireUsable(factoryName, configuration);
	}

	/**
	 * The same, as far as a factory tells how it configures its consumers. Holdfast
	 * checks the rest when the factory creates one.
	 * @param factory the factory
	 * @throws UnusableVersionCapException if one of its consumers could not
	 */
	void requireUsable(ConsumerFactory<?, ?> factory) {
		if (!isActive()) {
			return;
		}
		Map<String, Object> configuration;
		try {
			configuration = factory.getConfigurationProperties();
		}
		catch (RuntimeException ex) {
			// Many factories of users have no such method of their own, or need more.
			return;
		}
		if (configuration != null) {
			requireUsable(configuration);
		}
	}

	/**
	 * Whether there is a cap, or may be one if brokers lie.
	 */
	boolean isActive() {
		return caps.isActive(factoryName);
	}

	/**
	 * Creates a consumer under the cap.
	 * @param <K> the type of the keys
	 * @param <V> the type of the values
	 * @param creation creates the client
	 * @return the consumer; as it was created if there is no cap, or if it is no client
	 */
	<K, V> @Nullable Consumer<K, V> create(Supplier<@Nullable Consumer<K, V>> creation) {
		if (!isActive()) {
			return creation.get();
		}
		try {
			return cap.constructConsumer(() -> NoClientException.requireClient(creation.get()));
		}
		catch (NoClientException ex) {
			return ex.consumer();
		}
	}

}
