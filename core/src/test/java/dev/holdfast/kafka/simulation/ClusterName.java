/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.simulation;

import java.util.ArrayList;
import java.util.List;

/**
 * A name in {@code bootstrap.servers}, and the clusters to which it has led.
 */
final class ClusterName {

	/** What clients have in their configuration. */
	static final String ADDRESS = "brokers:9092";

	private final List<ModelCluster> clusters = new ArrayList<>();

	ClusterName(ModelCluster cluster) {
		clusters.add(cluster);
	}

	/**
	 * The cluster to which the name leads.
	 */
	ModelCluster now() {
		return clusters.get(clusters.size() - 1);
	}

	void leadTo(ModelCluster other) {
		clusters.add(other);
	}

	ModelCluster find(String cluster) {
		return clusters.stream().filter((each) -> each.name().equals(cluster)).findFirst().orElseThrow();
	}

	/**
	 * All of them, the first one first.
	 */
	List<ModelCluster> all() {
		return clusters;
	}

	/**
	 * The cluster that a client comes to.
	 * @param addresses its {@code bootstrap.servers}
	 */
	ModelCluster at(Object addresses) {
		String text = String.valueOf(addresses);
		return clusters.stream()
			.filter((each) -> text.contains(each.name() + "-broker"))
			.findFirst()
			.orElseGet(this::now);
	}

}
