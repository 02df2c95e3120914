/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.apache.kafka.common.errors.ElectionNotNeededException;
import org.apache.kafka.common.errors.InvalidReplicationFactorException;
import org.apache.kafka.common.errors.UnknownMemberIdException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

@LyingKafka(brokers = 2)
@Timeout(60)
class ClusterTests {

	private final KafkaCluster cluster;

	ClusterTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void clientsStayOnTheWireWhenTheLeaderMoves(String protocol) {
		TopicPartition partition = replicated("move-" + protocol);
		String name = partition.topic();
		try (Consumer<byte[], String> consumer = Consumers.create(this.cluster, protocol, name, "earliest")) {
			consumer.subscribe(Set.of(name));
			this.cluster.produce(partition, 10);
			assertThat(Consumers.read(consumer, 10)).hasSize(10);
			assertThat(fetchedFrom(name)).containsExactly(0);

			this.cluster.moveLeader(partition, 1);
			this.cluster.produce(partition, 10);
			assertThat(Consumers.read(consumer, 10)).hasSize(10);
			assertThat(fetchedFrom(name)).containsExactlyInAnyOrder(0, 1);

			this.cluster.wire().forget();
			// The first batch may come by a request that was under way before.
			this.cluster.produce(partition, 10);
			assertThat(Consumers.read(consumer, 10)).hasSize(10);
			this.cluster.produce(partition, 10);
			assertThat(Consumers.read(consumer, 10)).hasSize(10);
			assertThat(fetchedFrom(name)).containsExactly(1);
		}
	}

	@Test
	void movingTheLeaderRaisesTheEpoch() {
		TopicPartition partition = replicated("moved");
		assertThat(this.cluster.leader(partition)).isZero();
		int epoch = this.cluster.leaderEpoch(partition);
		this.cluster.moveLeader(partition, 1);
		assertThat(this.cluster.leader(partition)).isEqualTo(1);
		assertThat(this.cluster.leaderEpoch(partition)).isGreaterThan(epoch);
		int raised = this.cluster.leaderEpoch(partition);
		this.cluster.moveLeader(partition, 1);
		assertThat(this.cluster.leaderEpoch(partition)).isEqualTo(raised);
		this.cluster.moveLeader(partition, 0);
		assertThat(this.cluster.leader(partition)).isZero();
		assertThat(this.cluster.leaderEpoch(partition)).isGreaterThan(raised);
	}

	@Test
	void leaderNeedsAReplica() {
		this.cluster.createTopic("single", Map.of(0, List.of(0)), Map.of());
		assertThatIllegalArgumentException()
			.isThrownBy(() -> this.cluster.moveLeader(new TopicPartition("single", 0), 1))
			.withMessage("single-0 has no replica on broker 1, only on [0]");
	}

	@Test
	void stoppedBrokerHandsOverAndComesBack() {
		TopicPartition partition = replicated("stop");
		this.cluster.produce(partition, 5);
		this.cluster.stopBroker(0);
		assertThat(this.cluster.isRunning(0)).isFalse();
		assertThat(this.cluster.brokerIds()).containsExactly(0, 1);
		assertThat(this.cluster.leader(partition)).isEqualTo(1);
		assertThatIllegalStateException().isThrownBy(() -> this.cluster.stopBroker(0));
		this.cluster.produce(partition, 5);
		String servers = this.cluster.directBootstrapServers();
		this.cluster.startBroker(0);
		assertThat(this.cluster.directBootstrapServers()).isEqualTo(servers);
		assertThatIllegalStateException().isThrownBy(() -> this.cluster.startBroker(0));
		this.cluster.moveLeader(partition, 0);
		assertThat(this.cluster.logEnd(partition)).isEqualTo(10);
	}

	@Test
	void restartedBrokerRaisesTheEpochOfWhatItLed() {
		TopicPartition partition = new TopicPartition("restart", 0);
		this.cluster.createTopic("restart", Map.of(0, List.of(1)), Map.of());
		this.cluster.produce(partition, 5);
		int epoch = this.cluster.leaderEpoch(partition);
		this.cluster.restartBroker(1);
		assertThat(this.cluster.leader(partition)).isEqualTo(1);
		assertThat(this.cluster.leaderEpoch(partition)).isGreaterThan(epoch);
		assertThat(this.cluster.logEnd(partition)).isEqualTo(5);
	}

	@Test
	void uncleanElectionTruncatesTheLog() {
		TopicPartition partition = replicated("unclean");
		this.cluster.produce(partition, 100);
		assertThatExceptionOfType(ElectionNotNeededException.class)
			.isThrownBy(() -> this.cluster.electUnclean(partition));
		this.cluster.stopBroker(1);
		this.cluster.produce(partition, 50);
		assertThat(this.cluster.logEnd(partition)).isEqualTo(150);
		this.cluster.stopBroker(0);
		this.cluster.startBroker(1);
		assertThat(this.cluster.leader(partition)).isEqualTo(-1);
		int epoch = this.cluster.leaderEpoch(partition);
		this.cluster.electUnclean(partition);
		assertThat(this.cluster.leader(partition)).isEqualTo(1);
		assertThat(this.cluster.leaderEpoch(partition)).isGreaterThan(epoch);
		assertThat(this.cluster.logEnd(partition)).isEqualTo(100);
		this.cluster.startBroker(0);
		this.cluster.moveLeader(partition, 0);
		assertThat(this.cluster.logEnd(partition)).isEqualTo(100);
	}

	@Test
	void deletedRecordsMoveTheLogStart() {
		TopicPartition partition = replicated("delete");
		this.cluster.produce(partition, 20);
		this.cluster.deleteRecords(partition, 12);
		assertThat(this.cluster.logStart(partition)).isEqualTo(12);
		assertThat(this.cluster.logEnd(partition)).isEqualTo(20);
	}

	@Test
	void valuesCountThroughTheLog() {
		this.cluster.createTopic("values", 1);
		TopicPartition partition = new TopicPartition("values", 0);
		this.cluster.produce(partition, 2);
		this.cluster.produce(partition, 3);
		try (Consumer<byte[], String> consumer = Consumers.create(this.cluster, "classic", "values", "earliest")) {
			consumer.assign(Set.of(partition));
			assertThat(Consumers.read(consumer, 5)).containsExactly("0", "1", "2", "3", "4");
		}
	}

	@Test
	void commitsKeepEpochAndMetadata() {
		TopicPartition partition = replicated("commit");
		OffsetAndMetadata offset = new OffsetAndMetadata(3, Optional.of(7), "note");
		assertThat(this.cluster.committed("commit-group")).isEmpty();
		this.cluster.commit("commit-group", partition, offset);
		assertThat(this.cluster.committed("commit-group")).containsExactly(Map.entry(partition, offset));
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void commitsWaitForMembersThatLeave(String protocol) {
		TopicPartition partition = replicated("leave-" + protocol);
		OffsetAndMetadata offset = new OffsetAndMetadata(3);
		CompletableFuture<Void> commit;
		try (Consumer<byte[], String> consumer = Consumers.create(this.cluster, protocol, partition.topic(),
				"earliest")) {
			consumer.subscribe(Set.of(partition.topic()));
			this.cluster.produce(partition, 1);
			assertThat(Consumers.read(consumer, 1)).hasSize(1);
			commit = CompletableFuture.runAsync(() -> this.cluster.commit(partition.topic(), partition, offset));
			// Somebody else's is refused meanwhile, and so was that one.
			for (int i = 0; i < 3; i++) {
				assertThat(this.cluster.admin()
					.alterConsumerGroupOffsets(partition.topic(), Map.of(partition, offset))
					.all()).failsWithin(Duration.ofSeconds(30))
					.withThrowableThat()
					.withCauseInstanceOf(UnknownMemberIdException.class);
			}
			assertThat(commit).isNotDone();
		}
		assertThat(commit).succeedsWithin(Duration.ofSeconds(30));
		assertThat(this.cluster.committed(partition.topic())).containsExactly(Map.entry(partition, offset));
	}

	@Test
	void topicCanBeRecreatedAtOnce() throws Exception {
		this.cluster.createTopic("again", 3);
		Uuid first = topicId("again");
		this.cluster.deleteTopic("again");
		this.cluster.createTopic("again", 3);
		assertThat(topicId("again")).isNotEqualTo(first);
	}

	@Test
	void refusalsAreKafkasOwn() {
		assertThatExceptionOfType(InvalidReplicationFactorException.class)
			.isThrownBy(() -> this.cluster.createTopic("refused", 1, 3, Map.of()));
	}

	private TopicPartition replicated(String name) {
		this.cluster.createTopic(name, Map.of(0, List.of(0, 1)), Map.of("min.insync.replicas", "1"));
		return new TopicPartition(name, 0);
	}

	private Set<Integer> fetchedFrom(String clientId) {
		return Set.copyOf(this.cluster.wire()
			.requests()
			.stream()
			.filter((request) -> request.api() == ApiKeys.FETCH && request.clientId().equals(clientId))
			.map(WireRequest::broker)
			.toList());
	}

	private Uuid topicId(String topic) throws Exception {
		return this.cluster.admin().describeTopics(Set.of(topic)).allTopicNames().get().get(topic).topicId();
	}

}
