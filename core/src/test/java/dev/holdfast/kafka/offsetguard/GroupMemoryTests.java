/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.internal.cluster.Cluster;
import dev.holdfast.kafka.offsetguard.internal.memory.Bookmark;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * What a group's own commits tell after a restart, in another process: partitions that
 * were added, commits that were lost, and records below a commit that are not the same
 * any more.
 */
@LyingKafka
@Timeout(value = 180, unit = TimeUnit.SECONDS)
@Tag("long")
class GroupMemoryTests {

	private final KafkaCluster cluster;

	GroupMemoryTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void partitionThatWasAddedIsNotKnownAsSuchWithoutABookmark(String protocol) throws Exception {
		String topic = "added-" + protocol;
		TopicPartition old = new TopicPartition(topic, 0);
		TopicPartition added = new TopicPartition(topic, 1);
		cluster.createTopic(topic, 1);
		Consumers consumers = consumers(protocol, topic).commits(false, false, false);
		readSome(consumers, old);
		try (Admin admin = admin()) {
			admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(2))).all().get();
		}
		cluster.produce(added, 20);
		consumers.decisions.clear();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(topic));
			Map<TopicPartition, List<Long>> delivered = Consumers.pollUntil(consumer,
					() -> !consumers.decisions.isEmpty() && Consumers.isAt(consumer, added, 20));

			assertThat(delivered).isEmpty();
			assertThat(consumers.causes()).containsExactly(Cause.NO_COMMITTED_OFFSET);
		}
	}

	@ParameterizedTest
	@CsvSource({ "classic, true, false", "classic, false, true" })
	void commitThatWasLostIsHeldUnlessNothingTellsThatThereWasOne(String protocol, boolean bookmark,
			boolean initialPosition) throws Exception {
		String topic = "lost-%s-%s-%s".formatted(protocol, bookmark, initialPosition);
		TopicPartition lost = new TopicPartition(topic, 0);
		TopicPartition other = new TopicPartition(topic, 1);
		cluster.createTopic(topic, 2);
		Consumers consumers = consumers(protocol, topic).commits(bookmark, initialPosition, false);
		readSome(consumers, lost, other);
		delete(topic, lost);
		cluster.produce(lost, 5);
		cluster.produce(other, 5);
		consumers.decisions.clear();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(topic));
			Map<TopicPartition, List<Long>> delivered = Consumers.pollUntil(consumer,
					() -> Consumers.isAt(consumer, other, 15) && !consumers.decisions.isEmpty());
			consumer.commitSync();

			assertThat(delivered).isEqualTo(Map.of(other, range(10, 15)));
			assertThat(consumers.causes())
				.containsExactly(bookmark ? Cause.COMMITTED_OFFSET_LOST : Cause.NO_COMMITTED_OFFSET);
			assertThat(consumers.decisions.get(0).outcome())
				.isEqualTo(bookmark ? new Outcome.Held() : new Outcome.ReadFrom(15));
			assertThat(cluster.committed(topic).containsKey(lost)).isEqualTo(!bookmark);
		}
	}

	/**
	 * What shows the loss may go: a member without a guard commits for the other
	 * partition, or the partition is taken away and comes back. A client alone has
	 * skipped the five records by then.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void lossThatWasEstablishedIsNotForgotten(String protocol) throws Exception {
		TopicPartition skipped = lostOfTwo(protocol, "established-plain-" + protocol);
		try (Consumer<String, String> plain = consumers(protocol, skipped.topic()).plain()) {
			plain.assign(Set.of(skipped));
			assertThat(Consumers.pollTo(plain, skipped, 15)).isEmpty();
			plain.commitSync();
			assertThat(cluster.committed(skipped.topic()).get(skipped).offset()).isEqualTo(15);
		}
		TopicPartition lost = lostOfTwo(protocol, "established-" + protocol);
		String topic = lost.topic();
		TopicPartition other = new TopicPartition(topic, 1);
		Consumers consumers = consumers(protocol, topic);

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(Set.of(lost));
			assertThat(Consumers.pollUntil(consumer, () -> !consumers.decisions.isEmpty())).isEmpty();
			cluster.commit(topic, other, new OffsetAndMetadata(10));
			assertThat(pollForRechecks(consumer, 3)).isEmpty();
			assertThat(consumers.causes()).containsExactly(Cause.COMMITTED_OFFSET_LOST);

			consumer.assign(Set.of());
			consumer.assign(Set.of(lost));
			assertThat(pollForRechecks(consumer, 3)).isEmpty();
			consumer.commitSync();
		}
		assertThat(consumers.causes()).containsOnly(Cause.COMMITTED_OFFSET_LOST);
		assertThat(cluster.committed(topic)).isEqualTo(Map.of(other, new OffsetAndMetadata(10)));
	}

	/**
	 * A group has committed 10 of two partitions, and lost the commit of the first one,
	 * which has 5 records more.
	 */
	private TopicPartition lostOfTwo(String protocol, String topic) throws Exception {
		TopicPartition lost = new TopicPartition(topic, 0);
		cluster.createTopic(topic, 2);
		readSome(consumers(protocol, topic), lost, new TopicPartition(topic, 1));
		delete(topic, lost);
		cluster.produce(lost, 5);
		return lost;
	}

	/**
	 * As above, but for a rebalance: another member of the process comes and goes. With
	 * two partitions each, it gets at least one whose commit is lost.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void lossThatWasEstablishedIsNotForgottenInARebalance(String protocol) throws Exception {
		String topic = "rebalanced-" + protocol;
		cluster.createTopic(topic, 4);
		TopicPartition other = new TopicPartition(topic, 3);
		Set<TopicPartition> lost = IntStream.range(0, 3)
			.mapToObj((partition) -> new TopicPartition(topic, partition))
			.collect(Collectors.toSet());
		readSome(consumers(protocol, topic), new TopicPartition(topic, 0), new TopicPartition(topic, 1),
				new TopicPartition(topic, 2), other);
		delete(topic, lost);
		lost.forEach((partition) -> cluster.produce(partition, 5));
		Consumers consumers = consumers(protocol, topic).oneProcess();
		Map<TopicPartition, List<Long>> delivered = new HashMap<>();

		try (Consumer<String, String> stays = consumers.guarded()) {
			stays.subscribe(List.of(topic));
			Consumers.pollInto(stays, delivered,
					() -> held(consumers).equals(lost) && Consumers.isAt(stays, other, 10));
			// With metadata of the application's there is no bookmark.
			stays.commitSync(Map.of(other, new OffsetAndMetadata(10, "own")));
			try (Consumer<String, String> comes = consumers.guarded()) {
				comes.subscribe(List.of(topic));
				Consumers.pollInto(stays, delivered, () -> {
					Consumers.pollOnceInto(comes, delivered, Duration.ofMillis(20));
					return comes.assignment().size() == 2 && stays.assignment().size() == 2
							&& held(consumers).equals(lost);
				});
				assertThat(comes.assignment()).containsAnyElementsOf(lost);
				delivered.putAll(pollForRechecks(comes, 3));
			}
			Consumers.pollInto(stays, delivered, () -> stays.assignment().size() == 4 && held(consumers).equals(lost));
			delivered.putAll(pollForRechecks(stays, 3));
		}

		assertThat(delivered).isEmpty();
		assertThat(consumers.decisions)
			.allSatisfy((decision) -> assertThat(decision.cause()).isEqualTo(Cause.COMMITTED_OFFSET_LOST));
		assertThat(cluster.committed(topic)).isEqualTo(Map.of(other, new OffsetAndMetadata(10, "own")));
	}

	private static Set<TopicPartition> held(Consumers consumers) {
		return consumers.process().held().stream().map(Decision::partition).collect(Collectors.toSet());
	}

	private Map<TopicPartition, List<Long>> pollForRechecks(Consumer<?, ?> consumer, int rechecks) {
		long before = cluster.wire().count("holdfast-admin-", ApiKeys.OFFSET_FETCH);
		return Consumers.pollUntil(consumer,
				() -> cluster.wire().count("holdfast-admin-", ApiKeys.OFFSET_FETCH) >= before + 2 * rechecks);
	}

	/**
	 * In the same process no bookmark is needed, and the timestamp of the last record
	 * delivered is known.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, TIMESTAMP, 9", "consumer, TIMESTAMP, 9", "classic, EARLIEST, 0", "consumer, LATEST, 15" })
	void commitThatWasLostIsKnownToTheProcess(String protocol, Action action, long first) throws Exception {
		String topic = "process-%s-%s".formatted(protocol, action);
		TopicPartition partition = new TopicPartition(topic, 0);
		cluster.createTopic(topic, 1);
		Consumers consumers = consumers(protocol, topic).commits(false, false, false)
			.policy(Cause.COMMITTED_OFFSET_LOST, action)
			.oneProcess();
		readSome(consumers, partition);
		delete(topic, partition);
		cluster.produce(partition, 5);
		consumers.decisions.clear();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(topic));

			assertThat(Consumers.pollTo(consumer, partition, 15)).isEqualTo(range(first, 15));
			assertThat(consumers.decisions).singleElement().satisfies((decision) -> {
				assertThat(decision.cause()).isEqualTo(Cause.COMMITTED_OFFSET_LOST);
				assertThat(decision.evidence().remembered().committedOffset()).isEqualTo(10);
				assertThat(decision.impact())
					.isEqualTo(new Decision.Impact(Math.max(0, first - 10), Math.max(0, 10 - first), 0));
			});
		}
	}

	/**
	 * The first member to start has committed where its own partition starts, and knows
	 * nothing about the other's.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void membersOfANewGroupStartOneAfterTheOther(String protocol) {
		String topic = "together-" + protocol;
		TopicPartition first = new TopicPartition(topic, 0);
		TopicPartition second = new TopicPartition(topic, 1);
		cluster.createTopic(topic, 2);
		Consumers consumers = consumers(protocol, topic);

		assertThat(start(consumers, first)).isEqualTo(Cause.NO_COMMITTED_OFFSET);
		assertThat(start(consumers, second)).isEqualTo(Cause.NO_COMMITTED_OFFSET);
	}

	/**
	 * A member that has seen the partition already says so in its bookmarks before
	 * anybody has got it.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void partitionThatIsAddedToARunningGroupIsNew(String protocol) throws Exception {
		String topic = "running-" + protocol;
		TopicPartition old = new TopicPartition(topic, 0);
		TopicPartition added = new TopicPartition(topic, 1);
		cluster.createTopic(topic, 1);
		Consumers consumers = consumers(protocol, topic).timing(
				new OffsetGuardSettings.Timing(Duration.ofSeconds(5), Duration.ofMillis(300), Duration.ofMillis(50)));

		try (Consumer<String, String> member = consumers.guarded()) {
			member.assign(List.of(old));
			Consumers.pollUntil(member, () -> Consumers.isAt(member, old, 0));
			try (Admin admin = admin()) {
				admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(2))).all().get();
			}
			cluster.produce(added, 20);
			cluster.wire().forget();
			Consumers.pollUntil(member,
					() -> cluster.wire().count("holdfast-admin-" + topic, ApiKeys.DESCRIBE_TOPIC_PARTITIONS) >= 2);
			member.commitSync(Map.of(old, new OffsetAndMetadata(0)));

			assertThat(Bookmark.in(cluster.committed(topic).get(old), named(clusterId())).partitions()).isOne();
		}
		assertThat(start(consumers, added)).isEqualTo(Cause.NEW_PARTITION);
	}

	/**
	 * A commit that a transaction is about to replace is no lack of one.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, read_committed", "consumer, read_committed", "classic, read_uncommitted",
			"consumer, read_uncommitted" })
	void commitInAnOpenTransactionIsWaitedFor(String protocol, String isolationLevel) {
		String topic = "transaction-%s-%s".formatted(protocol, isolationLevel);
		TopicPartition partition = new TopicPartition(topic, 0);
		cluster.createTopic(topic, 1);
		cluster.produce(partition, 20);
		Consumers consumers = consumers(protocol, topic).with("isolation.level", isolationLevel);

		try (Producer<String, String> producer = new KafkaProducer<>(
				Map.of("bootstrap.servers", cluster.bootstrapServers(), "transactional.id", topic),
				new StringSerializer(), new StringSerializer());
				Consumer<String, String> consumer = consumers.guarded()) {
			producer.initTransactions();
			producer.beginTransaction();
			producer.sendOffsetsToTransaction(Map.of(partition, new OffsetAndMetadata(8)), consumer.groupMetadata());
			consumer.assign(List.of(partition));
			cluster.wire().forget();
			assertThat(Consumers.pollUntil(consumer,
					() -> cluster.wire().count("holdfast-admin-" + topic, ApiKeys.OFFSET_FETCH) >= 2))
				.isEmpty();
			producer.commitTransaction();

			assertThat(Consumers.pollTo(consumer, partition, 20)).isEqualTo(range(8, 20));
			assertThat(consumers.decisions).isEmpty();
		}
	}

	private Cause start(Consumers consumers, TopicPartition partition) {
		consumers.decisions.clear();
		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(partition));
			Consumers.pollUntil(consumer, () -> !consumers.decisions.isEmpty());
			return consumers.decisions.get(0).cause();
		}
	}

	/**
	 * Tools that mirror commits take their metadata along.
	 */
	@ParameterizedTest
	@CsvSource({ "cluster", "offset", "none" })
	void bookmarkOfAnotherClusterOrOffsetIsNone(String other) throws Exception {
		String topic = "mirrored-" + other;
		TopicPartition partition = new TopicPartition(topic, 0);
		TopicPartition missing = new TopicPartition(topic, 1);
		cluster.createTopic(topic, 2);
		cluster.produce(partition, 10);
		Bookmark bookmark = new Bookmark(other.equals("cluster") ? "elsewhere" : clusterId(), null,
				other.equals("offset") ? 9 : 10, 1, -1, -1, -1, true, "");
		cluster.commit(topic, partition, new OffsetAndMetadata(10, bookmark.toString()));
		Consumers consumers = consumers("classic", topic);

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(topic));
			Consumers.pollUntil(consumer, () -> Consumers.isAt(consumer, missing, 0));

			assertThat(consumers.causes())
				.containsExactly(other.equals("none") ? Cause.NEW_PARTITION : Cause.NO_COMMITTED_OFFSET);
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void applicationSeesItsOwnMetadataOnly(String protocol) {
		String topic = "metadata-" + protocol;
		TopicPartition partition = new TopicPartition(topic, 0);
		TopicPartition own = new TopicPartition(topic, 1);
		cluster.createTopic(topic, 2);
		cluster.produce(partition, 10);
		Consumers consumers = consumers(protocol, topic).with("auto.offset.reset", "earliest");

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(topic));
			assertThat(Consumers.pollTo(consumer, partition, 10)).hasSize(10);
			Map<TopicPartition, OffsetAndMetadata> commits = Map.of(partition, new OffsetAndMetadata(10), own,
					new OffsetAndMetadata(0, "the application's"));
			consumer.commitSync(commits);

			assertThat(consumer.committed(Set.of(partition, own))).isEqualTo(commits);
			Map<TopicPartition, OffsetAndMetadata> stored = cluster.committed(topic);
			assertThat(stored.get(own)).isEqualTo(commits.get(own));
			assertThat(stored.get(partition).metadata()).startsWith("holdfast1|").hasSizeLessThanOrEqualTo(120);
			Bookmark bookmark = Bookmark.in(stored.get(partition), named(clusterId()));
			assertThat(bookmark.witness().offset()).isEqualTo(9);
			assertThat(bookmark.partitions()).isEqualTo(2);
			assertThat(bookmark.topicId()).isNotNull();
		}
	}

	private String clusterId() {
		try (Admin admin = admin()) {
			return admin.describeCluster().clusterId().get();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private Consumers consumers(String protocol, String topic) {
		return new Consumers(cluster, protocol, topic).with("auto.offset.reset", "latest")
			.timing(Duration.ofSeconds(5), Duration.ofMillis(300));
	}

	/**
	 * Reads ten records of each partition that came after the consumer did, and commits.
	 */
	private void readSome(Consumers consumers, TopicPartition... partitions) {
		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partitions[0].topic()));
			for (TopicPartition partition : partitions) {
				Consumers.pollTo(consumer, partition, 0);
				cluster.produce(partition, 9);
				// The last one is younger.
				long now = System.currentTimeMillis();
				await().until(() -> System.currentTimeMillis() > now);
				cluster.produce(partition, 1);
			}
			Consumers.pollUntil(consumer,
					() -> Set.of(partitions).stream().allMatch((each) -> Consumers.isAt(consumer, each, 10)));
			for (TopicPartition partition : partitions) {
				consumer.commitSync(Map.of(partition, new OffsetAndMetadata(10)));
			}
		}
	}

	private void delete(String group, TopicPartition partition) throws Exception {
		delete(group, Set.of(partition));
	}

	private void delete(String group, Set<TopicPartition> partitions) throws Exception {
		try (Admin admin = admin()) {
			admin.deleteConsumerGroupOffsets(group, partitions).all().get();
		}
	}

	private Admin admin() {
		return Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()));
	}

	private static Cluster named(String clusterId) {
		return new Cluster(clusterId, null, 0);
	}

}
