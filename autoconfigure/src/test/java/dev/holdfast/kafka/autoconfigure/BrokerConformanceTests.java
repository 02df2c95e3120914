/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.conformance.report.Check;
import dev.holdfast.kafka.conformance.report.Verdict;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import dev.holdfast.kafka.test.WireRequest;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The conformance check in an application, at its start and on demand.
 */
@LyingKafka
@ExtendWith(OutputCaptureExtension.class)
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class BrokerConformanceTests {

	private final KafkaCluster cluster;

	private final ApplicationContextRunner runner;

	BrokerConformanceTests(KafkaCluster cluster) {
		this.cluster = cluster;
		this.runner = new ApplicationContextRunner()
			.withConfiguration(
					AutoConfigurations.of(KafkaAutoConfiguration.class, HoldfastKafkaAutoConfiguration.class))
			.withPropertyValues("spring.kafka.bootstrap-servers=" + cluster.bootstrapServers(),
					"spring.kafka.consumer.group-id=any");
	}

	@BeforeAll
	static void topic(KafkaCluster cluster) {
		cluster.createTopic("orders", 1);
		cluster.produce(new TopicPartition("orders", 0), 50);
	}

	@Test
	void asksNothingByDefault() {
		runner.run((context) -> {
			assertThat(context).hasNotFailed();
			assertThat(cluster.wire().requests()).extracting(WireRequest::clientId)
				.noneMatch((id) -> id.startsWith("holdfast-conformance"));
		});
	}

	@Test
	void tellsOnDemandWhatBrokersAreLike() {
		runner.run((context) -> {
			List<BrokerConformance.Result> results = context.getBean(BrokerConformance.class).check();

			assertThat(results).singleElement().satisfies((result) -> {
				assertThat(result.factories()).containsExactly("kafkaConsumerFactory");
				assertThat(result.report()).isNotNull();
				assertThat(result.report().verdict()).isEqualTo(Verdict.SOUND);
			});
		});
	}

	@Test
	void failsTheStartOnLyingBrokers() {
		cluster.wire().inject(Fault.epochEndOffset(0));

		runner.withPropertyValues("holdfast.kafka.conformance.on-startup=fail").run((context) -> {
			assertThat(context).hasFailed();
			assertThat(context.getStartupFailure()).isInstanceOf(NonconformingBrokersException.class)
				.hasMessageContaining("last-epoch-end: orders-0: the end of epoch 0 is said to be 0");
			assertThat(new NonconformingBrokersFailureAnalyzer().analyze(context.getStartupFailure()).getAction())
				.isEqualTo("Correct the brokers, or set "
						+ "'holdfast.kafka.version-cap.max-versions.OffsetForLeaderEpoch=-1' "
						+ "and 'holdfast.kafka.conformance.on-startup=warn'.");
		});
	}

	@Test
	void startsOnHonestBrokers() {
		runner.withPropertyValues("holdfast.kafka.conformance.on-startup=fail")
			.run((context) -> assertThat(context).hasNotFailed());
	}

	@Test
	void startsWithoutBrokers(CapturedOutput output) {
		cluster.wire().inject(Fault.silence());

		runner
			.withPropertyValues("holdfast.kafka.conformance.on-startup=fail", "holdfast.kafka.conformance.timeout=12s")
			.run((context) -> {
				assertThat(context).hasNotFailed();
				assertThat(output)
					.contains("The brokers of [kafkaConsumerFactory] could not be checked: No broker answers");
			});
	}

	@Test
	void warnsWhileTheApplicationGoesOn(CapturedOutput output) {
		cluster.wire().inject(Fault.epochEndOffset(0));

		runner.withPropertyValues("holdfast.kafka.conformance.on-startup=warn").run((context) -> {
			assertThat(context).hasNotFailed();
			await().atMost(Duration.ofSeconds(60))
				.untilAsserted(() -> assertThat(output)
					.contains("The brokers of [kafkaConsumerFactory] do not keep their word. last-epoch-end failed: ")
					.contains("What helps: holdfast.kafka.version-cap.max-versions.OffsetForLeaderEpoch: -1"));
		});
	}

	@Test
	void learnsWhatTheLogRefutes(CapturedOutput output) {
		cluster.wire().inject(Fault.epochEndOffset(0));

		runner.withPropertyValues("holdfast.kafka.version-cap.learn=true").run((context) -> {
			List<BrokerConformance.Result> results = context.getBean(BrokerConformance.class).check();

			assertThat(results).singleElement()
				.satisfies((result) -> assertThat(result.report().of(Check.OFFERED_VERSIONS).verdict())
					.isEqualTo(Verdict.SOUND));
			assertThat(output).contains("consumers of this application do not ask them any more");
		});
	}

}
