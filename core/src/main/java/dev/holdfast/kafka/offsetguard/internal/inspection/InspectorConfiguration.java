/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.inspection;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

import dev.holdfast.kafka.offsetguard.internal.admin.AdminConfiguration;
import dev.holdfast.kafka.offsetguard.internal.client.ClientConfiguration;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Derives the configuration of an inspector from that of the consumer it looks after: the
 * same connections and credentials, and nothing that would show in the group, in meters
 * or in interceptors.
 */
public final class InspectorConfiguration {

	private static final Set<String> APPLICATION_ONLY = Set.of(ConsumerConfig.GROUP_ID_CONFIG,
			ConsumerConfig.GROUP_INSTANCE_ID_CONFIG, ConsumerConfig.GROUP_PROTOCOL_CONFIG,
			ConsumerConfig.GROUP_REMOTE_ASSIGNOR_CONFIG, ConsumerConfig.PARTITION_ASSIGNMENT_STRATEGY_CONFIG,
			ConsumerConfig.SESSION_TIMEOUT_MS_CONFIG, ConsumerConfig.HEARTBEAT_INTERVAL_MS_CONFIG,
			ConsumerConfig.INTERCEPTOR_CLASSES_CONFIG, ConsumerConfig.CLIENT_RACK_CONFIG,
			ConsumerConfig.FETCH_MIN_BYTES_CONFIG);

	/**
	 * Enough for a batch as most producers send it. Brokers send a larger first batch
	 * anyway.
	 */
	private static final int PARTITION_FETCH_BYTES = 64 * 1024;

	private static final int FETCH_BYTES = 16 * 1024 * 1024;

	private InspectorConfiguration() {
	}

	public static Map<String, Object> derive(ClientConfiguration client, String clientId, Set<String> endpoints,
			Duration inspectionTimeout) {
		Map<String, Object> configuration = new HashMap<>(client.values());
		configuration.keySet().removeAll(APPLICATION_ONLY);
		configuration.put(ConsumerConfig.CLIENT_ID_CONFIG, clientId);
		if (!endpoints.isEmpty()) {
			// The client's own brokers: the configured ones may belong to another cluster
			// by now.
			configuration.put(ConsumerConfig.BOOTSTRAP_SERVERS_CONFIG, List.copyOf(endpoints));
		}
		AdminConfiguration.stayOnCluster(configuration, ConsumerConfig.configNames());
		configuration.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
		configuration.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
		configuration.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
		configuration.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
		configuration.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_uncommitted");
		configuration.put(ConsumerConfig.ALLOW_AUTO_CREATE_TOPICS_CONFIG, false);
		configuration.put(CommonClientConfigs.METRIC_REPORTER_CLASSES_CONFIG, "");
		configuration.put(ConsumerConfig.ENABLE_METRICS_PUSH_CONFIG, false);
		configuration.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, Integer.MAX_VALUE);
		configuration.put(ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG, PARTITION_FETCH_BYTES);
		configuration.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, FETCH_BYTES);
		// A silent broker must not cost the others their turn.
		int requestTimeout = (int) Math.max(1, Math.min(inspectionTimeout.toMillis() / 4, 5_000));
		configuration.put(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG, requestTimeout);
		configuration.put(ConsumerConfig.FETCH_MAX_WAIT_MS_CONFIG, Math.min(100, requestTimeout / 2));
		configuration.put(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG,
				(int) Math.min(Integer.MAX_VALUE, inspectionTimeout.toMillis()));
		return configuration;
	}

}
