/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.internal.evidence;

import java.util.Map;
import java.util.Optional;

import dev.holdfast.kafka.versioncap.BrokerVersions;
import org.apache.kafka.common.Uuid;

/**
 * What one broker answered about itself and the cluster.
 *
 * @param id the broker's id
 * @param newestApiVersions whether it answers the client's newest version of ApiVersions
 * @param versions what it offers
 * @param clusterId the id of its cluster, empty if it has none
 * @param topicIds the ids of the topics
 */
public record BrokerFacts(int id, Answer<Boolean> newestApiVersions, Answer<BrokerVersions> versions,
		Answer<Optional<String>> clusterId, Map<String, Answer<Uuid>> topicIds) {
}
