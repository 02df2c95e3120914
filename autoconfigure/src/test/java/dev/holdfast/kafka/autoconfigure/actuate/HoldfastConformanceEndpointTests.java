/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure.actuate;

import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.autoconfigure.HoldfastKafkaAutoConfiguration;
import dev.holdfast.kafka.conformance.report.Advice;
import dev.holdfast.kafka.conformance.report.Check;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.kafka.autoconfigure.KafkaAutoConfiguration;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * The endpoint {@code holdfastconformance}, where it is exposed.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class HoldfastConformanceEndpointTests {

	private final KafkaCluster cluster;

	private final ApplicationContextRunner runner;

	HoldfastConformanceEndpointTests(KafkaCluster cluster) {
		this.cluster = cluster;
		this.runner = new ApplicationContextRunner()
			.withConfiguration(AutoConfigurations.of(KafkaAutoConfiguration.class, HoldfastKafkaAutoConfiguration.class,
					HoldfastActuatorAutoConfiguration.class))
			.withPropertyValues("spring.kafka.bootstrap-servers=" + cluster.bootstrapServers());
	}

	@Test
	void isNotThereUnlessExposed() {
		runner.run((context) -> assertThat(context).doesNotHaveBean(HoldfastConformanceEndpoint.class));
	}

	@Test
	void tellsWhatBrokersAreLike() {
		cluster.createTopic("orders", 1);
		cluster.produce(new TopicPartition("orders", 0), 50);
		cluster.wire().inject(Fault.epochEndOffset(0));

		runner.withPropertyValues("management.endpoints.web.exposure.include=holdfastconformance").run((context) -> {
			HoldfastConformanceEndpoint.Answer answer = context.getBean(HoldfastConformanceEndpoint.class).check();

			assertThat(answer.connections()).singleElement().satisfies((connection) -> {
				assertThat(connection.factories()).containsExactly("kafkaConsumerFactory");
				assertThat(connection.verdict()).isEqualTo("failed");
				assertThat(connection.checks()).hasSize(Check.values().length);
				assertThat(connection.advice()).extracting(Advice::value).containsExactly("-1");
			});
		});
	}

}
