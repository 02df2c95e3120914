/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import dev.holdfast.kafka.offsetguard.internal.cluster.Cluster;
import dev.holdfast.kafka.offsetguard.internal.memory.Bookmark;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * When it is committed where partitions start that had no commit: with the application's
 * first commit, or where its group commits already; not before, and never for an
 * application that does not commit.
 */
@LyingKafka
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class FirstCommitTests {

	private final KafkaCluster cluster;

	FirstCommitTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	/**
	 * It only looks where a group would start. A commit would decide where the group does
	 * start, whatever its own setting.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false", "classic, true", "consumer, false", "consumer, true" })
	void monitorCommitsNothing(String protocol, boolean guarded) {
		String topic = "monitor-%s-%s".formatted(protocol, guarded);
		List<TopicPartition> partitions = topicOf(topic, 2, 10);
		Consumers consumers = new Consumers(cluster, protocol, topic).with("auto.offset.reset", "latest");

		try (Consumer<String, String> consumer = consumers.create(guarded)) {
			consumer.assign(partitions);
			assertThat(consumer.position(partitions.get(0))).isEqualTo(10);
			assertThat(consumer.position(partitions.get(1))).isEqualTo(10);
		}

		assertThat(cluster.committed(topic)).isEmpty();
	}

	/**
	 * An application that reads would have the guard look into this commit, and replace
	 * it, since it makes consumers wait.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void monitorLeavesCommitsAsTheyAre(String protocol) {
		String topic = "ahead-" + protocol;
		TopicPartition partition = topicOf(topic, 1, 270).get(0);
		cluster.commit(topic, partition, Consumers.offset(50, 7));
		Consumers consumers = new Consumers(cluster, protocol, topic).with("auto.offset.reset", "latest");

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(partition));
			assertThat(consumer.position(partition)).isEqualTo(50);
		}

		assertThat(consumers.causes()).isEmpty();
		assertThat(cluster.committed(topic).get(partition)).isEqualTo(Consumers.offset(50, 7));
	}

	/**
	 * What came while it was away does not concern it.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false", "classic, true", "consumer, false", "consumer, true" })
	void consumerThatNeverCommitsStartsAtTheEndEachTime(String protocol, boolean guarded) {
		String topic = "live-%s-%s".formatted(protocol, guarded);
		List<TopicPartition> partitions = topicOf(topic, 2, 10);
		TopicPartition first = partitions.get(0);
		Consumers consumers = new Consumers(cluster, protocol, topic).with("auto.offset.reset", "latest");

		for (int start = 0; start < 3; start++) {
			long end = 10 + start * 15;
			try (Consumer<String, String> consumer = consumers.create(guarded)) {
				consumer.subscribe(List.of(topic));
				assertThat(Consumers.pollTo(consumer, first, end)).isEmpty();
				cluster.produce(first, 5);
				assertThat(Consumers.pollTo(consumer, first, end + 5)).isEqualTo(range(end, end + 5));
				pollSome(consumer);
			}
			cluster.produce(first, 10);
		}

		assertThat(cluster.committed(topic)).isEmpty();
	}

	/**
	 * The coordinator denies a commit, once; then the listener fails on the first record,
	 * and the application stops.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false", "classic, true", "consumer, false", "consumer, true" })
	void commitThatWasDeniedOnceIsNotOverwritten(String protocol, boolean guarded) {
		String topic = "denied-%s-%s".formatted(protocol, guarded);
		TopicPartition partition = topicOf(topic, 1, 270).get(0);
		cluster.commit(topic, partition, new OffsetAndMetadata(200));
		Consumers consumers = new Consumers(cluster, protocol, topic).with("auto.offset.reset", "earliest");
		Fault.Handle denied = cluster.wire()
			.inject(Fault.noCommittedOffset().forClient(guarded ? "holdfast-admin-" : topic).times(1));

		try (Consumer<String, String> consumer = consumers.create(guarded)) {
			consumer.subscribe(List.of(topic));
			assertThat(Consumers.pollTo(consumer, partition, 270)).startsWith(0L);
			pollSome(consumer);
		}
		assertThat(denied.hits()).isEqualTo(1);
		assertThat(cluster.committed(topic).get(partition).offset()).isEqualTo(200);

		try (Consumer<String, String> consumer = consumers.create(guarded)) {
			consumer.subscribe(List.of(topic));
			assertThat(Consumers.pollTo(consumer, partition, 270)).isEqualTo(range(200, 270));
		}
	}

	/**
	 * The group commits, so that it would be committed where the partition starts: the
	 * coordinator is asked once more before.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void startIsDecidedAnewIfThereIsACommitAfterAll(String protocol) {
		String topic = "anew-" + protocol;
		List<TopicPartition> partitions = topicOf(topic, 2, 270);
		TopicPartition denied = partitions.get(0);
		partitions.forEach((partition) -> cluster.commit(topic, partition, new OffsetAndMetadata(200)));
		cluster.wire().inject(Fault.noCommittedOffset().forClient("holdfast-admin-").forPartition(denied).times(1));
		Consumers consumers = new Consumers(cluster, protocol, topic).with("auto.offset.reset", "latest");

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(topic));
			Map<TopicPartition, List<Long>> delivered = Consumers.pollUntil(consumer,
					() -> partitions.stream().allMatch((each) -> Consumers.isAt(consumer, each, 270)));
			Consumers.pollInto(consumer, delivered, () -> delivered.getOrDefault(denied, List.of()).size() >= 70);

			assertThat(delivered).isEqualTo(Map.of(denied, range(200, 270), partitions.get(1), range(200, 270)));
			// The guard may have asked again before it decided anything.
			assertThat(consumers.causes()).isSubsetOf(Cause.NO_COMMITTED_OFFSET).hasSizeLessThan(2);
		}
		assertThat(offsets(topic)).isEqualTo(Map.of(0, 200L, 1, 200L));
	}

	/**
	 * The group commits nothing on the topic that anybody could see, until the
	 * application commits for the other partition.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false, latest", "classic, true, latest", "consumer, false, latest", "consumer, true, latest",
			"classic, false, earliest", "classic, true, earliest", "consumer, false, earliest",
			"consumer, true, earliest" })
	void commitForAnotherPartitionDoesNotOverwriteOneThatWasDenied(String protocol, boolean guarded, String reset) {
		String topic = "other-%s-%s-%s".formatted(protocol, guarded, reset);
		List<TopicPartition> partitions = topicOf(topic, 2, 270);
		TopicPartition own = partitions.get(0);
		TopicPartition denied = partitions.get(1);
		cluster.commit(topic, denied, new OffsetAndMetadata(200));
		// The async client asks by itself, too, at the same time.
		Fault.Handle denial = cluster.wire().inject(Fault.noCommittedOffset().forClient(topic).forPartition(denied));
		Fault.Handle adminDenial = cluster.wire()
			.inject(Fault.noCommittedOffset().forClient("holdfast-admin-" + topic).forPartition(denied));
		Consumers consumers = new Consumers(cluster, protocol, topic).with("auto.offset.reset", reset);
		boolean delivers = reset.equals("earliest");

		try (Consumer<String, String> consumer = consumers.create(guarded)) {
			consumer.subscribe(List.of(topic));
			Map<TopicPartition, List<Long>> delivered = Consumers.pollUntil(consumer,
					() -> partitions.stream().allMatch((each) -> Consumers.isAt(consumer, each, 270)));
			assertThat(delivered).isEqualTo(delivers ? Map.of(own, range(0, 270), denied, range(0, 270)) : Map.of());
			delivered.clear();
			denial.close();
			adminDenial.close();

			commit(consumer, true, own, 270);
			boolean anew = guarded && !delivers;
			Consumers.pollInto(consumer, delivered,
					() -> !anew || delivered.getOrDefault(denied, List.of()).size() >= 70);
			pollSome(consumer, delivered);

			// A client alone skips what was denied.
			assertThat(delivered).isEqualTo(anew ? Map.of(denied, range(200, 270)) : Map.of());
			assertThat(consumer.position(denied)).isEqualTo(270);
		}
		assertThat((guarded ? adminDenial : denial).hits()).isPositive();
		assertThat(offsets(topic)).isEqualTo(Map.of(0, 270L, 1, 200L));
		assertThat(consumers.causes())
			.isEqualTo(guarded ? List.of(Cause.NO_COMMITTED_OFFSET, Cause.NO_COMMITTED_OFFSET) : List.of());
	}

	@ParameterizedTest
	@CsvSource({ "classic, true", "consumer, true", "classic, false", "consumer, false" })
	void firstCommitOfTheApplicationBringsThoseOfIdlePartitions(String protocol, boolean sync) {
		String topic = "idle-%s-%s".formatted(protocol, sync);
		List<TopicPartition> partitions = topicOf(topic, 3, 0);
		cluster.produce(partitions.get(0), 10);
		Consumers consumers = new Consumers(cluster, protocol, topic).with("auto.offset.reset", "earliest");

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(topic));
			Consumers.pollTo(consumer, partitions.get(0), 10);
			pollSome(consumer);
			assertThat(offsets(topic)).isEmpty();
			commit(consumer, sync, partitions.get(0), 5);
			Consumers.pollUntil(consumer, () -> cluster.committed(topic).size() == 3);
			assertThat(offsets(topic)).isEqualTo(Map.of(0, 5L, 1, 0L, 2, 0L));

			// Each partition has a commit with these.
			assertThat(allHadACommit(partitions)).containsExactly(false, true, true);
			commit(consumer, true, partitions.get(0), 10);
			assertThat(allHadACommit(partitions)).containsExactly(true, true, true);
		}
	}

	/**
	 * Whoever has a record in hand commits it, or wants it again.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void partitionsThatHaveDeliveredAreLeftAlone(String protocol) {
		String topic = "delivered-" + protocol;
		List<TopicPartition> partitions = topicOf(topic, 3, 0);
		cluster.produce(partitions.get(0), 10);
		cluster.produce(partitions.get(1), 10);
		Consumers consumers = new Consumers(cluster, protocol, topic).with("auto.offset.reset", "earliest");

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(topic));
			Consumers.pollUntil(consumer, () -> Consumers.isAt(consumer, partitions.get(0), 10)
					&& Consumers.isAt(consumer, partitions.get(1), 10));
			commit(consumer, true, partitions.get(0), 10);
			Consumers.pollUntil(consumer, () -> cluster.committed(topic).size() == 2);
			pollSome(consumer);

			assertThat(offsets(topic)).isEqualTo(Map.of(0, 10L, 2, 0L));
		}
	}

	/**
	 * By hand a consumer may be assigned what it never reads.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void byHandOnlyPartitionsThatWerePolledAreCommitted(String protocol) {
		String topic = "by-hand-" + protocol;
		List<TopicPartition> partitions = topicOf(topic, 3, 0);
		Consumers consumers = new Consumers(cluster, protocol, topic).with("auto.offset.reset", "earliest");

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(partitions.subList(0, 2));
			pollUntilStarted(consumer, consumers, 2);
			consumer.assign(partitions);
			consumer.position(partitions.get(2));
			commit(consumer, true, partitions.get(0), 0);
			Consumers.pollUntil(consumer, () -> cluster.committed(topic).size() == 2);
			pollUntilStarted(consumer, consumers, 3);
			assertThat(offsets(topic)).isEqualTo(Map.of(0, 0L, 1, 0L));

			commit(consumer, true, partitions.get(0), 0);
			Consumers.pollUntil(consumer, () -> cluster.committed(topic).size() == 3);
		}
	}

	/**
	 * Nobody has to wait for another commit where the group is known to make some.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, true", "consumer, true", "classic, false", "consumer, false" })
	void memberOfAGroupThatCommitsNeedsNoCommitOfItsOwn(String protocol, boolean subscribed) {
		String topic = "member-%s-%s".formatted(protocol, subscribed);
		List<TopicPartition> partitions = topicOf(topic, 2, 10);
		cluster.commit(topic, partitions.get(0), new OffsetAndMetadata(10));
		Consumers consumers = new Consumers(cluster, protocol, topic).with("auto.offset.reset", "latest");

		try (Consumer<String, String> consumer = consumers.guarded()) {
			if (subscribed) {
				consumer.subscribe(List.of(topic));
				Consumers.pollUntil(consumer, () -> cluster.committed(topic).size() == 2);
			}
			else {
				consumer.assign(partitions);
				Consumers.pollTo(consumer, partitions.get(1), 10);
				pollSome(consumer);
			}
			assertThat(offsets(topic)).isEqualTo(subscribed ? Map.of(0, 10L, 1, 10L) : Map.of(0, 10L));
		}
	}

	/**
	 * Its commits go through a producer, and one of the guard's could come in between.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void nothingIsCommittedOnceTheApplicationHasAskedForItsGroupsMetadata(String protocol) {
		String topic = "transactional-" + protocol;
		List<TopicPartition> partitions = topicOf(topic, 2, 10);
		cluster.commit(topic, partitions.get(0), new OffsetAndMetadata(10));
		Consumers consumers = new Consumers(cluster, protocol, topic).with("auto.offset.reset", "latest");

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.groupMetadata();
			consumer.subscribe(List.of(topic));
			Consumers.pollTo(consumer, partitions.get(1), 10);
			commit(consumer, true, partitions.get(0), 10);
			pollSome(consumer);

			assertThat(offsets(topic)).isEqualTo(Map.of(0, 10L));
		}
	}

	/**
	 * Without the right to ask, an admin client has not seen that the group commits.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void whereOnlyTheConsumerMayAskTheApplicationCommitsFirst(String protocol) {
		String topic = "right-" + protocol;
		List<TopicPartition> partitions = topicOf(topic, 2, 10);
		cluster.commit(topic, partitions.get(0), new OffsetAndMetadata(10));
		cluster.wire()
			.inject(Fault.error(ApiKeys.OFFSET_FETCH, Errors.GROUP_AUTHORIZATION_FAILED).forClient("holdfast-admin-"));
		Consumers consumers = new Consumers(cluster, protocol, topic).with("auto.offset.reset", "latest");

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(topic));
			Consumers.pollTo(consumer, partitions.get(1), 10);
			pollSome(consumer);
			assertThat(offsets(topic)).isEqualTo(Map.of(0, 10L));

			commit(consumer, true, partitions.get(0), 10);
			Consumers.pollUntil(consumer, () -> cluster.committed(topic).size() == 2);
		}
	}

	/**
	 * Who has no commit yet has lost none.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void whatWasNeverCommittedIsNotLost(String protocol) {
		String topic = "pending-" + protocol;
		List<TopicPartition> partitions = topicOf(topic, 2, 10);
		Consumers consumers = new Consumers(cluster, protocol, topic).with("auto.offset.reset", "earliest");

		for (int start = 0; start < 2; start++) {
			consumers.decisions.clear();
			try (Consumer<String, String> consumer = consumers.guarded()) {
				consumer.subscribe(List.of(topic));
				Map<TopicPartition, List<Long>> delivered = Consumers.pollUntil(consumer,
						() -> Consumers.isAt(consumer, partitions.get(0), 10)
								&& Consumers.isAt(consumer, partitions.get(1), 10));
				// The record of the other one is never dealt with.
				commit(consumer, true, partitions.get(0), 10);

				assertThat(delivered.get(partitions.get(1))).isEqualTo(range(0, 10));
				assertThat(consumers.causes()).containsOnly(Cause.NO_COMMITTED_OFFSET);
			}
		}
	}

	private static void commit(Consumer<?, ?> consumer, boolean sync, TopicPartition partition, long offset) {
		Map<TopicPartition, OffsetAndMetadata> offsets = Map.of(partition, new OffsetAndMetadata(offset));
		if (sync) {
			consumer.commitSync(offsets);
		}
		else {
			consumer.commitAsync(offsets, null);
		}
	}

	/**
	 * Long enough for whatever a poll might lead to.
	 */
	/** The guard has decided where partitions start, and has polled them since. */
	private static void pollUntilStarted(Consumer<?, ?> consumer, Consumers consumers, int partitions) {
		Consumers.pollUntil(consumer, () -> consumers.decisions.size() == partitions);
		pollSome(consumer);
	}

	private static void pollSome(Consumer<?, ?> consumer) {
		pollSome(consumer, new HashMap<>());
	}

	private static void pollSome(Consumer<?, ?> consumer, Map<TopicPartition, List<Long>> delivered) {
		for (int i = 0; i < 5; i++) {
			Consumers.pollOnceInto(consumer, delivered, Duration.ofMillis(100));
		}
	}

	/**
	 * What the bookmarks say.
	 */
	private List<Boolean> allHadACommit(List<TopicPartition> partitions) {
		Map<TopicPartition, OffsetAndMetadata> committed = cluster.committed(partitions.get(0).topic());
		return partitions.stream()
			.map((partition) -> Bookmark.in(committed.get(partition), named(clusterId())).initialCommits())
			.toList();
	}

	private String clusterId() {
		try {
			return cluster.admin().describeCluster().clusterId().get();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private Map<Integer, Long> offsets(String group) {
		return cluster.committed(group)
			.entrySet()
			.stream()
			.collect(Collectors.toMap((each) -> each.getKey().partition(), (each) -> each.getValue().offset()));
	}

	private List<TopicPartition> topicOf(String topic, int partitions, int records) {
		cluster.createTopic(topic, partitions);
		List<TopicPartition> all = IntStream.range(0, partitions)
			.mapToObj((partition) -> new TopicPartition(topic, partition))
			.toList();
		if (records > 0) {
			all.forEach((partition) -> cluster.produce(partition, records));
		}
		return all;
	}

	private static Cluster named(String clusterId) {
		return new Cluster(clusterId, null, 0);
	}

}
