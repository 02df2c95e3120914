/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance.internal.evidence;

import java.util.List;

/**
 * All that was asked in one round, by clients that were opened for it.
 *
 * @param brokers by broker
 * @param rights by resource
 * @param logs by partition
 * @param commits with and without a bookmark's length of metadata; empty if nothing may
 * be written
 */
public record RoundFacts(List<BrokerFacts> brokers, List<RightFacts> rights, List<LogFacts> logs,
		List<CommitFacts> commits) {

	public RoundFacts {
		brokers = List.copyOf(brokers);
		rights = List.copyOf(rights);
		logs = List.copyOf(logs);
		commits = List.copyOf(commits);
	}

}
