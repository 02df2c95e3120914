/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure.actuate;

import java.util.List;

import dev.holdfast.kafka.autoconfigure.BrokerConformance;
import dev.holdfast.kafka.conformance.report.Advice;
import dev.holdfast.kafka.conformance.report.ConformanceReport;
import dev.holdfast.kafka.conformance.report.Finding;
import org.jspecify.annotations.Nullable;

import org.springframework.boot.actuate.endpoint.Access;
import org.springframework.boot.actuate.endpoint.annotation.Endpoint;
import org.springframework.boot.actuate.endpoint.annotation.ReadOperation;

/**
 * {@link Endpoint @Endpoint} that asks the brokers whether they keep their word, and
 * answers when it knows.
 */
@Endpoint(id = "holdfastconformance", defaultAccess = Access.READ_ONLY)
final class HoldfastConformanceEndpoint {

	private final BrokerConformance conformance;

	HoldfastConformanceEndpoint(BrokerConformance conformance) {
		this.conformance = conformance;
	}

	@ReadOperation
	Answer check() {
		return new Answer(conformance.check().stream().map(Connection::of).toList());
	}

	/**
	 * All of it.
	 *
	 * @param connections one for each kind of connection
	 */
	record Answer(List<Connection> connections) {
	}

	/**
	 * The brokers of some consumer factories.
	 *
	 * @param factories the factories' names
	 * @param error why there is no report
	 * @param verdict the worst of all verdicts
	 * @param clusterId the cluster's id
	 * @param checks each check
	 * @param advice the properties that help
	 */
	record Connection(List<String> factories, @Nullable String error, @Nullable String verdict,
			@Nullable String clusterId, List<CheckResult> checks, List<Advice> advice) {

		static Connection of(BrokerConformance.Result result) {
			ConformanceReport report = result.report();
			return (report == null)
					? new Connection(result.factories(), result.error(), null, null, List.of(), List.of())
					: new Connection(result.factories(), null, report.verdict().toString(), report.clusterId(),
							report.findings().stream().map(CheckResult::of).toList(), report.advice());
		}

	}

	/**
	 * One check.
	 *
	 * @param id its id
	 * @param verdict its verdict
	 * @param detail what brokers answered, and what contradicts it
	 * @param hint what that does to consumers
	 */
	record CheckResult(String id, String verdict, String detail, String hint) {

		static CheckResult of(Finding finding) {
			return new CheckResult(finding.check().id(), finding.verdict().toString(), finding.detail(),
					finding.hint());
		}

	}

}
