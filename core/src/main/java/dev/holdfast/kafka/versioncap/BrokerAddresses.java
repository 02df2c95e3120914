/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap;

import java.time.Duration;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

import dev.holdfast.kafka.versioncap.internal.NodeId;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;

/**
 * Finds the host and the port of a broker in what a client knows already.
 */
final class BrokerAddresses {

	private BrokerAddresses() {
	}

	/**
	 * The host and the port of a broker.
	 * @return {@code null} if neither the client's metadata nor the configuration tells
	 * them
	 */
	static @Nullable String find(NodeId id, Consumer<?, ?> client, List<String> bootstrapServers) {
		if (id.isBootstrap()) {
			return (id.number() <= bootstrapServers.size()) ? bootstrapServers.get(id.number() - 1) : null;
		}
		Set<String> topics = new HashSet<>(client.subscription());
		client.assignment().stream().map(TopicPartition::topic).forEach(topics::add);
		return topics.stream()
			.flatMap((topic) -> nodes(client, topic))
			.filter((node) -> node.id() == id.number())
			.map((node) -> node.host() + ":" + node.port())
			.findFirst()
			.orElse(null);
	}

	/**
	 * The brokers that have replicas of a topic. The client waits for nothing.
	 */
	private static Stream<Node> nodes(Consumer<?, ?> client, String topic) {
		try {
			List<PartitionInfo> partitions = client.partitionsFor(topic, Duration.ZERO);
			return (partitions != null) ? partitions.stream().flatMap((each) -> Arrays.stream(each.replicas()))
					: Stream.empty();
		}
		catch (KafkaException ex) {
			// The message does without.
			return Stream.empty();
		}
	}

}
