/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import dev.holdfast.kafka.conformance.report.Check;
import dev.holdfast.kafka.conformance.report.ConformanceReport;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A way in which the wire can lie, and exactly what the check finds, through the clients
 * of both group protocols. Brokers that do not answer take their time: so there is a
 * class for each group of faults.
 */
@LyingKafka(brokers = 3)
@Timeout(value = 300, unit = TimeUnit.SECONDS)
@Tag("long")
abstract class FaultVerdicts {

	private static final String TOPIC = "lied-about";

	/** Of which a silent broker gets a sixteenth for each question. */
	private static final Duration PATIENCE = Duration.ofSeconds(40);

	static final String UNDER = "failed under-reports";

	static final String OVER = "failed over-reports";

	static final String NO_ANSWER = "failed no-answer";

	static final String ERROR = "failed error";

	private final KafkaCluster cluster;

	FaultVerdicts(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@BeforeAll
	static void topic(KafkaCluster cluster) {
		Checking.topicOfTwoEpochs(cluster, TOPIC);
	}

	/** Each fault with each protocol. */
	static Stream<Arguments> withEachProtocol(Stream<Arguments> faults) {
		return faults.flatMap((each) -> Stream.of(Arguments.of(each.get()[0], "classic", each.get()[1]),
				Arguments.of(each.get()[0], "consumer", each.get()[2])));
	}

	static Arguments fault(Fault fault, Map<Check, String> faults) {
		return fault(fault, faults, faults);
	}

	static Arguments fault(Fault fault, Map<Check, String> classic, Map<Check, String> consumer) {
		return Arguments.of(fault, classic, consumer);
	}

	@ParameterizedTest
	@MethodSource("faults")
	void findsJustThat(Fault fault, String protocol, Map<Check, String> expected) {
		cluster.wire().inject(fault);

		ConformanceReport report = Checking.of(cluster, protocol).topic(TOPIC).writing().timeout(PATIENCE).run();

		assertThat(Checking.faults(report)).as(report.toString()).isEqualTo(expected);
	}

}
