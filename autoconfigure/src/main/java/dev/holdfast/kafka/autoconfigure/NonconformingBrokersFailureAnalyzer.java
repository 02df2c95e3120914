/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.util.stream.Collectors;
import java.util.stream.Stream;

import dev.holdfast.kafka.autoconfigure.properties.HoldfastProperties;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Reports a {@link NonconformingBrokersException}.
 */
final class NonconformingBrokersFailureAnalyzer extends AbstractFailureAnalyzer<NonconformingBrokersException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, NonconformingBrokersException cause) {
		Stream<String> advice = cause.findings()
			.stream()
			.flatMap((finding) -> finding.advice().stream())
			.map((each) -> "'%s=%s'".formatted(each.property(), each.value()))
			.distinct();
		return new FailureAnalysis(cause.getMessage(),
				"Correct the brokers, or set %s and '%s.conformance.on-startup=warn'."
					.formatted(advice.collect(Collectors.collectingAndThen(Collectors.joining(", "),
							(text) -> text.isEmpty() ? "nothing else" : text)), HoldfastProperties.PREFIX),
				cause);
	}

}
