/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.security;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;

import dev.holdfast.kafka.offsetguard.Consumers;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.Security;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.IllegalSaslStateException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.security.authenticator.AbstractLogin;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Tokens that expire while consumers read. Consumers of both protocols, plain and
 * guarded, wait for that together.
 */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class ExpiringTokenTests {

	private static final Duration LIFETIME = Duration.ofSeconds(10);

	/** Clients renew their tokens as long before the end: time for a busy machine. */
	private static final Duration BUFFER = Duration.ofSeconds(7);

	private static KafkaCluster cluster;

	private final List<Member> members = new ArrayList<>();

	@BeforeAll
	static void start() {
		cluster = KafkaCluster.builder()
			.security(Security.saslOauthBearer(LIFETIME).acls())
			// Only then do brokers look at the age of tokens after the login.
			.brokerProperty("connections.max.reauth.ms", "60000")
			.start();
	}

	@AfterAll
	static void close() {
		cluster.close();
	}

	@AfterEach
	void leave() {
		members.forEach((each) -> each.run.close());
	}

	private record Member(TopicPartition partition, boolean guarded, Consumers consumers, SecuredRun run) {

		private boolean hasAuthenticatedAgain() {
			return count("", ApiKeys.SASL_AUTHENTICATE) > 0
					&& (!guarded || count("holdfast-admin-", ApiKeys.SASL_AUTHENTICATE) > 0);
		}

		/** The guard asks for topic ids again and again. */
		private boolean hasAskedAgain() {
			return !guarded || count("holdfast-admin-", ApiKeys.DESCRIBE_TOPIC_PARTITIONS) > 1;
		}

		private long count(String prefix, ApiKeys api) {
			return cluster.wire().count(prefix + partition.topic(), api);
		}

	}

	@Test
	void goesOnWithTokensThatClientsRenew() {
		join("renewed", (consumers) -> {
		});
		readTo(50);
		cluster.wire().forget();
		long start = System.nanoTime();
		pollUntil(() -> System.nanoTime() - start > LIFETIME.toNanos()
				&& members.stream().allMatch(Member::hasAuthenticatedAgain));

		cluster.wire().forget();
		members.forEach((each) -> cluster.produce(each.partition, 30));
		readTo(80);
		pollUntil(() -> members.stream().allMatch(Member::hasAskedAgain));

		assertThat(members).hasSize(4).allSatisfy((each) -> {
			assertThat(each.run.refusals()).isEmpty();
			assertThat(each.run.offsets()).isEqualTo(range(20, 80));
			assertThat(cluster.committed(each.partition.topic()).get(each.partition).offset()).isEqualTo(80);
			assertThat(each.consumers.decisions).isEmpty();
		});
	}

	/**
	 * Where the machine is slow, tokens expire before all is read.
	 */
	@Test
	void expiredTokensHaveTheSameConsequences() {
		join("expired", (consumers) -> consumers.with("sasl.login.class", LoginWithoutRenewal.class));

		pollUntil(() -> members.stream()
			.allMatch((each) -> each.run.refusals().contains(SaslAuthenticationException.class)));

		assertThat(members).hasSize(4).allSatisfy((each) -> {
			// Clients may try to use the connection on which they were refused once more.
			assertThat(each.run.refusals()).isSubsetOf(SaslAuthenticationException.class,
					IllegalSaslStateException.class);
			assertThat(range(20, 50)).startsWith(each.run.offsets().toArray(Long[]::new));
			assertThat(each.consumers.decisions).isEmpty();
		});
	}

	private void readTo(long offset) {
		pollUntil(() -> members.stream().allMatch((each) -> each.run.hasRead(offset)));
		members.forEach((each) -> each.run.commit());
	}

	private void pollUntil(BooleanSupplier condition) {
		SecuredRun.pollUntil(members.stream().map(Member::run).toList(), condition);
	}

	private void join(String name, Consumer<Consumers> settings) {
		for (String protocol : List.of("classic", "consumer")) {
			for (boolean guarded : new boolean[] { false, true }) {
				TopicPartition partition = topic("%s-%s-%s".formatted(name, protocol, guarded));
				Consumers consumers = SecuredRun.consumers(cluster, protocol, partition.topic(), "alice")
					.with("sasl.login.refresh.min.period.seconds", (short) 0)
					.with("sasl.login.refresh.buffer.seconds", (short) BUFFER.toSeconds())
					.timing(new OffsetGuardSettings.Timing(Duration.ofSeconds(5), Duration.ofSeconds(30),
							Duration.ofMillis(500)));
				settings.accept(consumers);
				members.add(new Member(partition, guarded, consumers, SecuredRun.of(consumers, guarded, partition)));
			}
		}
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
