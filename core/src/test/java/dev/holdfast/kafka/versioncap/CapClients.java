/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

import dev.holdfast.kafka.versioncap.rules.LearnedCaps;
import dev.holdfast.kafka.versioncap.rules.VersionCap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;

import dev.holdfast.kafka.offsetguard.OffsetGuard;
import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import dev.holdfast.kafka.test.KafkaCluster;

/**
 * Consumers of one group, under caps or not, with a guard or not.
 */
public final class CapClients {

	private final Map<String, Object> configuration = new HashMap<>();

	public final List<Decision> decisions = new CopyOnWriteArrayList<>();

	private final KafkaCluster cluster;

	private final String group;

	public CapClients(KafkaCluster cluster, String protocol, String group) {
		this.cluster = cluster;
		this.group = group;
		with("bootstrap.servers", cluster.bootstrapServers());
		with("group.protocol", protocol);
		with("group.id", group);
		with("client.id", group);
		with("auto.offset.reset", "earliest");
		with("enable.auto.commit", false);
	}

	CapClients with(String name, Object value) {
		configuration.put(name, value);
		return this;
	}

	/**
	 * Commits an offset for the group, with the leader epoch of the first leader.
	 */
	public CapClients commit(TopicPartition partition, long offset) {
		cluster.commit(group, partition, new OffsetAndMetadata(offset, Optional.of(0), ""));
		return this;
	}

	/**
	 * The group, which is the client id too.
	 */
	public String group() {
		return group;
	}

	Consumer<String, String> plain() {
		return create(Map.of());
	}

	ClientCap.Construction<Consumer<String, String>> capped(VersionCap cap) {
		return new ClientCap(cap, LearnedCaps.none()).construct(this::plain);
	}

	public Consumer<String, String> guarded(ClientCap cap) {
		return new OffsetGuard(OffsetGuardSettings.defaults(), null, List.of(decisions::add), cap)
			.createConsumer(configuration, this::create);
	}

	private Consumer<String, String> create(Map<String, Object> overrides) {
		Map<String, Object> merged = new HashMap<>(configuration);
		merged.putAll(overrides);
		return new KafkaConsumer<>(merged, new StringDeserializer(), new StringDeserializer());
	}

}
