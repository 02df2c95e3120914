/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.inspection;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

import dev.holdfast.kafka.offsetguard.internal.client.ClientConfiguration;
import dev.holdfast.kafka.offsetguard.internal.ruling.ActionChooser;
import dev.holdfast.kafka.offsetguard.policy.Action;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.InterruptException;
import org.apache.kafka.common.errors.WakeupException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Adds to findings the end that the application itself can see. An inspector reads
 * uncommitted records too; under {@code read_committed} its end would skip what a
 * transaction in flight has yet to commit, so the client is asked.
 */
public final class LatestOffsets {

	private static final Logger logger = LoggerFactory.getLogger(LatestOffsets.class);

	private final Consumer<?, ?> client;

	private final ClientConfiguration configuration;

	private final ActionChooser chooser;

	public LatestOffsets(Consumer<?, ?> client, ClientConfiguration configuration, ActionChooser chooser) {
		this.client = client;
		this.configuration = configuration;
		this.chooser = chooser;
	}

	public void lookUp(List<Findings> findings, Duration timeout) {
		if (!configuration.readCommitted()) {
			findings.forEach((each) -> each.latestOffset = each.logEndAfter);
			return;
		}
		Map<TopicPartition, Findings> wanted = new HashMap<>();
		for (Findings each : findings) {
			if (chooser.mayChoose(each.partition().topic(), Action.LATEST)) {
				wanted.put(each.partition(), each);
			}
		}
		if (wanted.isEmpty()) {
			return;
		}
		try {
			Map<TopicPartition, Long> ends = client.endOffsets(wanted.keySet(), timeout);
			wanted.forEach((partition, each) -> each.latestOffset = ends.getOrDefault(partition, -1L));
		}
		catch (WakeupException ex) {
			// Meant for the poll around this.
			client.wakeup();
			throw ex;
		}
		catch (InterruptException ex) {
			throw ex;
		}
		catch (KafkaException ex) {
			logger.debug("No last stable offsets for {}", wanted.keySet(), ex);
		}
	}

}
