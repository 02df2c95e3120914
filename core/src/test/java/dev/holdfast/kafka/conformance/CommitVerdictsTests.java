/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance;

import java.util.Map;
import java.util.stream.Stream;

import dev.holdfast.kafka.conformance.report.Check;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.params.provider.Arguments;

import static dev.holdfast.kafka.conformance.report.Check.COMMIT_EPOCH;
import static dev.holdfast.kafka.conformance.report.Check.COMMIT_METADATA;

/**
 * Commits, and what else belongs to a group.
 */
class CommitVerdictsTests extends FaultVerdicts {

	CommitVerdictsTests(KafkaCluster cluster) {
		super(cluster);
	}

	static Stream<Arguments> faults() {
		return withEachProtocol(Stream.of(fault(Fault.noCommittedOffset(), lost("failed lost")),
				fault(Fault.error(ApiKeys.OFFSET_COMMIT, Errors.INVALID_REQUEST), lost(ERROR)),
				fault(Fault.error(ApiKeys.OFFSET_FETCH, Errors.INVALID_REQUEST), lost(ERROR)),
				fault(Fault.error(ApiKeys.FIND_COORDINATOR, Errors.INVALID_REQUEST), lost(ERROR)),
				fault(Fault.error(ApiKeys.JOIN_GROUP, Errors.INVALID_REQUEST), Map.of()),
				fault(Fault.error(ApiKeys.SYNC_GROUP, Errors.INVALID_REQUEST), Map.of()),
				fault(Fault.error(ApiKeys.HEARTBEAT, Errors.INVALID_REQUEST), Map.of()),
				fault(Fault.error(ApiKeys.CONSUMER_GROUP_HEARTBEAT, Errors.INVALID_REQUEST), Map.of())));
	}

	private static Map<Check, String> lost(String kind) {
		return Map.of(COMMIT_METADATA, kind, COMMIT_EPOCH, kind);
	}

}
