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
import org.junit.jupiter.params.provider.Arguments;

import static dev.holdfast.kafka.conformance.report.Check.EARLIER_EPOCH_END;
import static dev.holdfast.kafka.conformance.report.Check.FUTURE_EPOCH_END;
import static dev.holdfast.kafka.conformance.report.Check.LAST_EPOCH_END;

/**
 * Wrong ends of epochs.
 */
class EpochEndVerdictsTests extends FaultVerdicts {

	EpochEndVerdictsTests(KafkaCluster cluster) {
		super(cluster);
	}

	/** Logs start at 5, have epoch 0 up to 20, and epoch 1 from there to 40. */
	static Stream<Arguments> faults() {
		Map<Check, String> under = Map.of(LAST_EPOCH_END, UNDER, EARLIER_EPOCH_END, UNDER, FUTURE_EPOCH_END, UNDER);
		return withEachProtocol(Stream.of(fault(Fault.epochEndOffset(0), under), fault(Fault.epochEndOffset(5), under),
				fault(Fault.epochEndOffset(19), under),
				fault(Fault.epochEndOffset(21),
						Map.of(LAST_EPOCH_END, UNDER, EARLIER_EPOCH_END, OVER, FUTURE_EPOCH_END, UNDER)),
				fault(Fault.epochEndOffset(41), Map.of(LAST_EPOCH_END, OVER, EARLIER_EPOCH_END, OVER)),
				fault(Fault.undefinedEpochEndOffset(),
						Map.of(LAST_EPOCH_END, "failed undefined", EARLIER_EPOCH_END, "failed undefined"))));
	}

}
