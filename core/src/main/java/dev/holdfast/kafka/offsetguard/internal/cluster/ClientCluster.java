/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.cluster;

import java.time.Duration;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.PartitionInfo;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cluster that one client is connected to. The guard uses a fact about it for no
 * other. Belongs to the consumer's thread.
 */
public final class ClientCluster {

	private static final Logger logger = LoggerFactory.getLogger(ClientCluster.class);

	/** Enough brokers to find the others. */
	private static final int MOST = 32;

	private final Consumer<?, ?> client;

	private final ToldCluster told;

	/** The changes that the guard has noted. Belongs to the consumer's thread. */
	private int noted;

	public ClientCluster(Consumer<?, ?> client, ToldCluster told) {
		this.client = client;
		this.told = told;
	}

	/**
	 * What brokers have told the client.
	 * @return {@code null} if they have told it nothing yet
	 */
	public ToldCluster.@Nullable Told told() {
		return told.now();
	}

	/**
	 * How often the client has come to another cluster so far.
	 */
	public int changes() {
		ToldCluster.Told now = told.now();
		return (now != null) ? now.changes() : 0;
	}

	/**
	 * Whether the client has come to another cluster and the guard has not noted it yet.
	 */
	public boolean isChanged() {
		return changes() != noted;
	}

	public void noteChange() {
		noted = changes();
	}

	/**
	 * How often brokers have told the client about themselves and their topics so far.
	 */
	public long answers() {
		return told.answers();
	}

	/**
	 * The addresses of brokers that the client itself uses. The bootstrap servers may
	 * lead to another cluster by now.
	 * @param topics topics of which the client knows, or will ask for, the partitions
	 * @param timeout how long the client may ask
	 * @return some addresses, none if the client knows none
	 * @throws WakeupException if the consumer was woken up meanwhile
	 */
	public Set<String> endpoints(Collection<String> topics, Duration timeout) {
		Set<String> endpoints = new TreeSet<>();
		try {
			for (String topic : topics) {
				List<PartitionInfo> partitions = client.partitionsFor(topic, timeout);
				if (partitions != null) {
					add(partitions, endpoints);
				}
				if (!endpoints.isEmpty()) {
					break;
				}
			}
		}
		catch (WakeupException ex) {
			// The wakeup is meant for the call around this.
			client.wakeup();
			throw ex;
		}
		catch (InterruptException ex) {
			throw ex;
		}
		catch (KafkaException ex) {
			logger.debug("The client knows no broker of {} yet", topics, ex);
		}
		return endpoints;
	}

	private static void add(List<PartitionInfo> partitions, Set<String> endpoints) {
		for (PartitionInfo partition : partitions) {
			Node[] replicas = (partition.replicas() != null) ? partition.replicas() : new Node[0];
			Stream.concat(Stream.of(partition.leader()), Arrays.stream(replicas))
				.filter(Objects::nonNull)
				.filter((node) -> !node.host().isEmpty() && node.port() > 0)
				.map(ClientCluster::address)
				.forEach(endpoints::add);
			if (endpoints.size() >= MOST) {
				return;
			}
		}
	}

	private static String address(Node node) {
		boolean numbers = node.host().indexOf(':') >= 0;
		return (numbers ? "[" + node.host() + "]" : node.host()) + ":" + node.port();
	}

}
