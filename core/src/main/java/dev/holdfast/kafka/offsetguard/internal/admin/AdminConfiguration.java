/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.admin;

import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

import dev.holdfast.kafka.offsetguard.internal.client.ClientConfiguration;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.ConsumerConfig;

/**
 * Derives the configuration of an admin client from the consumer's: its connection and
 * security settings, without those that only consumers have.
 */
public final class AdminConfiguration {

	private static final Set<String> CONSUMER_ONLY = consumerOnly();

	/** Several polls may wait for the same answer. */
	private static final int API_TIMEOUT = 30_000;

	private static final String RECOVERY_STRATEGY = "metadata.recovery.strategy";

	private AdminConfiguration() {
	}

	/**
	 * Derives the configuration.
	 * @param client the consumer's
	 * @param requestTimeout how long to wait for a broker, in milliseconds
	 */
	public static Map<String, Object> derive(ClientConfiguration client, int requestTimeout) {
		Map<String, Object> configuration = new HashMap<>(client.values());
		configuration.keySet().removeAll(CONSUMER_ONLY);
		configuration.remove(CommonClientConfigs.CLIENT_ID_CONFIG);
		configuration.put(CommonClientConfigs.METRIC_REPORTER_CLASSES_CONFIG, "");
		configuration.put(AdminClientConfig.ENABLE_METRICS_PUSH_CONFIG, false);
		// A broker that is silent must not keep the admin client from asking another one.
		configuration.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, requestTimeout);
		configuration.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, Math.max(API_TIMEOUT, 2 * requestTimeout));
		stayOnCluster(configuration, AdminClientConfig.configNames());
		return configuration;
	}

	/**
	 * Keeps a client from starting anew from its bootstrap servers (KIP-899). It may find
	 * another cluster there. And while all its brokers are away it would do so, with a
	 * log line, thousands of times a second.
	 */
	public static void stayOnCluster(Map<String, Object> configuration, Set<String> known) {
		if (known.contains(RECOVERY_STRATEGY)) {
			configuration.put(RECOVERY_STRATEGY, "none");
		}
	}

	private static Set<String> consumerOnly() {
		Set<String> names = new HashSet<>(ConsumerConfig.configNames());
		names.removeAll(AdminClientConfig.configNames());
		return names;
	}

}
