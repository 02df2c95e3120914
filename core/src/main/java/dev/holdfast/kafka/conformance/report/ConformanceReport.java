/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.report;

import java.time.Duration;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.stream.Collectors;

import dev.holdfast.kafka.versioncap.BrokerVersions;

/**
 * What a conformance check found about the brokers of a cluster.
 *
 * @param clusterId the cluster's id, empty if it has none
 * @param brokers each broker that was asked, with the Kafka release that it is or is like
 * @param partitions how many partitions were looked at
 * @param took how long it took
 * @param findings one for each check, in the order of {@link Check}
 */
public record ConformanceReport(String clusterId, List<Broker> brokers, int partitions, Duration took,
		List<Finding> findings) {

	/**
	 * Creates a report.
	 * @param clusterId the cluster's id, empty if it has none
	 * @param brokers each broker that was asked
	 * @param partitions how many partitions were looked at
	 * @param took how long it took
	 * @param findings one for each check
	 */
	public ConformanceReport {
		brokers = List.copyOf(brokers);
		findings = List.copyOf(findings);
	}

	/**
	 * A broker that was asked.
	 *
	 * @param id the broker's id
	 * @param releaseGuess the Kafka release that offers the same, as far as that can be
	 * told; empty if it is not known what the broker offers
	 * @param apis what it offers, empty if that is not known
	 */
	public record Broker(int id, String releaseGuess, List<BrokerVersions.Line> apis) {

		/**
		 * Creates a broker.
		 * @param id the broker's id
		 * @param releaseGuess the Kafka release that offers the same, or empty
		 * @param apis what it offers, empty if that is not known
		 */
		public Broker {
			apis = List.copyOf(apis);
		}

	}

	/**
	 * The worst verdict of all checks.
	 * @return the verdict, {@link Verdict#SKIPPED} if nothing was checked
	 */
	public Verdict verdict() {
		return findings.stream().map(Finding::verdict).min(Comparator.naturalOrder()).orElse(Verdict.SKIPPED);
	}

	/**
	 * The finding of a check.
	 * @param check the check
	 * @return its finding
	 * @throws IllegalArgumentException if the report has none
	 */
	public Finding of(Check check) {
		return findings.stream()
			.filter((finding) -> finding.check() == check)
			.findFirst()
			.orElseThrow(() -> new IllegalArgumentException("The report has no finding of " + check.id()));
	}

	/**
	 * The properties that help on these brokers, each once.
	 * @return the advice, in the order of the checks
	 */
	public List<Advice> advice() {
		return List.copyOf(findings.stream()
			.flatMap((finding) -> finding.advice().stream())
			.collect(Collectors.toMap(Advice::property, (each) -> each, (one, other) -> one, LinkedHashMap::new))
			.values());
	}

}
