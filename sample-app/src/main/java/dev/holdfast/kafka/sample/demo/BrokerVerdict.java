/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.sample.demo;

import java.io.PrintStream;
import java.util.Map;

import dev.holdfast.kafka.conformance.ConformanceCheck;
import dev.holdfast.kafka.conformance.report.ConformanceReport;
import dev.holdfast.kafka.conformance.report.ConformanceRequest;
import dev.holdfast.kafka.conformance.report.Verdict;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.versioncap.ClientCap;

/**
 * What the conformance check says of the brokers, while they lie and while they do not.
 */
final class BrokerVerdict {

	private final PrintStream out;

	BrokerVerdict(PrintStream out) {
		this.out = out;
	}

	/**
	 * Checks the brokers twice.
	 * @param cluster the brokers
	 * @return whether the check has told the lie from the truth
	 */
	boolean tell(KafkaCluster cluster) {
		ConformanceReport lying;
		try (Fault.Handle lie = cluster.wire().inject(Fault.epochEndOffset(0))) {
			lying = check(cluster);
		}
		ConformanceReport honest = check(cluster);
		print("lying", lying);
		print("honest", honest);
		return lying.verdict() == Verdict.FAILED && !honest.verdict().isAtLeast(Verdict.WARNING);
	}

	private static ConformanceReport check(KafkaCluster cluster) {
		return new ConformanceCheck(Map.of("bootstrap.servers", cluster.bootstrapServers()), ClientCap.none())
			.run(ConformanceRequest.defaults(), (step) -> {
			});
	}

	private void print(String kind, ConformanceReport report) {
		out.printf("The conformance check of the %s brokers: %s%n", kind, report.verdict());
		report.findings()
			.stream()
			.filter((finding) -> finding.verdict().isAtLeast(Verdict.WARNING))
			.forEach((finding) -> out.printf("  %s: %s%n", finding.check().id(), finding.detail()));
		report.advice().forEach((advice) -> out.printf("  What helps: %s: %s%n", advice.property(), advice.value()));
	}

}
