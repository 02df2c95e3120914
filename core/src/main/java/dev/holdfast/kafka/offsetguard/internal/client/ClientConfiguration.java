/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.client;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;

import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.common.config.ConfigDef;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the guard needs to know of a client's configuration.
 *
 * @param values the whole configuration
 * @param groupId the consumer group, {@code null} if there is none
 * @param clientId the client id
 * @param autoOffsetReset the application's own setting, not the client's
 * @param readCommitted whether the client reads committed records only
 * @param autoCommit whether the client commits by itself
 * @param readsCommitsFirst whether the client reads its group's commits before the guard
 * can decide where it starts, as the one of {@code group.protocol=consumer} does
 * @param maxPollInterval how long the application may take from one poll to the next
 */
public record ClientConfiguration(Map<String, ?> values, @Nullable String groupId, String clientId,
		AutoOffsetReset autoOffsetReset, boolean readCommitted, boolean autoCommit, boolean readsCommitsFirst,
		Duration maxPollInterval) {

	private static final Logger logger = LoggerFactory.getLogger(ClientConfiguration.class);

	public static ClientConfiguration of(Map<String, ?> values, AutoOffsetReset autoOffsetReset) {
		Map<String, Object> parsed = ConsumerConfig.configDef().parse(values);
		String groupId = (String) parsed.get(ConsumerConfig.GROUP_ID_CONFIG);
		return new ClientConfiguration(values, groupId,
				Objects.toString(parsed.get(ConsumerConfig.CLIENT_ID_CONFIG), ""), autoOffsetReset,
				"read_committed".equalsIgnoreCase((String) parsed.get(ConsumerConfig.ISOLATION_LEVEL_CONFIG)),
				groupId != null && Boolean.TRUE.equals(parsed.get(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG)),
				"consumer".equalsIgnoreCase((String) parsed.get(ConsumerConfig.GROUP_PROTOCOL_CONFIG)),
				Duration.ofMillis(
						Objects.requireNonNull((Integer) parsed.get(ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG))));
	}

	/**
	 * The inspection timeout, but no more than half of the consumer's poll interval. A
	 * consumer that polls too late leaves its group, and would be late again after it has
	 * joined again.
	 */
	public Duration shorter(Duration inspectionTimeout) {
		Duration limit = maxPollInterval.dividedBy(2);
		if (inspectionTimeout.compareTo(limit) <= 0) {
			return inspectionTimeout;
		}
		logger.warn("The inspection timeout of {} leaves consumer {} too little of its {}={}: {} ms are used",
				inspectionTimeout, NameInLog.of(clientId), ConsumerConfig.MAX_POLL_INTERVAL_MS_CONFIG,
				maxPollInterval.toMillis(), limit.toMillis());
		return limit;
	}

	/**
	 * How long calls of the client wait that get no timeout.
	 */
	public Duration defaultApiTimeout() {
		return millis(ConsumerConfig.DEFAULT_API_TIMEOUT_MS_CONFIG);
	}

	/**
	 * How long the client waits for a broker.
	 */
	public Duration requestTimeout() {
		return millis(ConsumerConfig.REQUEST_TIMEOUT_MS_CONFIG);
	}

	/**
	 * The addresses that the client begins with, in their order.
	 */
	public List<String> bootstrapServers() {
		Object value = values.get(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG);
		Object parsed = (value != null)
				? ConfigDef.parseType(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, value, ConfigDef.Type.LIST) : null;
		return (parsed instanceof List<?> list) ? list.stream().map(Object::toString).toList() : List.of();
	}

	private Duration millis(String name) {
		Object value = values.containsKey(name) ? values.get(name)
				: ConsumerConfig.configDef().defaultValues().get(name);
		return Duration
			.ofMillis(Objects.requireNonNull((Integer) ConfigDef.parseType(name, value, ConfigDef.Type.INT)));
	}

	/**
	 * Leaves out the values, since secrets are among them.
	 */
	@Override
	public String toString() {
		return "ClientConfiguration[groupId=" + groupId + ", clientId=" + clientId + "]";
	}

}
