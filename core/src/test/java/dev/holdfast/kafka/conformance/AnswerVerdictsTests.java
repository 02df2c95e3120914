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

import static dev.holdfast.kafka.conformance.report.Check.CLUSTER_ID;
import static dev.holdfast.kafka.conformance.report.Check.EARLIER_EPOCH_END;
import static dev.holdfast.kafka.conformance.report.Check.LAST_EPOCH_END;
import static dev.holdfast.kafka.conformance.report.Check.LOG_END;
import static dev.holdfast.kafka.conformance.report.Check.LOG_START;
import static dev.holdfast.kafka.conformance.report.Check.READS;
import static dev.holdfast.kafka.conformance.report.Check.TOPIC_IDS;

/**
 * Answers that are missing, or say that there is an error.
 */
class AnswerVerdictsTests extends FaultVerdicts {

	AnswerVerdictsTests(KafkaCluster cluster) {
		super(cluster);
	}

	static Stream<Arguments> faults() {
		Map<Check, String> epochs = Map.of(LAST_EPOCH_END, NO_ANSWER, EARLIER_EPOCH_END, NO_ANSWER);
		return withEachProtocol(Stream.of(fault(Fault.silence(ApiKeys.OFFSET_FOR_LEADER_EPOCH), epochs),
				fault(Fault.reset(ApiKeys.OFFSET_FOR_LEADER_EPOCH, 0), epochs),
				fault(Fault.error(ApiKeys.OFFSET_FOR_LEADER_EPOCH, Errors.UNKNOWN_SERVER_ERROR), epochs),
				fault(Fault.silence(ApiKeys.FETCH), Map.of(READS, NO_ANSWER)),
				fault(Fault.reset(ApiKeys.FETCH, 0), Map.of(READS, NO_ANSWER)),
				fault(Fault.error(ApiKeys.FETCH, Errors.NOT_LEADER_OR_FOLLOWER), Map.of(READS, NO_ANSWER)),
				fault(Fault.error(ApiKeys.FETCH, Errors.INVALID_REQUEST), Map.of(READS, ERROR)),
				fault(Fault.silence(ApiKeys.LIST_OFFSETS), Map.of(LOG_START, NO_ANSWER, LOG_END, NO_ANSWER)),
				fault(Fault.error(ApiKeys.LIST_OFFSETS, Errors.INVALID_REQUEST),
						Map.of(LOG_START, ERROR, LOG_END, ERROR)),
				fault(Fault.error(ApiKeys.METADATA, Errors.LEADER_NOT_AVAILABLE),
						Map.of(LOG_START, NO_ANSWER, LOG_END, NO_ANSWER)),
				fault(Fault.error(ApiKeys.DESCRIBE_TOPIC_PARTITIONS, Errors.INVALID_REQUEST), Map.of(TOPIC_IDS, ERROR)),
				// Admin clients need it to describe topics, too.
				fault(Fault.error(ApiKeys.DESCRIBE_CLUSTER, Errors.INVALID_REQUEST),
						Map.of(CLUSTER_ID, ERROR, TOPIC_IDS, ERROR))));
	}

}
