/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.enforcement;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.DecisionListener;
import dev.holdfast.kafka.offsetguard.internal.client.ConsumerConfigurationCapture;
import dev.holdfast.kafka.offsetguard.internal.ruling.ClaimTest;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.versioncap.rules.KafkaApi;
import dev.holdfast.kafka.versioncap.rules.LearnedCaps;

/**
 * Takes note of clusters whose brokers claim truncations that their own log refutes. It
 * is not enough that a broker does not repeat a claim, or that the log holds the witness:
 * the answer itself has to be wrong.
 */
public final class LyingBrokers implements DecisionListener {

	private final ConsumerConfigurationCapture client;

	private final LearnedCaps learned;

	public LyingBrokers(ConsumerConfigurationCapture client, LearnedCaps learned) {
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
