/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.versioncap.rules;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.versioncap.CapClients;
import dev.holdfast.kafka.versioncap.ClientCap;
import dev.holdfast.kafka.versioncap.Reading;
import dev.holdfast.kafka.versioncap.Warnings;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Two guarded consumers of different groups share what is learned about their cluster.
 * The first is lied to when it starts, and the lie is refuted.
 */
@LyingKafka(brokers = 3)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class LearnedCapsTests {

	private static final String CLAIMS_REFUTED = "give answers to OffsetForLeaderEpoch that their own log refutes";

	private final KafkaCluster cluster;

	private Warnings warnings;

	LearnedCapsTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@BeforeEach
	void captureWarnings() {
		warnings = Warnings.capture();
	}

	@AfterEach
	void releaseWarnings() {
		warnings.close();
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void nobodyAsksAgainOnceTheLieIsRefuted(String protocol) {
		TopicPartition partition = createTopic("learned-" + protocol);
		LearnedCaps learned = new LearnedCaps(true);
		CapClients first = clients(protocol, partition, "first").commit(partition, 200);
		CapClients second = clients(protocol, partition, "second").commit(partition, 270);

		try (Consumer<String, String> one = first.guarded(cap(learned));
				Consumer<String, String> two = second.guarded(cap(learned))) {
			two.subscribe(List.of(partition.topic()));
			cluster.produce(partition, 10);
			assertThat(Reading.to(two, partition, 280)).isEqualTo(Reading.range(270, 280));
			Fault.Handle lie = cluster.wire().inject(Fault.epochEndOffset(0));
			one.subscribe(List.of(partition.topic()));
			assertThat(Reading.to(one, partition, 280)).isEqualTo(Reading.range(200, 280));
			assertThat(first.decisions).extracting(Decision::cause).containsExactly(Cause.FALSE_TRUNCATION);
			assertThat(learned.learned().values()).containsExactly(VersionCap.never(KafkaApi.OFFSET_FOR_LEADER_EPOCH));
			long hits = lie.hits();
			cluster.wire().forget();

			int leader = cluster.leader(partition);
			readAcrossLeaderMove(partition, otherThan(leader), one, two, 280);
			// Back over the connections on which it was lied to, then over new ones.
			readAcrossLeaderMove(partition, leader, one, two, 290);
			cluster.wire().disconnectAll();
			readAcrossLeaderMove(partition, otherThan(leader), one, two, 300);
			two.commitSync();
			two.close();
			cluster.produce(partition, 10);
			try (Consumer<String, String> restarted = second.guarded(cap(learned))) {
				restarted.subscribe(List.of(partition.topic()));
				assertThat(Reading.to(restarted, partition, 320)).isEqualTo(Reading.range(310, 320));
			}

			assertThat(cluster.wire().count(ApiKeys.OFFSET_FOR_LEADER_EPOCH)).isZero();
			assertThat(lie.hits()).isEqualTo(hits);
		}
		assertThat(first.decisions).hasSize(1);
		assertThat(second.decisions).isEmpty();
		assertThat(suggestions()).singleElement().asString().contains("do not ask them any more");
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void withoutLearningTheRuleIsSuggestedOnce(String protocol) {
		TopicPartition partition = createTopic("suggested-" + protocol);
		LearnedCaps learned = new LearnedCaps(false);
		CapClients first = clients(protocol, partition, "first").commit(partition, 200);
		CapClients second = clients(protocol, partition, "second").commit(partition, 200);
		cluster.wire().inject(Fault.epochEndOffset(0));

		try (Consumer<String, String> one = first.guarded(cap(learned));
				Consumer<String, String> two = second.guarded(cap(learned))) {
			for (Consumer<String, String> consumer : List.of(one, two)) {
				consumer.subscribe(List.of(partition.topic()));
				assertThat(Reading.to(consumer, partition, 270)).isEqualTo(Reading.range(200, 270));
			}
			cluster.wire().forget();

			readAcrossLeaderMove(partition, otherThan(cluster.leader(partition)), one, two, 270);
		}
		for (CapClients each : List.of(first, second)) {
			assertThat(cluster.wire().count(each.group(), ApiKeys.OFFSET_FOR_LEADER_EPOCH)).isPositive();
			assertThat(each.decisions).hasSizeGreaterThan(1)
				.allMatch((decision) -> decision.cause() == Cause.FALSE_TRUNCATION);
		}
		assertThat(learned.learned()).isEmpty();
		assertThat(suggestions()).singleElement()
			.asString()
			.contains("holdfast.kafka.version-cap.max-versions.OffsetForLeaderEpoch: -1")
			.contains("holdfast.kafka.version-cap.learn: true");
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void nothingIsLearnedFromAClaimThatIsNotRepeated(String protocol) {
		TopicPartition partition = createTopic("once-" + protocol);
		LearnedCaps learned = new LearnedCaps(true);
		CapClients clients = clients(protocol, partition, "first").commit(partition, 200);
		Fault.Handle lie = cluster.wire().inject(Fault.epochEndOffset(0).times(1));

		try (Consumer<String, String> consumer = clients.guarded(cap(learned))) {
			consumer.subscribe(List.of(partition.topic()));
			assertThat(Reading.to(consumer, partition, 270)).isEqualTo(Reading.range(200, 270));
		}

		assertThat(lie.hits()).isOne();
		assertThat(clients.decisions).extracting(Decision::cause).containsExactly(Cause.FALSE_TRUNCATION);
		assertThat(learned.learned()).isEmpty();
		assertThat(suggestions()).isEmpty();
	}

	/**
	 * Both read what comes after the move exactly once, from the new leader.
	 */
	private void readAcrossLeaderMove(TopicPartition partition, int newLeader, Consumer<String, String> one,
			Consumer<String, String> two, long position) {
		cluster.moveLeader(partition, newLeader);
		cluster.produce(partition, 10);
		for (Consumer<String, String> consumer : List.of(one, two)) {
			assertThat(Reading.to(consumer, partition, position + 10))
				.isEqualTo(Reading.range(position, position + 10));
			// What would come a second time would come at once.
			assertThat(consumer.poll(Duration.ofMillis(300))).isEmpty();
		}
	}

	private int otherThan(int broker) {
		return cluster.brokerIds().stream().filter((id) -> id != broker).findFirst().orElseThrow();
	}

	private List<String> suggestions() {
		return warnings.messages().stream().filter((message) -> message.contains(CLAIMS_REFUTED)).toList();
	}

	private static ClientCap cap(LearnedCaps learned) {
		return new ClientCap(VersionCap.none(), learned);
	}

	private CapClients clients(String protocol, TopicPartition partition, String name) {
		return new CapClients(cluster, protocol, partition.topic() + "-" + name);
	}

	private TopicPartition createTopic(String name) {
		TopicPartition partition = new TopicPartition(name, 0);
		cluster.createTopic(name, 1, 3, Map.of());
		cluster.produce(partition, 270);
		return partition;
	}

}
