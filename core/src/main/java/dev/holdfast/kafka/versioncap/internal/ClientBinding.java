/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap.internal;

import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiConsumer;
import java.util.function.BiFunction;

import dev.holdfast.kafka.versioncap.rules.KafkaApi;
import dev.holdfast.kafka.versioncap.rules.LearnedCaps;
import dev.holdfast.kafka.versioncap.rules.VersionCap;
import org.apache.kafka.clients.NodeApiVersions;
import org.jspecify.annotations.Nullable;

/**
 * Stands between one client and what it knows of its brokers' versions. kafka-clients
 * call it, on any thread, once for each request and once for each partition that they
 * hear has a new leader. So it gives the same answer as long as nothing has changed, and
 * allocates nothing for it.
 */
public final class ClientBinding implements BiFunction<String, @Nullable NodeApiVersions, @Nullable NodeApiVersions>,
		BiConsumer<String, @Nullable NodeApiVersions> {

	private final VersionCap cap;

	private final LearnedCaps learned;

	private final Map<String, Seen> nodes = new ConcurrentHashMap<>();

	private volatile @Nullable String clusterId;

	private volatile @Nullable NodeApiVersions latest;

	private volatile @Nullable RefusedBroker refused;

	/**
	 * What a node offers, and what the client may know of that after what Holdfast has
	 * learned about its cluster so far.
	 */
	private record Seen(@Nullable NodeApiVersions offered, @Nullable String clusterId, int generation,
			@Nullable NodeApiVersions visible) {
	}

	/**
	 * Creates a binding.
	 * @param cap what the client may speak
	 * @param learned the APIs that brokers have answered wrongly, by cluster
	 */
	public ClientBinding(VersionCap cap, LearnedCaps learned) {
		this.cap = cap;
		this.learned = learned;
	}

	/**
	 * The versions of a node that the client sees.
	 * @param node the node's connection id
	 * @param offered what the node has offered, {@code null} before it has answered
	 */
	@Override
	public @Nullable NodeApiVersions apply(String node, @Nullable NodeApiVersions offered) {
		Seen seen = nodes.get(node);
		if (seen == null || seen.offered() != offered || seen.generation() != learned.generation()
				|| seen.clusterId() != clusterId) {
			seen = look(offered);
			nodes.put(node, seen);
		}
		return seen.visible();
	}

	/**
	 * Reads first what the answer depends on, so that the next call sees what changes
	 * meanwhile.
	 */
	private Seen look(@Nullable NodeApiVersions offered) {
		String cluster = clusterId;
		int generation = learned.generation();
		return new Seen(offered, cluster, generation, visible(offered));
	}

	private @Nullable NodeApiVersions visible(@Nullable NodeApiVersions offered) {
		VersionCap effective = cap();
		if (offered != null) {
			return CappedVersions.of(offered, effective);
		}
		// The first request on a connection asks for the versions. The client takes the
		// version of that request from here, if there is any.
		return effective.maxVersion(KafkaApi.API_VERSIONS).isPresent()
				? CappedVersions.beforeNegotiation(latest, effective) : null;
	}

	/**
	 * Takes note that a node has told what it offers, or that its connection is gone.
	 */
	@Override
	public void accept(String node, @Nullable NodeApiVersions offered) {
		nodes.remove(node);
		if (offered != null) {
			CappedVersions.limitFeatures(offered, cap);
			latest = offered;
			nodes.put(node, look(offered));
			if (refused == null) {
				refused = RefusedBroker.find(node, offered, cap);
			}
		}
	}

	/**
	 * The cap as it is now, with what Holdfast has learned.
	 */
	public VersionCap cap() {
		String cluster = clusterId;
		return (cluster != null) ? cap.and(learned.of(cluster)) : cap;
	}

	public void cluster(@Nullable String id) {
		clusterId = id;
	}

	/**
	 * The first broker that offers less than it has to, if there was one.
	 */
	public @Nullable RefusedBroker refused() {
		return refused;
	}

	/**
	 * What a node offers.
	 * @return the versions; {@code null} if the client is not connected to it
	 */
	public @Nullable NodeApiVersions offered(String node) {
		Seen seen = nodes.get(node);
		return (seen != null) ? seen.offered() : null;
	}

	/**
	 * What each node offers that the client is connected to, by connection id.
	 */
	public Map<String, NodeApiVersions> offered() {
		Map<String, NodeApiVersions> offered = new TreeMap<>();
		nodes.forEach((node, seen) -> {
			NodeApiVersions versions = seen.offered();
			if (versions != null) {
				offered.put(node, versions);
			}
		});
		return offered;
	}

}
