/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap.rules;

import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The APIs that brokers have answered wrongly, by cluster, as long as the application
 * lives. What it learns holds for existing clients, too. Thread-safe.
 */
public final class LearnedCaps {

	private static final Logger logger = LoggerFactory.getLogger(LearnedCaps.class);

	private static final LearnedCaps NONE = new LearnedCaps(false);

	private final boolean learning;

	private final Map<String, VersionCap> byCluster = new ConcurrentHashMap<>();

	private final Set<String> told = ConcurrentHashMap.newKeySet();

	/** By it a client sees with one comparison whether there is anything new. */
	private final AtomicInteger generation = new AtomicInteger();

	/**
	 * Creates an empty memory.
	 * @param learning whether it is to learn anything. If not, it only logs, once for
	 * each cluster and API, which rule would help
	 */
	public LearnedCaps(boolean learning) {
		this.learning = learning;
	}

	/**
	 * A memory for clients that what is learned does not concern.
	 * @return one that learns nothing, and is shared
	 */
	public static LearnedCaps none() {
		return NONE;
	}

	/**
	 * Whether it learns anything at all.
	 * @return what it was created with
	 */
	public boolean isLearning() {
		return learning;
	}

	/**
	 * Takes note that brokers of a cluster have given an answer that their own log
	 * refutes.
	 * @param clusterId the cluster
	 * @param api the API of the answer
	 */
	public void learn(String clusterId, KafkaApi api) {
		if (told.add(clusterId + " " + api)) {
			if (learning) {
				byCluster.merge(clusterId, VersionCap.never(api), VersionCap::and);
				generation.incrementAndGet();
				logger.warn("Brokers of cluster {} give answers to {} that their own log refutes: consumers of this "
						+ "application do not ask them any more until it is restarted. To never ask at all: "
						+ "holdfast.kafka.version-cap.max-versions.{}: -1", clusterId, api, api);
			}
			else {
				logger.warn("Brokers of cluster {} give answers to {} that their own log refutes. To never ask: "
						+ "holdfast.kafka.version-cap.max-versions.{}: -1, or, to stop asking when that is proven: "
						+ "holdfast.kafka.version-cap.learn: true", clusterId, api, api);
			}
		}
	}

	/**
	 * What it has learned so far.
	 * @return the caps by cluster id
	 */
	public Map<String, VersionCap> learned() {
		return Map.copyOf(byCluster);
	}

	/**
	 * What it has learned about a cluster.
	 * @param clusterId the cluster
	 * @return the cap, without rules if nothing is known
	 */
	public VersionCap of(String clusterId) {
		return byCluster.getOrDefault(clusterId, VersionCap.none());
	}

	/**
	 * Grows whenever it learns something.
	 * @return a number that is the same as long as nothing is new
	 */
	public int generation() {
		return generation.get();
	}

}
