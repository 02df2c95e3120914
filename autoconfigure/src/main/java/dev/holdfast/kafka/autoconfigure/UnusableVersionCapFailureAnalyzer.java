/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import dev.holdfast.kafka.autoconfigure.properties.HoldfastProperties;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says which rules to change when a cap is too low for a consumer.
 */
final class UnusableVersionCapFailureAnalyzer extends AbstractFailureAnalyzer<UnusableVersionCapException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, UnusableVersionCapException cause) {
		return new FailureAnalysis(cause.getMessage(), """
				Raise or remove these rules in '%s.version-cap', or in 'version-cap' of the consumer factory. Where a \
				release is what makes them too low, put a higher version of single APIs on top with 'max-versions', \
				or use the group protocol that the release knows.""".formatted(HoldfastProperties.PREFIX), cause);
	}

}
