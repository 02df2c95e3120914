/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import dev.holdfast.kafka.autoconfigure.properties.HoldfastProperties;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Says which Spring Boot is missing.
 */
final class UnsupportedSpringBootFailureAnalyzer extends AbstractFailureAnalyzer<UnsupportedSpringBootException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, UnsupportedSpringBootException cause) {
		return new FailureAnalysis(cause.getMessage() + ".", """
				Update the application to Spring Boot 4. Until then, remove the Holdfast starter; '%s.enabled: false' \
				switches off what is Holdfast's own, but not the modules of Spring Boot 4 that the starter brings."""
			.formatted(HoldfastProperties.PREFIX), cause);
	}

}
