/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.errors.AuthenticationException;
import org.apache.kafka.common.errors.SaslAuthenticationException;
import org.apache.kafka.common.errors.SslAuthenticationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.resource.ResourceType;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

@Timeout(value = 180, unit = TimeUnit.SECONDS)
class SecurityTests {

	private static final TopicPartition PARTITION = new TopicPartition("secured", 0);

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void usersMayReadWhatTheyAreGranted(boolean scram) {
		Security security = (scram ? Security.saslScram() : Security.saslPlain()).user("alice", "old")
			.user("bob", "bob's")
			.acls();
		try (KafkaCluster cluster = KafkaCluster.builder().brokers(2).security(security).start()) {
			cluster.createTopic(PARTITION.topic(), 1);
			cluster.produce(PARTITION, 10);
			cluster.users().grant("alice", ResourceType.TOPIC, PARTITION.topic(), AclOperation.READ);

			assertThat(read(cluster, "alice")).isEqualTo(LongStream.range(0, 10).boxed().toList());
			assertThatExceptionOfType(TopicAuthorizationException.class).isThrownBy(() -> read(cluster, "bob"));
			assertThat(cluster.wire().count(ApiKeys.SASL_AUTHENTICATE)).isPositive();

			cluster.users().revoke("alice", ResourceType.TOPIC, PARTITION.topic(), AclOperation.READ);
			assertThatExceptionOfType(TopicAuthorizationException.class).isThrownBy(() -> read(cluster, "alice"));
		}
	}

	@ParameterizedTest
	@ValueSource(booleans = { false, true })
	void passwordsChange(boolean scram) {
		Security security = (scram ? Security.saslScram() : Security.saslPlain()).user("alice", "old");
		try (KafkaCluster cluster = KafkaCluster.builder().security(security).start()) {
			cluster.createTopic(PARTITION.topic(), 1);
			cluster.produce(PARTITION, 10);
			Map<String, Object> old = cluster.users().configuration("alice");

			cluster.users().password("alice", "new");

			assertThat(read(cluster, "alice")).hasSize(10);
			assertThatExceptionOfType(SaslAuthenticationException.class).isThrownBy(() -> read(old));
			cluster.restartBroker(0);
			assertThat(read(cluster, "alice")).hasSize(10);
			assertThatIllegalArgumentException().isThrownBy(() -> cluster.users().password("nobody", "x"));
		}
	}

	@Test
	void wireReadsWhatIsEncrypted() {
		Security security = Security.mutualTls().user("alice").user("bob").expiredUser("eve").acls();
		try (KafkaCluster cluster = KafkaCluster.builder().security(security).start()) {
			cluster.createTopic(PARTITION.topic(), 1);
			cluster.produce(PARTITION, 10);
			cluster.users().grant("alice", ResourceType.TOPIC, PARTITION.topic(), AclOperation.READ);

			assertThat(read(cluster, "alice")).hasSize(10);
			assertThat(cluster.wire().count(ApiKeys.FETCH)).isPositive();
			assertThatExceptionOfType(TopicAuthorizationException.class).isThrownBy(() -> read(cluster, "bob"));
			assertThatExceptionOfType(SslAuthenticationException.class).isThrownBy(() -> read(cluster, "eve"));
			assertThatIllegalArgumentException().isThrownBy(() -> cluster.users().configuration("nobody"));
		}
	}

	@Test
	void certificateOfBrokersMayBeExpired() {
		Security security = Security.tls();
		try (KafkaCluster cluster = KafkaCluster.builder().security(security.expiredBrokers()).start()) {
			cluster.createTopic(PARTITION.topic(), 1);

			assertThatExceptionOfType(AuthenticationException.class).isThrownBy(() -> read(cluster, "anybody"));
		}
	}

	@Test
	void tokensOverTls() {
		Security security = Security.saslOauthBearer(Duration.ofMinutes(5)).encrypted().acls();
		try (KafkaCluster cluster = KafkaCluster.builder().security(security).start()) {
			cluster.createTopic(PARTITION.topic(), 1);
			cluster.produce(PARTITION, 10);
			cluster.users().grant("alice", ResourceType.TOPIC, PARTITION.topic(), AclOperation.READ);

			assertThat(read(cluster, "alice")).hasSize(10);
			assertThatExceptionOfType(TopicAuthorizationException.class).isThrownBy(() -> read(cluster, "bob"));
		}
	}

	@Test
	void refusesWhatMakesNoSense() {
		assertThatIllegalStateException().isThrownBy(() -> Security.tls().acls());
		assertThatIllegalStateException().isThrownBy(() -> Security.mutualTls().user("alice", "secret"));
		assertThatIllegalStateException().isThrownBy(() -> Security.saslPlain().user("alice"));
		assertThatIllegalStateException().isThrownBy(() -> Security.saslPlain().expiredBrokers());
	}

	private static List<Long> read(KafkaCluster cluster, String user) {
		return read(cluster.users().configuration(user));
	}

	private static List<Long> read(Map<String, Object> user) {
		Map<String, Object> configuration = new HashMap<>(user);
		configuration.put("auto.offset.reset", "earliest");
		try (Consumer<String, String> consumer = new KafkaConsumer<>(configuration, new StringDeserializer(),
				new StringDeserializer())) {
			consumer.assign(List.of(PARTITION));
			Polling<String, String> polling = Polling.of(consumer);
			return polling.until(() -> polling.offsets(PARTITION).size() >= 10).offsets(PARTITION);
		}
	}

}
