/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.report;

import java.util.List;

/**
 * What one check found. Holds no keys, no values and no secrets.
 *
 * @param check the check
 * @param verdict its verdict
 * @param kind which fault it is, such as {@code under-reports}; empty if there is none
 * @param detail what brokers answered, and what contradicts it, one line
 * @param hint what that does to consumers, and what to do; empty if there is nothing to
 * do
 * @param advice the properties that help
 * @param evidence one line for each broker, topic or partition that was asked
 */
public record Finding(Check check, Verdict verdict, String kind, String detail, String hint, List<Advice> advice,
		List<String> evidence) {

	/**
	 * Creates a finding.
	 * @param check the check
	 * @param verdict its verdict
	 * @param kind which fault it is, empty if there is none
	 * @param detail what brokers answered, one line
	 * @param hint what to do, empty if there is nothing to do
	 * @param advice the properties that help
	 * @param evidence one line for each broker, topic or partition that was asked
	 */
	public Finding {
		advice = List.copyOf(advice);
		evidence = List.copyOf(evidence);
	}

}
