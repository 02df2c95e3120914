/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.security;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.Consumers;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.Security;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.security.authenticator.AbstractLogin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tokens that expire while a consumer reads.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ExpiringTokenTests {

	private static final Duration LIFETIME = Duration.ofSeconds(5);

	private static KafkaCluster cluster;

	@BeforeAll
	static void start() {
		cluster = KafkaCluster.builder()
			.security(Security.saslOauthBearer(LIFETIME).acls())
			// Only then do brokers look at the age of tokens.
			.brokerProperty("connections.max.reauth.ms", "60000")
			.start();
	}

	@AfterAll
	static void close() {
		cluster.close();
	}

	@ParameterizedTest
	@CsvSource({ "classic, false", "classic, true", "consumer, false", "consumer, true" })
	void goesOnWithTokensThatClientsRenew(String protocol, boolean guarded) {
		TopicPartition partition = topic("renewed-%s-%s".formatted(protocol, guarded));
		Consumers consumers = consumers(protocol, partition, 0.5);

		try (SecuredRun run = SecuredRun.of(consumers, guarded, partition)) {
			run.readTo(50);
			cluster.wire().forget();
			long start = System.nanoTime();
			run.pollUntil(() -> System.nanoTime() - start > LIFETIME.multipliedBy(2).toNanos());
			long authentications = cluster.wire().count(partition.topic(), ApiKeys.SASL_AUTHENTICATE);
			long ofAdmin = cluster.wire().count("holdfast-admin-", ApiKeys.SASL_AUTHENTICATE);
			cluster.wire().forget();
			cluster.produce(partition, 30);
			run.readTo(80);
			run.pollUntil(
					() -> !guarded || cluster.wire().count("holdfast-admin-", ApiKeys.DESCRIBE_TOPIC_PARTITIONS) > 1);

			assertThat(run.refusals()).isEmpty();
			assertThat(run.offsets()).isEqualTo(range(20, 80));
			assertThat(authentications).isPositive();
			assertThat(ofAdmin).matches((count) -> !guarded || count > 0);
		}

		assertThat(cluster.committed(partition.topic()).get(partition).offset()).isEqualTo(80);
		assertThat(consumers.decisions).isEmpty();
	}

	/**
	 * A client that may not renew its token before a minute has passed.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void expiredTokenHasTheSameConsequences(String protocol) {
		assertThat(afterExpiry(protocol, true)).isEqualTo(afterExpiry(protocol, false)).isNotEmpty();
	}

	private static List<Class<?>> afterExpiry(String protocol, boolean guarded) {
		TopicPartition partition = topic("expired-%s-%s".formatted(protocol, guarded));
		Consumers consumers = consumers(protocol, partition, 0.5).with("sasl.login.class", LoginWithoutRenewal.class);
		try (SecuredRun run = SecuredRun.of(consumers, guarded, partition)) {
			run.readTo(50);
			run.readToRefusal();
			assertThat(run.offsets()).isEqualTo(range(20, 50));
			assertThat(consumers.decisions).isEmpty();
			return run.refusals();
		}
	}

	private static Consumers consumers(String protocol, TopicPartition partition, double window) {
		return SecuredRun.consumers(cluster, protocol, partition.topic(), "alice")
			.with("sasl.login.refresh.min.period.seconds", (short) 0)
			.with("sasl.login.refresh.buffer.seconds", (short) 0)
			.with("sasl.login.refresh.window.factor", window)
			.with("sasl.login.refresh.window.jitter", 0.0)
			.timing(new OffsetGuardSettings.Timing(Duration.ofSeconds(5), Duration.ofSeconds(30),
					Duration.ofMillis(500)));
	}

	private static TopicPartition topic(String name) {
		TopicPartition partition = new TopicPartition(name, 0);
		cluster.createTopic(name, 1);
		cluster.produce(partition, 50);
		cluster.commit(name, partition, new OffsetAndMetadata(20));
		cluster.users().grant("alice", ResourceType.TOPIC, name, AclOperation.READ);
		cluster.users().grant("alice", ResourceType.GROUP, name, AclOperation.READ);
		return partition;
	}

	/**
	 * Logs in once.
	 */
	public static final class LoginWithoutRenewal extends AbstractLogin {

		@Override
		public String serviceName() {
			return "kafka";
		}

		@Override
		public void close() {
		}

	}

}
