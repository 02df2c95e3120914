/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance;

import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.conformance.report.Advice;
import dev.holdfast.kafka.conformance.report.BrokersUnreachableException;
import dev.holdfast.kafka.conformance.report.Check;
import dev.holdfast.kafka.conformance.report.ConformanceReport;
import dev.holdfast.kafka.conformance.report.Verdict;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What the check says of honest and of lying brokers.
 */
@LyingKafka(brokers = 3)
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class ConformanceCheckTests {

	private static final String TOPIC = "checked";

	private final KafkaCluster cluster;

	ConformanceCheckTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@BeforeAll
	static void topic(KafkaCluster cluster) {
		Checking.topicOfTwoEpochs(cluster, TOPIC);
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void honestBrokersAreSound(String protocol) {
		ConformanceReport report = Checking.of(cluster, protocol).topic(TOPIC).writing().run();

		assertThat(report.findings()).hasSize(Check.values().length)
			.allSatisfy((finding) -> assertThat(finding.verdict()).isEqualTo(Verdict.SOUND));
		assertThat(report.advice()).isEmpty();
		assertThat(report.brokers()).hasSize(3)
			.allSatisfy((broker) -> assertThat(broker.releaseGuess()).isEqualTo("4.2"));
		assertThat(report.partitions()).isEqualTo(3);
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void endOffsetZeroIsFound(String protocol) {
		cluster.wire().inject(Fault.epochEndOffset(0));

		ConformanceReport report = Checking.of(cluster, protocol).topic(TOPIC).run();

		assertThat(report.of(Check.LAST_EPOCH_END).detail()).matches(
				"checked-\\d: the end of epoch 1 is said to be 0, but the record at 39 has that epoch \\(3 of 3 alike\\)");
		assertThat(report.advice())
			.containsExactly(new Advice("holdfast.kafka.version-cap.max-versions.OffsetForLeaderEpoch", "-1",
					"brokers answer wrongly where the last epoch ends"));
	}

	@Test
	void oneLyingBrokerIsEnough() {
		cluster.wire().inject(Fault.undefinedEpochEndOffset().onBroker(1));

		ConformanceReport report = Checking.of(cluster, "classic").topic(TOPIC).run();

		assertThat(report.of(Check.LAST_EPOCH_END).kind()).isEqualTo("undefined");
		assertThat(report.of(Check.LAST_EPOCH_END).detail()).endsWith("(1 of 3 alike)");
	}

	@Test
	void brokerWithOldMetadataIsFound() {
		Uuid old = Uuid.randomUuid();
		cluster.wire().inject(Fault.topicId(old).onBroker(1));

		ConformanceReport report = Checking.of(cluster, "classic").topic(TOPIC).run();

		assertThat(report.of(Check.TOPIC_IDS).kind()).isEqualTo("differs");
		assertThat(report.of(Check.TOPIC_IDS).detail()).contains(old + " on brokers [1]");
	}

	/**
	 * One lie in the first of two rounds is no proof.
	 */
	@Test
	void faultThatIsNotRepeatedIsNotProven() {
		cluster.wire().inject(Fault.epochEndOffset(0).forPartition(new TopicPartition(TOPIC, 0)).times(1));

		ConformanceReport report = Checking.of(cluster, "classic").topic(TOPIC).run();

		assertThat(Checking.faults(report)).isEqualTo(Map.of(Check.LAST_EPOCH_END, "undecided"));
	}

	@Test
	void silentBrokersAreUnreachable() {
		cluster.wire().inject(Fault.silence());
		Checking checking = Checking.of(cluster, "classic").topic(TOPIC).timeout(Duration.ofSeconds(12));

		assertThatThrownBy(checking::run).isInstanceOf(BrokersUnreachableException.class);
	}

	@Test
	void silentBrokerCostsTheOthersNothingButTime() {
		cluster.wire().inject(Fault.silence().onBroker(1));
		long start = System.nanoTime();

		ConformanceReport report = Checking.of(cluster, "classic").topic(TOPIC).timeout(Duration.ofSeconds(30)).run();

		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(60));
		assertThat(report.of(Check.LOG_END).verdict()).as(report.toString()).isEqualTo(Verdict.FAILED);
		assertThat(report.of(Check.LOG_END).detail()).endsWith("(1 of 3 alike)");
		assertThat(report.of(Check.LAST_EPOCH_END).verdict()).isEqualTo(Verdict.SOUND);
		assertThat(report.of(Check.API_VERSIONS).detail()).startsWith("broker 1: ApiVersions got no answer");
	}

	/**
	 * Whatever brokers answer, the check ends in time.
	 */
	@ParameterizedTest
	@ValueSource(longs = { 1, 2, 3 })
	void scrambledAnswersEndInAReport(long seed) {
		cluster.wire().inject(Fault.scrambled(seed));
		long start = System.nanoTime();
		try {
			ConformanceReport report = Checking.of(cluster, "classic")
				.topic(TOPIC)
				.timeout(Duration.ofSeconds(20))
				.run();
			assertThat(report.findings()).hasSize(Check.values().length);
		}
		catch (BrokersUnreachableException ex) {
			assertThat(ex).hasMessageStartingWith("No broker answers");
		}
		assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(60));
	}

	@Test
	void clusterIdOfAnImageIsShared() {
		try (KafkaCluster other = KafkaCluster.builder().clusterId("4L6g3nShT-eMCtK--X86sw").start()) {
			ConformanceReport report = Checking.of(other, "classic").run();

			assertThat(Checking.faults(report)).isEqualTo(Map.of(Check.CLUSTER_ID, "warning shared"));
			assertThat(report.of(Check.READS).detail()).isEqualTo("there is no partition to look at");
		}
	}

}
