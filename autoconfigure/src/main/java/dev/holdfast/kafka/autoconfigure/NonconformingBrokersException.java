/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.util.List;
import java.util.stream.Collectors;

import dev.holdfast.kafka.conformance.report.Finding;

/**
 * Thrown when {@code holdfast.kafka.conformance.on-startup} is {@code fail} and brokers
 * do not keep their word.
 */
final class NonconformingBrokersException extends RuntimeException {

	private final transient List<Finding> findings;

	NonconformingBrokersException(List<Finding> findings) {
		super(findings.stream()
			.map((finding) -> "    %s: %s".formatted(finding.check().id(), finding.detail()))
			.collect(Collectors.joining(System.lineSeparator(),
					"Brokers do not keep their word to consumers:%n%n".formatted(), "")));
		this.findings = List.copyOf(findings);
	}

	List<Finding> findings() {
		return findings;
	}

}
