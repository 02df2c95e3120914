/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.internal.asking;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

import dev.holdfast.kafka.offsetguard.internal.admin.AdminConfiguration;
import dev.holdfast.kafka.offsetguard.internal.admin.HelperIds;
import dev.holdfast.kafka.offsetguard.internal.client.AutoOffsetReset;
import dev.holdfast.kafka.offsetguard.internal.client.ClientConfiguration;
import dev.holdfast.kafka.offsetguard.internal.inspection.InspectorConfiguration;
import dev.holdfast.kafka.versioncap.ClientCap;
import dev.holdfast.kafka.versioncap.rules.GroupProtocol;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/**
 * Opens the short-lived clients of a conformance check: with the connection and security
 * settings of the application, without a group, and under its version cap. Thread-safe.
 */
public final class ProbeClients {

	private static final String CLIENT_ID = "holdfast-conformance";

	private final ClientConfiguration configuration;

	private final GroupProtocol protocol;

	private final ClientCap cap;

	private final ClientCap configured;

	private final Duration patience;

	private ProbeClients(ClientConfiguration configuration, GroupProtocol protocol, ClientCap cap, ClientCap configured,
			Duration patience) {
		this.configuration = configuration;
		this.protocol = protocol;
		this.cap = cap;
		this.configured = configured;
		this.patience = patience;
	}

	/**
	 * Reads a configuration.
	 * @param values the settings of a client
	 * @param cap what its clients may speak
	 * @param patience how long to wait for one answer
	 * @throws org.apache.kafka.common.config.ConfigException if a setting is wrong
	 */
	public static ProbeClients of(Map<String, ?> values, ClientCap cap, Duration patience) {
		Map<String, Object> complete = new HashMap<>(values);
		complete.put(ConsumerConfig.KEY_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
		complete.put(ConsumerConfig.VALUE_DESERIALIZER_CLASS_CONFIG, ByteArrayDeserializer.class);
		Object protocol = complete.getOrDefault(ConsumerConfig.GROUP_PROTOCOL_CONFIG, GroupProtocol.CLASSIC);
		return new ProbeClients(ClientConfiguration.of(complete, AutoOffsetReset.parse("none")),
				GroupProtocol.of(String.valueOf(protocol)), cap, cap, patience);
	}

	public GroupProtocol protocol() {
		return protocol;
	}

	Duration patience() {
		return patience;
	}

	ProbeClients with(ClientCap other) {
		return new ProbeClients(configuration, protocol, other, configured, patience);
	}

	/**
	 * The same clients under the cap that they were configured with.
	 */
	ProbeClients original() {
		return with(configured);
	}

	/**
	 * The same clients with {@code group.protocol=classic}.
	 */
	ProbeClients classic() {
		return new ProbeClients(configuration, GroupProtocol.CLASSIC, cap, configured, patience);
	}

	ClientCap cap() {
		return cap;
	}

	/**
	 * Opens an admin client.
	 * @param endpoints where it starts from, those of the configuration if empty
	 */
	ClientCap.Construction<Admin> admin(Set<String> endpoints) {
		Map<String, Object> values = AdminConfiguration.derive(configuration, (int) patience.dividedBy(2).toMillis());
		// Leaves time to ask another broker if the first one is silent.
		values.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, (int) patience.multipliedBy(2).toMillis());
		if (!endpoints.isEmpty()) {
			values.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, String.join(",", endpoints));
		}
		return HelperIds.construct("kafka.admin.client", CLIENT_ID, (id) -> {
			values.put(AdminClientConfig.CLIENT_ID_CONFIG, id);
			return cap.construct(() -> Admin.create(values));
		});
	}

	/**
	 * Opens a consumer, which has no group and commits nothing.
	 */
	Consumer<byte[], byte[]> consumer() {
		return HelperIds.construct("kafka.consumer", CLIENT_ID, (id) -> {
			Map<String, Object> values = InspectorConfiguration.derive(configuration, id, Set.of(),
					patience.multipliedBy(2));
			values.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, protocol.toString());
			return cap.construct(() -> (Consumer<byte[], byte[]>) new KafkaConsumer<byte[], byte[]>(values)).client();
		});
	}

}
