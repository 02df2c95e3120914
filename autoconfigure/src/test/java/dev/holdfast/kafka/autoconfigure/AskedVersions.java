/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import org.apache.kafka.common.protocol.ApiKeys;

import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.WireRequest;

/**
 * In which versions {@link AskingApplication}s have asked.
 */
final class AskedVersions {

	static final short LATEST = ApiKeys.METADATA.latestVersion();

	static final short CAPPED = 12;

	/**
	 * Has an application ask in {@link #CAPPED}.
	 */
	static final String CAP = "--holdfast.kafka.version-cap.max-versions.Metadata=12";

	private final KafkaCluster cluster;

	AskedVersions(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	String[] arguments(String clientId, String... more) {
		return Stream.concat(Stream.of("--spring.kafka.bootstrap-servers=" + cluster.bootstrapServers(),
				"--spring.kafka.consumer.client-id=" + clientId, "--spring.kafka.consumer.group-id=" + clientId,
				"--spring.main.banner-mode=off"), Stream.of(more))
			.toArray(String[]::new);
	}

	Set<Short> of(String clientId) {
		return cluster.wire()
			.requests()
			.stream()
			.filter((request) -> request.clientId().equals(clientId) && request.api() == ApiKeys.METADATA)
			.map(WireRequest::version)
			.collect(Collectors.toSet());
	}

}
