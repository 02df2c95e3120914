/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.conformance;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.conformance.report.BrokersUnreachableException;
import dev.holdfast.kafka.conformance.report.Check;
import dev.holdfast.kafka.conformance.report.ConformanceReport;
import dev.holdfast.kafka.conformance.report.ConformanceRequest;
import dev.holdfast.kafka.conformance.report.Verdict;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.Security;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.acl.AclOperation;
import org.apache.kafka.common.resource.ResourceType;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * What a check finds with the rights of a consumer, and with fewer.
 */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class SecuredCheckTests {

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

	private static void topic(String topic) {
		cluster.createTopic(topic, 1);
		cluster.produce(new TopicPartition(topic, 0), 20);
	}

	private ConformanceReport check(String protocol, String topic, String group) {
		return Checking.of(cluster, protocol)
			.with(cluster.users().configuration(USER))
			.request(new ConformanceRequest(List.of(topic), List.of(group), false, false, Duration.ofSeconds(60)))
			.run();
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void rightsOfAConsumerAreEnough(String protocol) {
		String topic = "least-" + protocol;
		topic(topic);
		cluster.users().grant(USER, ResourceType.TOPIC, topic, AclOperation.READ);
		cluster.users().grant(USER, ResourceType.GROUP, topic, AclOperation.READ);
		cluster.commit(topic, new TopicPartition(topic, 0), new OffsetAndMetadata(5));

		ConformanceReport report = check(protocol, topic, topic);

		assertThat(report.verdict()).as(report.toString()).isEqualTo(Verdict.SOUND);
		assertThat(report.of(Check.RIGHTS).evidence()).containsExactly(
				"topic " + topic + ": sound: Read on topic " + topic,
				"group " + topic + ": sound: Read on group " + topic);
	}

	@Test
	void missingRightsAreNamed() {
		topic("unread");
		cluster.users().grant(USER, ResourceType.TOPIC, "unread", AclOperation.DESCRIBE);
		cluster.users().grant(USER, ResourceType.GROUP, "uncommitted", AclOperation.DESCRIBE);
		cluster.commit("uncommitted", new TopicPartition("unread", 0), new OffsetAndMetadata(5));

		ConformanceReport report = check("classic", "unread", "uncommitted");

		assertThat(Checking.faults(report)).as(report.toString()).isEqualTo(Map.of(Check.RIGHTS, "failed missing"));
		assertThat(report.of(Check.RIGHTS).evidence()).containsExactly(
				"topic unread: failed: Read on topic unread is missing",
				"group uncommitted: failed: Read on group uncommitted is missing");
		assertThat(report.of(Check.READS).detail()).isEqualTo("needs rights");
	}

	@Test
	void rightsOnNothingAreNamed() {
		topic("unseen");

		ConformanceReport report = check("classic", "unseen", "unseen too");

		assertThat(report.of(Check.RIGHTS).evidence()).containsExactly(
				"topic unseen: failed: Read on topic unseen is missing",
				"group unseen too: failed: Read on group unseen too is missing");
	}

	@Test
	void topicsOfOthersAreNobodysFault() {
		topic("mine");
		topic("others");
		cluster.users().grant(USER, ResourceType.TOPIC, "mine", AclOperation.READ);
		cluster.users().grant(USER, ResourceType.TOPIC, "others", AclOperation.DESCRIBE);

		ConformanceReport report = Checking.of(cluster, "classic").with(cluster.users().configuration(USER)).run();

		assertThat(report.verdict()).as(report.toString()).isEqualTo(Verdict.SOUND);
		assertThat(report.partitions()).isEqualTo(1);
	}

	@Test
	void wrongPasswordIsNoFinding() {
		Map<String, Object> wrong = new HashMap<>(cluster.users().configuration(USER));
		wrong.computeIfPresent("sasl.jaas.config", (name, value) -> value.toString().replace("alice's", "wrong"));
		Checking checking = Checking.of(cluster, "classic").with(wrong);

		assertThatThrownBy(checking::run).isInstanceOf(BrokersUnreachableException.class)
			.hasMessageContaining("Authentication failed");
	}

}
