/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.security;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.Consumers;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.Security;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * The guard's own clients show the consumer's certificate.
 */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class CertificateTests {

	private static final Duration JITTER = Duration.ofSeconds(3);

	private static KafkaCluster cluster;

	@BeforeAll
	static void start() {
		cluster = KafkaCluster.builder().security(Security.mutualTls().user("alice").expiredUser("eve")).start();
	}

	@AfterAll
	static void close() {
		cluster.close();
	}

	@ParameterizedTest
	@CsvSource({ "classic, false", "classic, true", "consumer, false", "consumer, true" })
	void lieUnderMutualTls(String protocol, boolean guarded) {
		TopicPartition partition = topic("lie-%s-%s".formatted(protocol, guarded));
		Consumers consumers = SecuredRun.consumers(cluster, protocol, partition.topic(), "alice");

		try (Fault.Handle lie = cluster.wire().inject(Fault.epochEndOffset(0).forTopic(partition.topic()));
				SecuredRun run = SecuredRun.of(consumers, guarded, partition)) {
			run.readTo(50);

			assertThat(run.offsets()).isEqualTo(guarded ? range(20, 50) : range(0, 50));
			assertThat(run.refusals()).isEmpty();
			assertThat(lie.hits()).isPositive();
		}

		assertThat(cluster.committed(partition.topic()).get(partition).offset()).isEqualTo(50);
		assertThat(consumers.causes()).isEqualTo(guarded ? List.of(Cause.FALSE_TRUNCATION) : List.of());
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void expiredCertificateIsToldAsSoonAsByPlainKafka(String protocol) {
		TopicPartition partition = topic("expired-" + protocol);
		Consumers consumers = SecuredRun.consumers(cluster, protocol, partition.topic(), "eve");

		Duration plain = timeToRefusal(consumers, false, partition);
		Duration guarded = timeToRefusal(consumers, true, partition);

		assertThat(guarded).isLessThan(plain.plus(JITTER));
		assertThat(consumers.decisions).isEmpty();
	}

	private static Duration timeToRefusal(Consumers consumers, boolean guarded, TopicPartition partition) {
		try (SecuredRun run = SecuredRun.of(consumers, guarded, partition)) {
			long start = System.nanoTime();
			run.readToRefusal();
			assertThat(run.refusals()).isEqualTo(List.of(SslAuthenticationException.class));
			return Duration.ofNanos(System.nanoTime() - start);
		}
	}

	private static TopicPartition topic(String name) {
		TopicPartition partition = new TopicPartition(name, 0);
		cluster.createTopic(name, 1);
		cluster.produce(partition, 50);
		cluster.commit(name, partition, new OffsetAndMetadata(20, Optional.of(0), ""));
		return partition;
	}

}
