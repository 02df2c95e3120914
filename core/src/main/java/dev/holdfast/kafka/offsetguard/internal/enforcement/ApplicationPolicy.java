/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard.internal.enforcement;

import dev.holdfast.kafka.offsetguard.evidence.Evidence;
import dev.holdfast.kafka.offsetguard.internal.client.ClientConfiguration;
import dev.holdfast.kafka.offsetguard.internal.ruling.ActionChooser;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.OffsetResetPolicy;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Asks an application's own policy. That may throw, or answer an action that the cause
 * does not allow.
 */
public final class ApplicationPolicy implements ActionChooser.OwnPolicy {

	private static final Logger logger = LoggerFactory.getLogger(ApplicationPolicy.class);

	private final OffsetResetPolicy policy;

	private final ClientConfiguration configuration;

	private ApplicationPolicy(OffsetResetPolicy policy, ClientConfiguration configuration) {
		this.policy = policy;
		this.configuration = configuration;
	}

	public static @Nullable ApplicationPolicy of(@Nullable OffsetResetPolicy policy,
			ClientConfiguration configuration) {
		return (policy != null) ? new ApplicationPolicy(policy, configuration) : null;
	}

	@Override
	public @Nullable Action choose(TopicPartition partition, Cause cause, Action configured, Evidence evidence) {
		try {
			Action chosen = policy.decide(new OffsetResetPolicy.Question(configuration.groupId(),
					configuration.clientId(), partition, cause, configured, evidence));
			if (cause.allowedActions().contains(chosen)) {
				return chosen;
			}
			logger.warn("{} answers '{}' about cause '{}' of {}, and allowed are {}: it is held", policy, chosen, cause,
					partition, cause.allowedActions());
		}
		catch (RuntimeException ex) {
			logger.warn("{} failed on cause '{}' of {}: it is held", policy, cause, partition, ex);
		}
		return null;
	}

}
