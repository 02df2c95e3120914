/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.util.HashMap;
import java.util.List;
import java.util.Map;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds to findings the end that the application itself can see. An inspector reads
 * uncommitted records too; under {@code read_committed} its end would skip what a
 * transaction in flight has yet to commit, so the client is asked.
 */
final class LatestOffsets {

	private static final Logger logger = LoggerFactory.getLogger(LatestOffsets.class);

	private final Consumer<?, ?> client;

	private final ClientConfiguration configuration;

	private final OffsetGuardSettings settings;

	LatestOffsets(Consumer<?, ?> client, ClientConfiguration configuration, OffsetGuardSettings settings) {
		this.client = client;
		this.configuration = configuration;
		this.settings = settings;
	}

	void lookUp(List<Findings> findings) {
		if (!configuration.readCommitted()) {
			findings.forEach((each) -> each.latestOffset = each.logEndAfter);
			return;
		}
		Map<TopicPartition, Findings> wanted = new HashMap<>();
		for (Findings each : findings) {
			if (settings.policy().mayUse(each.partition().topic(), Action.LATEST)) {
				wanted.put(each.partition(), each);
			}
		}
		if (wanted.isEmpty()) {
			return;
		}
		try {
			Map<TopicPartition, Long> ends = client.endOffsets(wanted.keySet(), settings.inspectionTimeout());
			wanted.forEach((partition, each) -> each.latestOffset = ends.getOrDefault(partition, -1L));
		}
		catch (TimeoutException ex) {
			logger.debug("No last stable offsets for {} in time", wanted.keySet(), ex);
		}
	}

}
