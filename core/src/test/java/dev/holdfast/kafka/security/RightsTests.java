/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.security;

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
import org.apache.kafka.common.acl.AccessControlEntry;
import org.apache.kafka.common.acl.AclBinding;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.acl.AclPermissionType;
import org.apache.kafka.common.errors.GroupAuthorizationException;
import org.apache.kafka.common.errors.TopicAuthorizationException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.resource.PatternType;
import org.apache.kafka.common.resource.ResourcePattern;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What a guarded consumer does with the rights that a plain one needs, and with fewer.
 */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class RightsTests {

	private static final String USER = "alice";

	private static KafkaCluster cluster;

	@BeforeAll
	static void start() {
		cluster = KafkaCluster.builder().security(Security.saslScram().user(USER, "alice's").acls()).start();
	}

	@AfterAll
	static void close() {
		cluster.close();
	}

	@ParameterizedTest
	@CsvSource({ "classic, false", "classic, true", "consumer, false", "consumer, true" })
	void readsAndCommitsWithTheRightToReadTopicAndGroup(String protocol, boolean guarded) {
		TopicPartition partition = topic("least-%s-%s".formatted(protocol, guarded), 50);
		grantAll(partition);
		cluster.commit(partition.topic(), partition, new OffsetAndMetadata(20));
		Consumers consumers = SecuredRun.consumers(cluster, protocol, partition.topic(), USER);

		try (SecuredRun run = SecuredRun.of(consumers, guarded, partition)) {
			run.readTo(50);

			assertThat(run.offsets()).isEqualTo(range(20, 50));
			assertThat(run.refusals()).isEmpty();
		}

		assertThat(committed(partition)).isEqualTo(50);
		assertThat(consumers.causes()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "classic, false", "classic, true", "consumer, false", "consumer, true" })
	void inspectorHasTheRightsOfItsConsumer(String protocol, boolean guarded) {
		TopicPartition partition = topic("lie-%s-%s".formatted(protocol, guarded), 50);
		grantAll(partition);
		cluster.commit(partition.topic(), partition, new OffsetAndMetadata(20, Optional.of(0), ""));
		Consumers consumers = SecuredRun.consumers(cluster, protocol, partition.topic(), USER);
		cluster.wire().forget();

		try (Fault.Handle lie = cluster.wire().inject(Fault.epochEndOffset(0).forTopic(partition.topic()));
				SecuredRun run = SecuredRun.of(consumers, guarded, partition)) {
			run.readTo(50);

			assertThat(run.offsets()).isEqualTo(guarded ? range(20, 50) : range(0, 50));
			assertThat(lie.hits()).isPositive();
		}

		assertThat(committed(partition)).isEqualTo(50);
		if (guarded) {
			assertThat(consumers.causes()).containsExactly(Cause.FALSE_TRUNCATION);
			assertThat(cluster.wire().count("holdfast-inspector-" + partition.topic(), ApiKeys.SASL_AUTHENTICATE))
				.isPositive();
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void recreatedTopicIsRecognizedWithTheRightToReadIt(String protocol) {
		TopicPartition partition = topic("recreated-" + protocol, 50);
		grantAll(partition);
		Consumers consumers = SecuredRun.consumers(cluster, protocol, partition.topic(), USER);
		try (SecuredRun run = SecuredRun.of(consumers, true, partition)) {
			run.pollUntil(() -> run.offsets().size() == 50);
			run.commit(50);
		}
		OffsetAndMetadata commit = cluster.committed(partition.topic()).get(partition);
		cluster.deleteTopic(partition.topic());
		topic(partition.topic(), 80);
		cluster.commit(partition.topic(), partition, commit);

		try (SecuredRun run = SecuredRun.of(consumers, true, partition)) {
			run.readTo(80);

			assertThat(run.offsets()).isEqualTo(range(0, 80));
		}

		assertThat(consumers.causes()).endsWith(Cause.TOPIC_RECREATED);
	}

	@ParameterizedTest
	@CsvSource({ "classic, false", "classic, true", "consumer, false", "consumer, true" })
	void withoutTheRightToReadTheTopic(String protocol, boolean guarded) {
		TopicPartition partition = topic("no-topic-%s-%s".formatted(protocol, guarded), 50);
		grantGroup(partition);
		cluster.commit(partition.topic(), partition, new OffsetAndMetadata(20));
		Consumers consumers = SecuredRun.consumers(cluster, protocol, partition.topic(), USER);

		try (SecuredRun run = SecuredRun.of(consumers, guarded, partition)) {
			run.readToRefusal();
			grantTopic(partition);
			run.readTo(50);

			assertThat(run.refusals()).isEqualTo(List.of(TopicAuthorizationException.class));
			assertThat(run.offsets()).isEqualTo(range(20, 50));
		}

		assertThat(committed(partition)).isEqualTo(50);
		assertThat(consumers.causes()).isEmpty();
	}

	/**
	 * With the right to describe it, clients have its metadata, but no records.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false", "classic, true", "consumer, false", "consumer, true" })
	void withTheRightToDescribeTheTopicOnly(String protocol, boolean guarded) {
		TopicPartition partition = topic("describe-%s-%s".formatted(protocol, guarded), 50);
		grantGroup(partition);
		cluster.users().grant(USER, ResourceType.TOPIC, partition.topic(), AclOperation.DESCRIBE);
		cluster.commit(partition.topic(), partition, new OffsetAndMetadata(20));
		Consumers consumers = SecuredRun.consumers(cluster, protocol, partition.topic(), USER);

		try (SecuredRun run = SecuredRun.of(consumers, guarded, partition)) {
			run.readToRefusal();
			grantTopic(partition);
			run.readTo(50);

			assertThat(run.refusals()).isEqualTo(List.of(TopicAuthorizationException.class));
			assertThat(run.offsets()).isEqualTo(range(20, 50));
		}

		assertThat(consumers.causes()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "classic, false", "classic, true" })
	void withoutTheRightToReadTheGroup(String protocol, boolean guarded) {
		TopicPartition partition = topic("no-group-%s-%s".formatted(protocol, guarded), 50);
		grantTopic(partition);
		cluster.commit(partition.topic(), partition, new OffsetAndMetadata(20));
		Consumers consumers = SecuredRun.consumers(cluster, protocol, partition.topic(), USER);

		try (SecuredRun run = SecuredRun.of(consumers, guarded, partition)) {
			run.readToRefusal();
			grantGroup(partition);
			run.readTo(50);

			assertThat(run.refusals()).isEqualTo(List.of(GroupAuthorizationException.class));
			assertThat(run.offsets()).isEqualTo(range(20, 50));
		}

		assertThat(committed(partition)).isEqualTo(50);
		assertThat(consumers.causes()).isEmpty();
	}

	/**
	 * The client's membership ends with the refusal: the application needs a new
	 * consumer.
	 */
	@ParameterizedTest
	@CsvSource({ "consumer, false", "consumer, true" })
	void newConsumerAfterTheRightToReadTheGroupIsThere(String protocol, boolean guarded) {
		TopicPartition partition = topic("no-group-%s-%s".formatted(protocol, guarded), 50);
		grantTopic(partition);
		cluster.commit(partition.topic(), partition, new OffsetAndMetadata(20));
		Consumers consumers = SecuredRun.consumers(cluster, protocol, partition.topic(), USER);
		try (SecuredRun run = SecuredRun.of(consumers, guarded, partition)) {
			run.readToRefusal();
			assertThat(run.refusals()).isEqualTo(List.of(GroupAuthorizationException.class));
		}
		grantGroup(partition);

		try (SecuredRun run = SecuredRun.of(consumers, guarded, partition)) {
			run.readTo(50);

			assertThat(run.refusals()).isEmpty();
			assertThat(run.offsets()).isEqualTo(range(20, 50));
		}

		assertThat(committed(partition)).isEqualTo(50);
	}

	/**
	 * Whoever may read a group may describe it, unless a rule denies it. Then nobody
	 * knows the commits.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false", "classic, true", "consumer, false", "consumer, true" })
	void withoutTheRightToDescribeTheGroup(String protocol, boolean guarded) {
		TopicPartition partition = topic("no-describe-%s-%s".formatted(protocol, guarded), 50);
		grantAll(partition);
		cluster.commit(partition.topic(), partition, new OffsetAndMetadata(20));
		AclBinding denial = new AclBinding(
				new ResourcePattern(ResourceType.GROUP, partition.topic(), PatternType.LITERAL),
				new AccessControlEntry("User:" + USER, "*", AclOperation.DESCRIBE, AclPermissionType.DENY));
		cluster.admin().createAcls(List.of(denial));
		await().until(() -> cluster.admin().describeAcls(denial.toFilter()).values().get().size() == 1);
		Consumers consumers = SecuredRun.consumers(cluster, protocol, partition.topic(), USER);

		try (SecuredRun run = SecuredRun.of(consumers, guarded, partition)) {
			run.readToRefusal();
			cluster.admin().deleteAcls(List.of(denial.toFilter()));
			run.readTo(50);

			assertThat(run.refusals()).isEqualTo(List.of(GroupAuthorizationException.class));
			assertThat(run.offsets()).isEqualTo(range(20, 50));
		}

		assertThat(committed(partition)).isEqualTo(50);
		assertThat(consumers.causes()).isEmpty();
	}

	@ParameterizedTest
	@CsvSource({ "classic, false", "classic, true", "consumer, false", "consumer, true" })
	void goesOnWhenTheRightToReadTheTopicIsBack(String protocol, boolean guarded) {
		TopicPartition partition = topic("taken-%s-%s".formatted(protocol, guarded), 50);
		grantAll(partition);
		cluster.commit(partition.topic(), partition, new OffsetAndMetadata(20));
		Consumers consumers = SecuredRun.consumers(cluster, protocol, partition.topic(), USER);

		try (SecuredRun run = SecuredRun.of(consumers, guarded, partition)) {
			run.readTo(50);
			cluster.users().revoke(USER, ResourceType.TOPIC, partition.topic(), AclOperation.READ);
			cluster.produce(partition, 30);
			run.readToRefusal();
			grantTopic(partition);
			run.readTo(80);

			assertThat(run.refusals()).isEqualTo(List.of(TopicAuthorizationException.class));
			assertThat(run.offsets()).isEqualTo(range(20, 80));
		}

		assertThat(committed(partition)).isEqualTo(80);
		assertThat(consumers.causes()).isEmpty();
	}

	/**
	 * The client stops its heartbeats when a broker has refused one, and its session
	 * ends: the application needs a new consumer.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false", "classic, true", "consumer, false", "consumer, true" })
	void newConsumerWhenTheRightToReadTheGroupIsBack(String protocol, boolean guarded) {
		TopicPartition partition = topic("taken-group-%s-%s".formatted(protocol, guarded), 50);
		grantAll(partition);
		cluster.commit(partition.topic(), partition, new OffsetAndMetadata(20));
		Consumers consumers = SecuredRun.consumers(cluster, protocol, partition.topic(), USER);
		if (protocol.equals("classic")) {
			consumers.with("heartbeat.interval.ms", 200).with("session.timeout.ms", 2000);
		}
		try (SecuredRun run = SecuredRun.of(consumers, guarded, partition)) {
			run.readTo(50);
			cluster.users().revoke(USER, ResourceType.GROUP, partition.topic(), AclOperation.READ);
			run.readToRefusal();
			assertThat(run.refusals()).isEqualTo(List.of(GroupAuthorizationException.class));
		}
		grantGroup(partition);
		cluster.produce(partition, 30);

		try (SecuredRun run = SecuredRun.of(consumers, guarded, partition)) {
			run.readTo(80);

			assertThat(run.refusals()).isEmpty();
			assertThat(run.offsets()).isEqualTo(range(50, 80));
		}

		assertThat(committed(partition)).isEqualTo(80);
		assertThat(consumers.causes()).isEmpty();
	}

	private static TopicPartition topic(String name, int records) {
		TopicPartition partition = new TopicPartition(name, 0);
		cluster.createTopic(name, 1);
		cluster.produce(partition, records);
		return partition;
	}

	private static void grantAll(TopicPartition partition) {
		grantTopic(partition);
		grantGroup(partition);
	}

	private static void grantTopic(TopicPartition partition) {
		cluster.users().grant(USER, ResourceType.TOPIC, partition.topic(), AclOperation.READ);
	}

	private static void grantGroup(TopicPartition partition) {
		cluster.users().grant(USER, ResourceType.GROUP, partition.topic(), AclOperation.READ);
	}

	private static long committed(TopicPartition partition) {
		return cluster.committed(partition.topic()).get(partition).offset();
	}

}
