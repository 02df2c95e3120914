/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.report;

import java.time.Duration;
import java.util.List;

/**
 * What a conformance check looks at. Immutable.
 *
 * @param topics names of topics, or patterns of whole names; empty for all topics that
 * are not internal
 * @param groups consumer groups whose rights are looked at
 * @param everything whether to look at all brokers and partitions, not at some of each
 * @param writing whether to commit as a group of the check's own, which is deleted
 * afterwards
 * @param timeout the bound on the whole check
 */
public record ConformanceRequest(List<String> topics, List<String> groups, boolean everything, boolean writing,
		Duration timeout) {

	/** Enough for a cluster that answers. */
	public static final Duration DEFAULT_TIMEOUT = Duration.ofSeconds(60);

	/**
	 * Creates a request.
	 * @param topics names of topics, or patterns of whole names
	 * @param groups consumer groups whose rights are looked at
	 * @param everything whether to look at all brokers and partitions
	 * @param writing whether to commit as a group of the check's own
	 * @param timeout the bound on the whole check
	 * @throws IllegalArgumentException if the timeout is not positive
	 */
	public ConformanceRequest {
		topics = List.copyOf(topics);
		groups = List.copyOf(groups);
		if (timeout.isNegative() || timeout.isZero()) {
			throw new IllegalArgumentException("The timeout is " + timeout + ", but has to be positive");
		}
	}

	/**
	 * Looks at some partitions of all topics, and writes nothing.
	 * @return the request
	 */
	public static ConformanceRequest defaults() {
		return new ConformanceRequest(List.of(), List.of(), false, false, DEFAULT_TIMEOUT);
	}

	/**
	 * Looks at these topics only.
	 * @param names names, or patterns of whole names
	 * @return a copy
	 */
	public ConformanceRequest topics(String... names) {
		return new ConformanceRequest(List.of(names), groups, everything, writing, timeout);
	}

}
