/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance;

import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import dev.holdfast.kafka.conformance.report.Check;
import dev.holdfast.kafka.conformance.report.ConformanceReport;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static dev.holdfast.kafka.conformance.report.Check.API_VERSIONS;
import static dev.holdfast.kafka.conformance.report.Check.CLUSTER_ID;
import static dev.holdfast.kafka.conformance.report.Check.COMMIT_EPOCH;
import static dev.holdfast.kafka.conformance.report.Check.COMMIT_METADATA;
import static dev.holdfast.kafka.conformance.report.Check.EARLIER_EPOCH_END;
import static dev.holdfast.kafka.conformance.report.Check.FUTURE_EPOCH_END;
import static dev.holdfast.kafka.conformance.report.Check.LAST_EPOCH_END;
import static dev.holdfast.kafka.conformance.report.Check.LOG_END;
import static dev.holdfast.kafka.conformance.report.Check.LOG_START;
import static dev.holdfast.kafka.conformance.report.Check.OFFERED_VERSIONS;
import static dev.holdfast.kafka.conformance.report.Check.OUT_OF_RANGE;
import static dev.holdfast.kafka.conformance.report.Check.READS;
import static dev.holdfast.kafka.conformance.report.Check.TOPIC_IDS;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every way in which the wire can lie, and exactly what the check finds, through the
 * clients of both group protocols.
 */
@LyingKafka(brokers = 3)
@Timeout(value = 300, unit = TimeUnit.SECONDS)
@Tag("long")
class FaultVerdictsTests {

	private static final String TOPIC = "lied-about";

	/** Of which a silent broker gets a sixteenth for each question. */
	private static final Duration PATIENCE = Duration.ofSeconds(40);

	private static final String UNDER = "failed under-reports";

	private static final String OVER = "failed over-reports";

	private static final String NO_ANSWER = "failed no-answer";

	private static final String ERROR = "failed error";

	private final KafkaCluster cluster;

	FaultVerdictsTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@BeforeAll
	static void topic(KafkaCluster cluster) {
		Checking.topicOfTwoEpochs(cluster, TOPIC);
	}

	static Stream<Arguments> faults() {
		return Stream
			.of(ends(), answers(), versions(), commits(),
					Stream.of(fault(Fault.topicId(Uuid.randomUuid()), Map.of(READS, NO_ANSWER)),
							fault(Fault.delay(Duration.ofMillis(50)), Map.of()),
							fault(Fault.offsetOutOfRange(), Map.of(OUT_OF_RANGE, "failed spurious"))))
			.flatMap((some) -> some)
			.flatMap((each) -> Stream.of(Arguments.of(each.get()[0], "classic", each.get()[1]),
					Arguments.of(each.get()[0], "consumer", each.get()[2])));
	}

	/** Logs start at 5, have epoch 0 up to 20, and epoch 1 from there to 40. */
	private static Stream<Arguments> ends() {
		Map<Check, String> under = Map.of(LAST_EPOCH_END, UNDER, EARLIER_EPOCH_END, UNDER, FUTURE_EPOCH_END, UNDER);
		return Stream.of(fault(Fault.epochEndOffset(0), under), fault(Fault.epochEndOffset(5), under),
				fault(Fault.epochEndOffset(19), under),
				fault(Fault.epochEndOffset(21),
						Map.of(LAST_EPOCH_END, UNDER, EARLIER_EPOCH_END, OVER, FUTURE_EPOCH_END, UNDER)),
				fault(Fault.epochEndOffset(41), Map.of(LAST_EPOCH_END, OVER, EARLIER_EPOCH_END, OVER)),
				fault(Fault.undefinedEpochEndOffset(),
						Map.of(LAST_EPOCH_END, "failed undefined", EARLIER_EPOCH_END, "failed undefined")));
	}

	private static Stream<Arguments> answers() {
		Map<Check, String> epochs = Map.of(LAST_EPOCH_END, NO_ANSWER, EARLIER_EPOCH_END, NO_ANSWER);
		return Stream.of(fault(Fault.silence(ApiKeys.OFFSET_FOR_LEADER_EPOCH), epochs),
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
						Map.of(CLUSTER_ID, ERROR, TOPIC_IDS, ERROR)));
	}

	private static Stream<Arguments> versions() {
		Map<Check, String> withoutEpochEnds = Map.of(OFFERED_VERSIONS, "warning features-lost", LAST_EPOCH_END,
				"warning not-offered", EARLIER_EPOCH_END, "warning not-offered");
		return Stream.of(fault(Fault.reset(ApiKeys.API_VERSIONS, 4), Map.of(API_VERSIONS, "failed resets")),
				fault(Fault.reset(ApiKeys.API_VERSIONS, 4).onBroker(1), Map.of(API_VERSIONS, "failed resets")),
				fault(Fault.hide(ApiKeys.OFFSET_FOR_LEADER_EPOCH), withoutEpochEnds),
				fault(Fault.advertise(ApiKeys.OFFSET_FOR_LEADER_EPOCH, 0, 2), withoutEpochEnds),
				fault(Fault.hide(ApiKeys.JOIN_GROUP), Map.of(OFFERED_VERSIONS, "failed below-floor"), Map.of()),
				fault(Fault.hide(ApiKeys.CONSUMER_GROUP_HEARTBEAT), Map.of(),
						Map.of(OFFERED_VERSIONS, "failed below-floor")),
				fault(Fault.advertise(ApiKeys.OFFSET_COMMIT, 2, 5),
						Map.of(OFFERED_VERSIONS, "warning features-lost", COMMIT_EPOCH, "warning dropped"),
						Map.of(OFFERED_VERSIONS, "failed below-floor", COMMIT_EPOCH, "warning dropped")));
	}

	private static Stream<Arguments> commits() {
		return Stream.of(fault(Fault.noCommittedOffset(), lost("failed lost")),
				fault(Fault.error(ApiKeys.OFFSET_COMMIT, Errors.INVALID_REQUEST), lost(ERROR)),
				fault(Fault.error(ApiKeys.OFFSET_FETCH, Errors.INVALID_REQUEST), lost(ERROR)),
				fault(Fault.error(ApiKeys.FIND_COORDINATOR, Errors.INVALID_REQUEST), lost(ERROR)),
				fault(Fault.error(ApiKeys.JOIN_GROUP, Errors.INVALID_REQUEST), Map.of()),
				fault(Fault.error(ApiKeys.SYNC_GROUP, Errors.INVALID_REQUEST), Map.of()),
				fault(Fault.error(ApiKeys.HEARTBEAT, Errors.INVALID_REQUEST), Map.of()),
				fault(Fault.error(ApiKeys.CONSUMER_GROUP_HEARTBEAT, Errors.INVALID_REQUEST), Map.of()));
	}

	private static Map<Check, String> lost(String kind) {
		return Map.of(COMMIT_METADATA, kind, COMMIT_EPOCH, kind);
	}

	private static Arguments fault(Fault fault, Map<Check, String> faults) {
		return fault(fault, faults, faults);
	}

	private static Arguments fault(Fault fault, Map<Check, String> classic, Map<Check, String> consumer) {
		return Arguments.of(fault, classic, consumer);
	}

	/**
	 * A new kind of fault needs a line here, and one in the table. Scrambled answers have
	 * no verdict of their own: {@link ConformanceCheckTests} has them.
	 */
	@Test
	void everyKindOfFaultIsTried() {
		assertThat(Stream.of(Fault.class.getDeclaredMethods())
			.filter((method) -> Modifier.isStatic(method.getModifiers()) && Modifier.isPublic(method.getModifiers()))
			.map(Method::getName)).containsExactlyInAnyOrder("epochEndOffset", "undefinedEpochEndOffset", "topicId",
					"noCommittedOffset", "error", "offsetOutOfRange", "scrambled", "silence", "delay", "reset",
					"advertise", "hide");
	}

	@ParameterizedTest
	@MethodSource("faults")
	void findsJustThat(Fault fault, String protocol, Map<Check, String> expected) {
		cluster.wire().inject(fault);

		ConformanceReport report = Checking.of(cluster, protocol).topic(TOPIC).writing().timeout(PATIENCE).run();

		assertThat(Checking.faults(report)).as(report.toString()).isEqualTo(expected);
	}

}
