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
import org.junit.jupiter.params.provider.Arguments;

import static dev.holdfast.kafka.conformance.report.Check.API_VERSIONS;
import static dev.holdfast.kafka.conformance.report.Check.COMMIT_EPOCH;
import static dev.holdfast.kafka.conformance.report.Check.EARLIER_EPOCH_END;
import static dev.holdfast.kafka.conformance.report.Check.LAST_EPOCH_END;
import static dev.holdfast.kafka.conformance.report.Check.OFFERED_VERSIONS;

/**
 * Versions that brokers do not offer.
 */
class VersionVerdictsTests extends FaultVerdicts {

	VersionVerdictsTests(KafkaCluster cluster) {
		super(cluster);
	}

	static Stream<Arguments> faults() {
		Map<Check, String> withoutEpochEnds = Map.of(OFFERED_VERSIONS, "warning features-lost", LAST_EPOCH_END,
				"warning not-offered", EARLIER_EPOCH_END, "warning not-offered");
		return withEachProtocol(
				Stream.of(fault(Fault.reset(ApiKeys.API_VERSIONS, 4), Map.of(API_VERSIONS, "failed resets")),
						fault(Fault.reset(ApiKeys.API_VERSIONS, 4).onBroker(1), Map.of(API_VERSIONS, "failed resets")),
						fault(Fault.hide(ApiKeys.OFFSET_FOR_LEADER_EPOCH), withoutEpochEnds),
						fault(Fault.advertise(ApiKeys.OFFSET_FOR_LEADER_EPOCH, 0, 2), withoutEpochEnds),
						fault(Fault.hide(ApiKeys.JOIN_GROUP), Map.of(OFFERED_VERSIONS, "failed below-floor"), Map.of()),
						fault(Fault.hide(ApiKeys.CONSUMER_GROUP_HEARTBEAT), Map.of(),
								Map.of(OFFERED_VERSIONS, "failed below-floor")),
						fault(Fault.advertise(ApiKeys.OFFSET_COMMIT, 2, 5),
								Map.of(OFFERED_VERSIONS, "warning features-lost", COMMIT_EPOCH, "warning dropped"),
								Map.of(OFFERED_VERSIONS, "failed below-floor", COMMIT_EPOCH, "warning dropped"))));
	}

}
