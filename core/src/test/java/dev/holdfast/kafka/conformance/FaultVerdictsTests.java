/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Map;
import java.util.stream.Stream;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.provider.Arguments;

import static dev.holdfast.kafka.conformance.report.Check.OUT_OF_RANGE;
import static dev.holdfast.kafka.conformance.report.Check.READS;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Other faults, and whether each kind is tried.
 */
class FaultVerdictsTests extends FaultVerdicts {

	FaultVerdictsTests(KafkaCluster cluster) {
		super(cluster);
	}

	static Stream<Arguments> faults() {
		return withEachProtocol(Stream.of(fault(Fault.topicId(Uuid.randomUuid()), Map.of(READS, NO_ANSWER)),
				fault(Fault.delay(Duration.ofMillis(50)), Map.of()),
				fault(Fault.offsetOutOfRange(), Map.of(OUT_OF_RANGE, "failed spurious"))));
	}

	/**
	 * A new kind of fault needs a line here, and one in a table of these classes.
	 * Scrambled answers have no verdict of their own: {@link ConformanceCheckTests} has
	 * them.
	 */
	@Test
	void everyKindOfFaultIsTried() {
		assertThat(Stream.of(Fault.class.getDeclaredMethods())
			.filter((method) -> Modifier.isStatic(method.getModifiers()) && Modifier.isPublic(method.getModifiers()))
			.map(Method::getName)).containsExactlyInAnyOrder("epochEndOffset", "undefinedEpochEndOffset", "topicId",
					"noCommittedOffset", "error", "offsetOutOfRange", "scrambled", "silence", "delay", "reset",
					"advertise", "hide");
	}

}
