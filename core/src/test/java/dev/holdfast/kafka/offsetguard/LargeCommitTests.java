/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;

import dev.holdfast.kafka.offsetguard.internal.memory.Bookmark;
import dev.holdfast.kafka.test.KafkaCluster;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * Commits of many partitions at once, to brokers that take them as they are, but not with
 * a bookmark for each partition. The limit is that of one batch in the coordinator's log,
 * which is 1 MB unless it is set; here it is less, so that fewer partitions do.
 */
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class LargeCommitTests {

	private static final int PARTITIONS = 500;

	private static final String TOPIC = "large";

	private static KafkaCluster cluster;

	@BeforeAll
	static void start() {
		cluster = KafkaCluster.builder().brokerProperty("message.max.bytes", "55000").start();
		// Brokers make the topic of commits now, while they have little else to make.
		TopicPartition first = new TopicPartition("first", 0);
		cluster.createTopic(first.topic(), 1);
		cluster.commit("first", first, new OffsetAndMetadata(0));
		cluster.createTopic(TOPIC, PARTITIONS);
	}

	@AfterAll
	static void stop() {
		cluster.close();
	}

	@ParameterizedTest
	@CsvSource({ "classic, true, false", "consumer, true, false", "classic, false, false", "consumer, false, false",
			"classic, true, true", "consumer, true, true", "classic, false, true", "consumer, false, true" })
	void commitThatIsTooLargeWithBookmarksIsMadeWithoutThem(String protocol, boolean sync, boolean guarded) {
		String group = "%s-%s-%s".formatted(protocol, sync, guarded);
		Consumers consumers = consumers(protocol, group);

		try (Consumer<String, String> consumer = consumers.create(guarded)) {
			startAll(consumer, consumers, guarded);
			for (int commit = 1; commit <= 3; commit++) {
				commit(consumer, sync, PARTITIONS, commit);
				assertThat(cluster.committed(group)).hasSize(PARTITIONS)
					.containsEntry(new TopicPartition(TOPIC, PARTITIONS - 1), new OffsetAndMetadata(commit));
			}
			// Once is no proof; then it is known.
			assertThat(cluster.wire().count(group, ApiKeys.OFFSET_COMMIT)).isEqualTo(guarded ? 5 : 3);

			commit(consumer, sync, 10, 4);
			assertThat(cluster.committed(group).values()).filteredOn((each) -> Bookmark.isOne(each.metadata()))
				.hasSize(guarded ? 10 : 0)
				.allSatisfy((each) -> assertThat(each.offset()).isEqualTo(4));
		}
	}

	/**
	 * What brokers take is learned for each size, from a refusal that the application
	 * does not notice.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false", "consumer, false", "classic, true", "consumer, true" })
	void commitOfFewerPartitionsThatIsStillTooLargeIsMadeWithoutThem(String protocol, boolean guarded) {
		String group = "fewer-%s-%s".formatted(protocol, guarded);
		Consumers consumers = consumers(protocol, group);

		try (Consumer<String, String> consumer = consumers.create(guarded)) {
			startAll(consumer, consumers, guarded);
			commit(consumer, true, PARTITIONS, 1);
			commit(consumer, true, PARTITIONS, 2);
			for (int fewer = PARTITIONS - 1; fewer > PARTITIONS - 4; fewer--) {
				commit(consumer, true, fewer, fewer);
				assertThat(cluster.committed(group)).hasSize(PARTITIONS)
					.containsEntry(new TopicPartition(TOPIC, 0), new OffsetAndMetadata(fewer));
			}
		}
	}

	/**
	 * A later one, which is small enough, is taken while the large one is refused.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void commitThatIsSentAgainDoesNotUndoALaterOne(String protocol) {
		String group = "overtaken-" + protocol;
		TopicPartition first = new TopicPartition(TOPIC, 0);
		List<Exception> failures = new ArrayList<>();
		Consumers consumers = consumers(protocol, group);

		try (Consumer<String, String> consumer = consumers.guarded()) {
			startAll(consumer, consumers, true);
			consumer.poll(Duration.ofMillis(100));
			consumer.commitAsync(offsets(PARTITIONS, 1), (offsets, failure) -> failures.add(failure));
			consumer.commitAsync(offsets(1, 2), (offsets, failure) -> failures.add(failure));
			Consumers.pollUntil(consumer, () -> failures.size() == 2);

			assertThat(failures).containsOnlyNulls();
			Map<TopicPartition, OffsetAndMetadata> committed = cluster.committed(group);
			assertThat(committed).hasSize(PARTITIONS);
			assertThat(committed.get(first).offset()).isEqualTo(2);
			assertThat(committed.get(new TopicPartition(TOPIC, 1)).offset()).isEqualTo(1);
		}
	}

	/**
	 * Where partitions start fits as well, bookmarks and all.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void firstPositionsAreCommittedInPieces(String protocol) {
		String group = "pieces-" + protocol;
		Consumers consumers = consumers(protocol, group);

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(TOPIC));
			Consumers.pollUntil(consumer, () -> consumers.decisions.size() == PARTITIONS);
			cluster.wire().forget();
			commit(consumer, true, 1, 0);
			Consumers.pollUntil(consumer, () -> cluster.committed(group).size() == PARTITIONS);

			assertThat(cluster.committed(group).values()).allMatch((each) -> Bookmark.isOne(each.metadata()));
			assertThat(cluster.wire().count(group, ApiKeys.OFFSET_COMMIT)).isEqualTo(1 + 5);
		}
	}

	/** A guarded consumer does not commit on partitions whose starts are undecided. */
	private static void startAll(Consumer<?, ?> consumer, Consumers consumers, boolean guarded) {
		consumer.assign(partitions(PARTITIONS));
		Consumers.pollTo(consumer, new TopicPartition(TOPIC, 0), 0);
		if (guarded) {
			Consumers.pollUntil(consumer, () -> consumers.decisions.size() == PARTITIONS);
		}
	}

	private static void commit(Consumer<?, ?> consumer, boolean sync, int partitions, long offset) {
		if (sync) {
			consumer.commitSync(offsets(partitions, offset));
			return;
		}
		List<Exception> failures = new ArrayList<>();
		consumer.commitAsync(offsets(partitions, offset), (offsets, failure) -> failures.add(failure));
		Consumers.pollUntil(consumer, () -> !failures.isEmpty());
		assertThat(failures).containsOnlyNulls();
	}

	private static Consumers consumers(String protocol, String group) {
		return new Consumers(cluster, protocol, group).with("auto.offset.reset", "earliest");
	}

	private static Map<TopicPartition, OffsetAndMetadata> offsets(int partitions, long offset) {
		Map<TopicPartition, OffsetAndMetadata> offsets = new HashMap<>();
		partitions(partitions).forEach((partition) -> offsets.put(partition, new OffsetAndMetadata(offset)));
		return offsets;
	}

	private static List<TopicPartition> partitions(int count) {
		return IntStream.range(0, count).mapToObj((partition) -> new TopicPartition(TOPIC, partition)).toList();
	}

}
