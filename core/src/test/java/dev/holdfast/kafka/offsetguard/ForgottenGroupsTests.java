/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.DecisionListener;
import dev.holdfast.kafka.offsetguard.internal.lookup.GoneTopics;
import dev.holdfast.kafka.offsetguard.internal.memory.CommitHistory;
import dev.holdfast.kafka.offsetguard.internal.memory.GroupMemory;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.Uuid;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Applications that make groups without end, to look into a topic once, must not fill the
 * memory.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ForgottenGroupsTests {

	private static final int PARTITIONS = 12;

	/** What a test takes at most. */
	private static final Duration LONGEST = Duration.ofMinutes(2);

	private final KafkaCluster cluster;

	private final ScriptedClock clock = ScriptedClock.running();

	private final List<String> forgotten = new ArrayList<>();

	ForgottenGroupsTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void groupIsForgottenSomeTimeAfterItsLastConsumer(String protocol) {
		String topic = "peeked-" + protocol;
		cluster.createTopic(topic, PARTITIONS);
		Consumers consumers = new Consumers(cluster, protocol, topic).with("auto.offset.reset", "earliest")
			.clock(clock)
			.oneProcess(new Forgotten());
		List<String> groups = IntStream.range(0, 10).mapToObj((i) -> topic + "-" + i).toList();
		for (String group : groups) {
			try (Consumer<String, String> peek = consumers.with("group.id", group).guarded()) {
				commitAll(consumers, peek, topic);
			}
		}
		assertThat(consumers.process().memory().size()).isEqualTo(10 * PARTITIONS);

		try (Consumer<String, String> living = consumers.with("group.id", topic).guarded()) {
			commitAll(consumers, living, topic);
			clock.advance(GroupMemory.UNUSED.minus(LONGEST));
			living.poll(Duration.ZERO);
			assertThat(consumers.process().memory().size()).isEqualTo(11 * PARTITIONS);
			assertThat(forgotten).isEmpty();

			clock.advance(LONGEST);
			living.poll(Duration.ZERO);
			assertThat(consumers.process().memory().size()).isEqualTo(PARTITIONS);
			assertThat(forgotten).containsExactlyInAnyOrderElementsOf(groups);
		}
	}

	/**
	 * Whoever only looks into a topic leaves nothing behind.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false", "classic, true", "consumer, false", "consumer, true" })
	void groupsThatOnlyLookLeaveNoCommitAndAreForgotten(String protocol, boolean guarded) {
		String topic = "looked-into-%s-%s".formatted(protocol, guarded);
		cluster.createTopic(topic, PARTITIONS);
		List<TopicPartition> partitions = IntStream.range(0, PARTITIONS)
			.mapToObj((partition) -> new TopicPartition(topic, partition))
			.toList();
		partitions.forEach((partition) -> cluster.produce(partition, 5));
		Consumers consumers = new Consumers(cluster, protocol, topic).with("auto.offset.reset", "latest")
			.with("fetch.max.wait.ms", 10)
			.clock(clock)
			.oneProcess(new Forgotten());
		List<String> groups = IntStream.range(0, 60).mapToObj((i) -> topic + "-" + i).toList();

		for (String group : groups) {
			try (Consumer<String, String> peek = consumers.with("group.id", group).create(guarded)) {
				peek.assign(partitions);
				partitions.forEach((partition) -> assertThat(peek.position(partition)).isEqualTo(5));
				assertThat(peek.endOffsets(partitions)).hasSize(PARTITIONS).allSatisfy((partition, end) -> {
					assertThat(partition.topic()).isEqualTo(topic);
					assertThat(end).isEqualTo(5);
				});
				assertThat(peek.poll(Duration.ofMillis(50))).isEmpty();
			}
		}

		assertThat(groups).allSatisfy((group) -> assertThat(cluster.committed(group)).isEmpty());
		assertThat(consumers.causes()).hasSize(guarded ? 60 * PARTITIONS : 0)
			.allMatch(Cause.NO_COMMITTED_OFFSET::equals);
		clock.advance(GroupMemory.UNUSED);
		consumers.process().memory().forgetUnused();
		assertThat(consumers.process().memory().size()).isZero();
		assertThat(forgotten).containsExactlyInAnyOrderElementsOf(guarded ? groups : List.of());
	}

	private static void commitAll(Consumers consumers, Consumer<?, ?> consumer, String topic) {
		List<TopicPartition> partitions = IntStream.range(0, PARTITIONS)
			.mapToObj((partition) -> new TopicPartition(topic, partition))
			.toList();
		int decided = consumers.decisions.size() + PARTITIONS;
		consumer.assign(partitions);
		Consumers.pollUntil(consumer, () -> consumers.decisions.size() == decided);
		partitions.forEach((partition) -> consumer.commitSync(Map.of(partition, new OffsetAndMetadata(0))));
	}

	@Test
	void groupThatIsUsedAgainIsKept() {
		GroupMemory memory = new GroupMemory(clock, forgotten::add);
		join(memory, "again", 1);
		memory.leave("again");
		clock.advance(GroupMemory.UNUSED.dividedBy(2));
		memory.join("again");
		clock.advance(GroupMemory.UNUSED);
		memory.forgetUnused();
		assertThat(find(memory, "again", 0)).isNotNull();

		memory.leave("again");
		clock.advance(GroupMemory.UNUSED);
		memory.forgetUnused();
		assertThat(find(memory, "again", 0)).isNull();
		assertThat(forgotten).containsExactly("again");
	}

	@Test
	void groupThatWasLeftFirstGoesFirst() {
		GroupMemory memory = new GroupMemory(clock, forgotten::add);
		int half = GroupMemory.MOST_UNUSED / 2;
		for (String group : List.of("first", "second", "third")) {
			join(memory, group, half);
			clock.advance(Duration.ofNanos(1));
			memory.leave(group);
		}
		join(memory, "living", half);

		assertThat(forgotten).containsExactly("first", "second");
		assertThat(memory.size()).isEqualTo(2 * half);
	}

	@Test
	void topicsThatAreGoneAreForgottenOneDay() {
		GoneTopics topics = new GoneTopics();
		List<Uuid> gone = IntStream.range(0, 1_001).mapToObj((i) -> Uuid.randomUuid()).toList();
		gone.forEach(topics::add);

		assertThat(topics.contains(gone.get(0))).isFalse();
		assertThat(gone.subList(1, 1_001)).allMatch(topics::contains);
	}

	private static void join(GroupMemory memory, String group, int partitions) {
		memory.join(group);
		for (int i = 0; i < partitions; i++) {
			memory.remember("cluster", group, new TopicPartition("orders", i),
					new GroupMemory.Entry(1, null, -1, true, false, new CommitHistory(), 1));
		}
	}

	private static GroupMemory.@Nullable Entry find(GroupMemory memory, String group, int partition) {
		return memory.find("cluster", group, new TopicPartition("orders", partition));
	}

	private final class Forgotten implements DecisionListener {

		@Override
		public void onDecision(Decision decision) {
		}

		@Override
		public void onGroupForgotten(String groupId) {
			forgotten.add(groupId);
		}

	}

}
