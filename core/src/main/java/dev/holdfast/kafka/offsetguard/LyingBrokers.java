/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import dev.holdfast.kafka.versioncap.KafkaApi;
import dev.holdfast.kafka.versioncap.LearnedCaps;

/**
 * Takes note of clusters whose brokers claim truncations that their own log refutes. That
 * a claim is not repeated, or that the witness is there, is not enough: the answer itself
 * has to be wrong.
 */
final class LyingBrokers implements DecisionListener {

	private final ConsumerConfigurationCapture client;

	private final LearnedCaps learned;

	LyingBrokers(ConsumerConfigurationCapture client, LearnedCaps learned) {
		this.client = client;
		this.learned = learned;
	}

	@Override
	public void onDecision(Decision decision) {
		String clusterId = client.clusterId();
		if (clusterId != null && decision.cause() == Cause.FALSE_TRUNCATION
				&& ClaimTest.verdict(decision.evidence()) == ClaimTest.Verdict.REFUTED) {
			learned.learn(clusterId, KafkaApi.OFFSET_FOR_LEADER_EPOCH);
		}
	}

}
