/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.cluster;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Objects;
import java.util.Set;

import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;

/**
 * The clusters that consumers of this process were connected to. Two clusters of one id
 * are one only if their offsets topic is the same; where brokers do not tell its id, if
 * they have a broker's address in common. Thread-safe.
 */
public final class KnownClusters {

	private static final int MOST = 32;

	private static final int MOST_ENDPOINTS = 1_000;

	private final Deque<Seen> seen = new ArrayDeque<>();

	private long lineages;

	private static final class Seen {

		private final @Nullable String id;

		private final long lineage;

		private final Set<String> endpoints = new HashSet<>();

		private @Nullable Uuid offsetsTopicId;

		Seen(@Nullable String id, long lineage) {
			this.id = id;
			this.lineage = lineage;
		}

		boolean is(@Nullable String otherId, Set<String> otherEndpoints, @Nullable Uuid otherOffsetsTopicId) {
			if (!Objects.equals(id, otherId)) {
				return false;
			}
			return (offsetsTopicId != null && otherOffsetsTopicId != null) ? offsetsTopicId.equals(otherOffsetsTopicId)
					: otherEndpoints.stream().anyMatch(endpoints::contains);
		}

	}

	/**
	 * Names the cluster that a client is connected to.
	 * @param id its id
	 * @param endpoints the addresses of its brokers
	 * @param offsetsTopicId the id of its offsets topic, {@code null} if brokers do not
	 * tell it
	 */
	public synchronized Cluster name(@Nullable String id, Set<String> endpoints, @Nullable Uuid offsetsTopicId) {
		Seen found = seen.stream()
			.filter((each) -> each.is(id, endpoints, offsetsTopicId))
			.findFirst()
			.orElseGet(() -> new Seen(id, ++lineages));
		if (found.endpoints.size() + endpoints.size() > MOST_ENDPOINTS) {
			found.endpoints.clear();
		}
		found.endpoints.addAll(endpoints);
		found.offsetsTopicId = (offsetsTopicId != null) ? offsetsTopicId : found.offsetsTopicId;
		seen.remove(found);
		seen.addFirst(found);
		if (seen.size() > MOST) {
			seen.removeLast();
		}
		return new Cluster(id, found.offsetsTopicId, found.lineage);
	}

}
