/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure.properties;

import java.util.List;
import java.util.stream.Collectors;

import org.springframework.boot.diagnostics.AbstractFailureAnalyzer;
import org.springframework.boot.diagnostics.FailureAnalysis;

/**
 * Reports all mistakes of an {@link InvalidHoldfastPropertiesException}, one a line.
 */
final class InvalidHoldfastPropertiesFailureAnalyzer
		extends AbstractFailureAnalyzer<InvalidHoldfastPropertiesException> {

	@Override
	protected FailureAnalysis analyze(Throwable rootFailure, InvalidHoldfastPropertiesException cause) {
		List<PropertyMistake> mistakes = cause.mistakes();
		String number = (mistakes.size() != 1) ? "are %d mistakes".formatted(mistakes.size()) : "is a mistake";
		String description = mistakes.stream()
			.map((mistake) -> "    " + mistake)
			.collect(Collectors.joining("%n".formatted(), "There %s in Holdfast's properties:%n%n".formatted(number),
					""));
		return new FailureAnalysis(description,
				"Correct these properties, or remove them. '%s.enabled=false' turns Holdfast off."
					.formatted(HoldfastProperties.PREFIX),
				cause);
	}

}
