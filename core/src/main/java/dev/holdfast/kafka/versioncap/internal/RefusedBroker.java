/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap.internal;

import java.util.Map;

import dev.holdfast.kafka.versioncap.rules.KafkaApi;
import dev.holdfast.kafka.versioncap.rules.VersionCap;
import org.apache.kafka.clients.NodeApiVersions;
import org.apache.kafka.common.message.ApiVersionsResponseData.ApiVersion;
import org.jspecify.annotations.Nullable;

/**
 * A broker that offers less than it has to.
 *
 * @param node its connection id
 * @param api the API
 * @param offered the highest version that it offers, -1 if none
 * @param required the lowest version that it has to offer
 */
public record RefusedBroker(String node, KafkaApi api, int offered, int required) {

	static @Nullable RefusedBroker find(String node, NodeApiVersions versions, VersionCap cap) {
		for (Map.Entry<KafkaApi, Integer> rule : cap.minVersions().entrySet()) {
			ApiVersion offered = versions.apiVersion(rule.getKey().key());
			int max = (offered != null) ? offered.maxVersion() : VersionCap.NEVER;
			if (max < rule.getValue()) {
				return new RefusedBroker(node, rule.getKey(), max, rule.getValue());
			}
		}
		return null;
	}

	public NodeId id() {
		return NodeId.of(node);
	}

	/**
	 * The name that people know it by.
	 */
	public String name() {
		NodeId id = id();
		return (id.isBootstrap() ? "Bootstrap server " : "Broker ") + id.number();
	}

}
