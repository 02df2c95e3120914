/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.security;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.Consumers;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.Security;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What a guarded consumer does when brokers refuse its password.
 */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class PasswordTests {

	/** How much longer a busy machine may take for the same. */
	private static final Duration JITTER = Duration.ofSeconds(3);

	private static KafkaCluster cluster;

	@BeforeAll
	static void start() {
		cluster = KafkaCluster.builder().security(Security.saslPlain().user("alice", "1").user("bob", "1")).start();
	}

	@AfterAll
	static void close() {
		cluster.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void wrongPasswordIsToldAsSoonAsByPlainKafka(String protocol) {
		TopicPartition partition = topic("wrong-" + protocol, false);
		Consumers consumers = SecuredRun.consumers(cluster, protocol, partition.topic(), "alice");
		consumers.with("sasl.jaas.config",
				String.valueOf(cluster.users().configuration("alice").get("sasl.jaas.config"))
					.replaceAll("password=\"\\d+\"", "password=\"wrong\""));

		Duration plain = timeToRefusal(consumers, false, partition);
		Duration guarded = timeToRefusal(consumers, true, partition);

		assertThat(guarded).isLessThan(plain.plus(JITTER));
		assertThat(consumers.decisions).isEmpty();
	}

	private static Duration timeToRefusal(Consumers consumers, boolean guarded, TopicPartition partition) {
		try (SecuredRun run = SecuredRun.of(consumers, guarded, partition)) {
			long start = System.nanoTime();
			run.readToRefusal();
			assertThat(run.refusals()).isEqualTo(List.of(SaslAuthenticationException.class));
			return Duration.ofNanos(System.nanoTime() - start);
		}
	}

	@ParameterizedTest
	@CsvSource({ "classic, false", "classic, true", "consumer, false", "consumer, true" })
	void newConsumerWithTheNewPassword(String protocol, boolean guarded) {
		TopicPartition partition = topic("rotated-%s-%s".formatted(protocol, guarded), true);
		String user = protocol.equals("classic") ? "alice" : "bob";
		Consumers consumers = SecuredRun.consumers(cluster, protocol, partition.topic(), user).oneProcess();
		if (protocol.equals("classic")) {
			// Without a login a member cannot leave its group.
			consumers.with("heartbeat.interval.ms", 500).with("session.timeout.ms", 4000);
		}
		SecuredRun old = SecuredRun.of(consumers, guarded, partition);
		try (old) {
			old.readTo(50);
			cluster.users().password(user, "new " + protocol + guarded);
			cluster.wire().disconnectAll();
			old.readToRefusal();
			assertThat(old.refusals()).isEqualTo(List.of(SaslAuthenticationException.class));
		}
		cluster.produce(partition, 30);
		cluster.users().configuration(user).forEach(consumers::with);

		readAsNew(consumers, guarded, partition, range(50, 80));
	}

	/**
	 * The helpers of a consumer that is still there have its old password.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false", "classic, true", "consumer, false", "consumer, true" })
	void newConsumerBesideOneWithTheOldPassword(String protocol, boolean guarded) {
		TopicPartition partition = topic("beside-%s-%s".formatted(protocol, guarded), true);
		TopicPartition other = topic("other-%s-%s".formatted(protocol, guarded), true);
		String user = protocol.equals("classic") ? "alice" : "bob";
		Consumers consumers = SecuredRun.consumers(cluster, protocol, other.topic(), user)
			.with("client.id", partition.topic())
			.oneProcess();
		try (SecuredRun old = SecuredRun.of(consumers, guarded, other)) {
			old.readTo(50);
			cluster.users().password(user, "newer " + protocol + guarded);
			cluster.wire().disconnectAll();
			old.readToRefusal();
			consumers.with("group.id", partition.topic());
			cluster.users().configuration(user).forEach(consumers::with);

			readAsNew(consumers, guarded, partition, range(20, 50));
		}
	}

	private static void readAsNew(Consumers consumers, boolean guarded, TopicPartition partition, List<Long> expected) {
		cluster.wire().forget();
		try (SecuredRun run = SecuredRun.of(consumers, guarded, partition)) {
			run.readTo(expected.get(expected.size() - 1) + 1);

			assertThat(run.refusals()).isEmpty();
			assertThat(run.offsets()).isEqualTo(expected);
		}
		assertThat(cluster.committed(partition.topic()).get(partition).offset())
			.isEqualTo(expected.get(expected.size() - 1) + 1);
		assertThat(consumers.decisions).isEmpty();
		// With an old password it could ask nothing.
		assertThat(cluster.wire().count("holdfast-admin-" + partition.topic(), ApiKeys.OFFSET_FETCH))
			.isEqualTo(guarded ? 1 : 0);
	}

	private static TopicPartition topic(String name, boolean committed) {
		TopicPartition partition = new TopicPartition(name, 0);
		cluster.createTopic(name, 1);
		cluster.produce(partition, 50);
		if (committed) {
			cluster.commit(name, partition, new OffsetAndMetadata(20));
		}
		return partition;
	}

}
