/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.benchmarks;

import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;

import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.WireRequest;
import org.jspecify.annotations.Nullable;

/**
 * Counts the requests that went over the wire.
 */
final class Requests {

	private Requests() {
	}

	/** Which client has sent a request. */
	enum Origin {

		INSPECTOR, ADMIN, CONSUMER;

		static Origin of(@Nullable String clientId) {
			if (clientId != null && clientId.startsWith("holdfast-inspector")) {
				return INSPECTOR;
			}
			return (clientId != null && clientId.startsWith("holdfast-admin")) ? ADMIN : CONSUMER;
		}

	}

	/**
	 * The requests from one time to another, by their origin.
	 */
	static Map<Origin, Long> between(KafkaCluster cluster, Instant from, Instant to) {
		Map<Origin, Long> counts = new EnumMap<>(Origin.class);
		for (Origin origin : Origin.values()) {
			counts.put(origin, 0L);
		}
		for (WireRequest request : cluster.wire().requests()) {
			if (!request.at().isBefore(from) && !request.at().isAfter(to)) {
				counts.merge(Origin.of(request.clientId()), 1L, Long::sum);
			}
		}
		return counts;
	}

}
