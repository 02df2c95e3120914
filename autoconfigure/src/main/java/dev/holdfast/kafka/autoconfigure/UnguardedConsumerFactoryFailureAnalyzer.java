/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import dev.holdfast.kafka.autoconfigure.properties.HoldfastProperties;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Reports an {@link UnguardedConsumerFactoryException}.
 */
final class UnguardedConsumerFactoryFailureAnalyzer extends AbstractFailureAnalyzer<UnguardedConsumerFactoryException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, UnguardedConsumerFactoryException cause) {
		return new FailureAnalysis(cause.getMessage(), """
				Remove the reason. Or take the factory out on purpose with \
				'%1$s.consumer-factories.<name>.enabled=false', or let unguarded factories go with \
				'%1$s.on-unguarded=warn'.""".formatted(HoldfastProperties.PREFIX), cause);
	}

}
