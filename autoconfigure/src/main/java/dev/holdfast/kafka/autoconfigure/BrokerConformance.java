/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.util.List;

import dev.holdfast.kafka.conformance.report.ConformanceReport;
import org.jspecify.annotations.Nullable;

/**
 * Tells whether the brokers of this application's consumers keep their word. Thread-safe.
 */
public interface BrokerConformance {

	/**
	 * Asks the brokers of all consumer factories that Holdfast guards or caps, and waits
	 * for the verdicts. Factories that connect alike share one check. A call while
	 * another one runs gets the result of that one.
	 * @return one result for each kind of connection
	 */
	List<Result> check();

	/**
	 * What became of one check.
	 *
	 * @param factories the names of the consumer factories, as in the properties
	 * @param report what the check has found, {@code null} if there is none
	 * @param error why there is none, {@code null} if there is one
	 */
	record Result(List<String> factories, @Nullable ConformanceReport report, @Nullable String error) {

		/**
		 * Creates a result.
		 * @param factories the names of the consumer factories
		 * @param report what the check has found, or {@code null}
		 * @param error why there is none, or {@code null}
		 */
		public Result {
			factories = List.copyOf(factories);
		}

	}

}
