/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.simulation;

import java.util.Collection;

import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.common.TopicPartition;

/**
 * The application's rebalance listener.
 */
final class ApplicationListener implements ConsumerRebalanceListener {

	private final Run run;

	ApplicationListener(Run run) {
		this.run = run;
	}

	@Override
	public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
		run.trace().say("revoked " + partitions);
		run.leave(partitions);
	}

	@Override
	public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
		run.trace().say("assigned " + partitions);
		for (Step step : run.script().steps()) {
			if (step instanceof Step.AskWhenAssigned ask) {
				partitions.forEach((each) -> run.perform(new Step.Position(each.partition(), ask.millis())));
			}
		}
	}

}
