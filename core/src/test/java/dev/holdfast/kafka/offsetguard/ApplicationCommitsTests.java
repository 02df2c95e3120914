/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.internal.memory.Bookmark;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import dev.holdfast.kafka.test.Polling;
import dev.holdfast.kafka.test.WireRequest;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.RetriableCommitFailedException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.OffsetMetadataTooLarge;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatNullPointerException;

/**
 * An application's commits that are on their way while the guard does something.
 */
@LyingKafka
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class ApplicationCommitsTests {

	private final KafkaCluster cluster;

	ApplicationCommitsTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	/**
	 * Clients call back before they commit anything else, and this guard commits where
	 * partitions start.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void callbackThatThrowsKeepsNothingFromBeingCommitted(String protocol) {
		TopicPartition before = prepare("before-" + protocol, 10);
		TopicPartition started = prepare("started-" + protocol, 0);
		Consumers consumers = consumers(protocol, before);
		List<Exception> thrown = new ArrayList<>();
		List<Long> delivered = new ArrayList<>();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(before, started));
			Consumers.pollTo(consumer, before, 10);
			// Of partitions assigned by hand, those count that were polled.
			consumer.poll(Duration.ZERO);
			// Clients call back in the next commit, too, if there is an answer.
			cluster.wire().inject(Fault.delay(Duration.ofSeconds(1), ApiKeys.OFFSET_COMMIT).times(1));
			for (String mine : List.of("first", "second")) {
				consumer.commitAsync(Map.of(before, new OffsetAndMetadata(10)), (offsets, failure) -> {
					throw new IllegalStateException(mine);
				});
			}
			cluster.produce(started, 50);
			Polling.by((timeout) -> {
				try {
					return consumer.poll(timeout);
				}
				catch (IllegalStateException ex) {
					thrown.add(ex);
					return ConsumerRecords.empty();
				}
				catch (KafkaException ex) {
					// The async client wraps what it has met between two polls.
					thrown.add((Exception) ex.getCause());
					return ConsumerRecords.empty();
				}
			})
				.onRecord((record) -> delivered.add(record.offset()))
				.until(() -> delivered.size() >= 50 && thrown.size() >= 2);
			consumer.poll(Duration.ZERO);
		}
		assertThat(thrown).extracting(Exception::getMessage).containsExactly("first", "second");
		assertThat(delivered).isEqualTo(range(0, 50));
		assertThat(cluster.committed(before.topic()).get(started).offset()).isZero();
	}

	/**
	 * The broker refuses the bookmark after the decision that the offset is one in
	 * another topic.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void commitThatIsSentAgainWithoutBookmarkIsLookedAtAgain(String protocol) {
		TopicPartition partition = prepare("again-" + protocol, 50);
		Consumers consumers = consumers(protocol, partition).with("metadata.max.age.ms", 200)
			.timing(new OffsetGuardSettings.Timing(Duration.ofSeconds(5), Duration.ofSeconds(30),
					Duration.ofMillis(200)));
		List<Exception> called = new ArrayList<>();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(partition));
			Consumers.pollTo(consumer, partition, 50);
			consumer.commitSync(Map.of(partition, new OffsetAndMetadata(50)));
			consumer.pause(Set.of(partition));
			consumers.decisions.clear();
			cluster.deleteTopic(partition.topic());
			cluster.createTopic(partition.topic(), 1);
			cluster.produce(partition, 100);
			cluster.wire().inject(Fault.delay(Duration.ofSeconds(4), ApiKeys.OFFSET_COMMIT).times(1));
			Fault.Handle refused = cluster.wire()
				.inject(Fault.error(ApiKeys.OFFSET_COMMIT, Errors.OFFSET_METADATA_TOO_LARGE).times(1));
			consumer.commitAsync(Map.of(partition, new OffsetAndMetadata(50)),
					(offsets, failure) -> called.add(failure));
			Consumers.pollUntil(consumer, () -> !consumers.decisions.isEmpty());
			assertThat(called).isEmpty();
			Consumers.pollUntil(consumer, () -> !called.isEmpty());

			assertThat(refused.hits()).isEqualTo(1);
			assertThat(consumers.causes()).containsExactly(Cause.TOPIC_RECREATED);
			assertThat(called).singleElement().isInstanceOf(RetriableCommitFailedException.class);
			assertThat(cluster.committed(partition.topic()).get(partition).offset()).isZero();
		}
		finally {
			cluster.wire().honest();
		}
	}

	/**
	 * Only what is taken without bookmarks shows that they were too large.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void metadataOfTheApplicationThatIsTooLargeLeavesBookmarksAlone(String protocol) {
		TopicPartition partition = prepare("too-large-" + protocol, 50);
		TopicPartition other = prepare("too-large-too-" + protocol, 50);
		OffsetAndMetadata tooLarge = new OffsetAndMetadata(20, "x".repeat(5000));
		List<Exception> failures = new ArrayList<>();

		try (Consumer<String, String> consumer = consumers(protocol, partition).guarded()) {
			consumer.assign(List.of(partition, other));
			Consumers.pollTo(consumer, partition, 50);
			assertThatExceptionOfType(OffsetMetadataTooLarge.class)
				.isThrownBy(() -> consumer.commitSync(Map.of(partition, new OffsetAndMetadata(20), other, tooLarge)));
			consumer.commitAsync(Map.of(partition, new OffsetAndMetadata(20), other, tooLarge),
					(offsets, failure) -> failures.add(failure));
			Consumers.pollUntil(consumer, () -> !failures.isEmpty());
			assertThat(failures).singleElement().isInstanceOf(OffsetMetadataTooLarge.class);

			consumer.commitSync(Map.of(partition, new OffsetAndMetadata(30)));
			OffsetAndMetadata committed = cluster.committed(partition.topic()).get(partition);
			assertThat(committed.offset()).isEqualTo(30);
			assertThat(Bookmark.isOne(committed.metadata())).isTrue();
		}
	}

	/**
	 * The one that was too large is not among those that are sent again.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void metadataThatIsOvertakenLeavesBookmarksAlone(String protocol) {
		TopicPartition partition = prepare("overtaken-" + protocol, 50);
		TopicPartition other = prepare("overtaken-too-" + protocol, 50);
		List<String> called = new ArrayList<>();

		try (Consumer<String, String> consumer = consumers(protocol, partition).guarded()) {
			consumer.assign(List.of(partition, other));
			Consumers.pollTo(consumer, partition, 50);
			consumer.commitAsync(
					Map.of(partition, new OffsetAndMetadata(20), other, new OffsetAndMetadata(20, "x".repeat(5000))),
					(offsets, failure) -> called.add("%s %s".formatted(offsets.keySet(), failure)));
			consumer.commitAsync(Map.of(other, new OffsetAndMetadata(30)), null);
			Consumers.pollUntil(consumer, () -> !called.isEmpty());
			assertThat(called).containsExactly("[%s] null".formatted(partition));

			consumer.commitSync(Map.of(partition, new OffsetAndMetadata(40)));
			Map<TopicPartition, OffsetAndMetadata> committed = cluster.committed(partition.topic());
			assertThat(committed.get(partition).offset()).isEqualTo(40);
			assertThat(Bookmark.isOne(committed.get(partition).metadata())).isTrue();
			assertThat(committed.get(other).offset()).isEqualTo(30);
		}
	}

	/**
	 * Clients throw from a commit what the callback of an earlier one throws.
	 */
	@Test
	void callbackMayThrowWhatABookmarkCouldHaveBeenRefusedWith() {
		TopicPartition partition = prepare("rethrown", 50);

		try (Consumer<String, String> consumer = consumers("classic", partition).guarded()) {
			consumer.assign(List.of(partition));
			Consumers.pollTo(consumer, partition, 50);
			consumer.commitAsync(Map.of(partition, new OffsetAndMetadata(10, "x".repeat(5000))), (offsets, failure) -> {
				throw (RuntimeException) failure;
			});
			assertThatExceptionOfType(OffsetMetadataTooLarge.class)
				.isThrownBy(() -> consumer.commitSync(Map.of(partition, new OffsetAndMetadata(20))));
			consumer.commitSync(Map.of(partition, new OffsetAndMetadata(30)));
			assertThat(Bookmark.isOne(cluster.committed(partition.topic()).get(partition).metadata())).isTrue();
		}
	}

	/**
	 * As tools do that only commit: nothing is asked of brokers besides, and a wakeup is
	 * thrown once.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void commitsBeforeAnyPollAreTheClientsOwn(String protocol) {
		TopicPartition partition = prepare("unpolled-" + protocol, 50);

		try (Consumer<String, String> consumer = consumers(protocol, partition).guarded()) {
			consumer.assign(List.of(partition));
			consumer.wakeup();
			consumer.commitAsync(Map.of(partition, new OffsetAndMetadata(5)), null);
			assertThatExceptionOfType(WakeupException.class)
				.isThrownBy(() -> consumer.commitSync(Map.of(partition, new OffsetAndMetadata(10))));
			consumer.commitSync(Map.of(partition, new OffsetAndMetadata(20)));

			assertThat(cluster.committed(partition.topic()).get(partition).offset()).isEqualTo(20);
			assertThat(cluster.wire().requests()).extracting(WireRequest::clientId)
				.noneMatch((client) -> client != null && client.startsWith("holdfast"));
		}
	}

	/**
	 * Where there is nothing, nothing is meant, and least of all everything.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void noOffsetsAreAnError(String protocol) {
		TopicPartition partition = prepare("null-" + protocol, 50);

		try (Consumer<String, String> consumer = consumers(protocol, partition).guarded()) {
			consumer.assign(List.of(partition));
			Consumers.pollTo(consumer, partition, 50);

			assertThatNullPointerException()
				.isThrownBy(() -> consumer.commitSync((Map<TopicPartition, OffsetAndMetadata>) null));
			assertThatNullPointerException().isThrownBy(() -> consumer.commitAsync(null, null));
			consumer.poll(Duration.ZERO);
			assertThat(cluster.committed(partition.topic())).isEmpty();
		}
	}

	/**
	 * The client tells of a commit of all that was consumed in its own time.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void lastCommitIsWhatIsRemembered(String protocol) throws Exception {
		TopicPartition partition = prepare("remembered-" + protocol, 50);
		Consumers consumers = consumers(protocol, partition).policy(Cause.COMMITTED_OFFSET_LOST, Action.EARLIEST)
			.oneProcess();
		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(partition));
			Consumers.pollTo(consumer, partition, 50);
			consumer.seek(partition, 10);
			consumer.commitSync();
			consumer.commitSync(Map.of(partition, new OffsetAndMetadata(50)));
			consumer.pause(Set.of(partition));
			consumer.poll(Duration.ZERO);
		}
		cluster.admin().deleteConsumerGroupOffsets(partition.topic(), Set.of(partition)).all().get();
		consumers.decisions.clear();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(partition));
			Consumers.pollTo(consumer, partition, 50);
		}
		assertThat(consumers.decisions).singleElement().satisfies((decision) -> {
			assertThat(decision.cause()).isEqualTo(Cause.COMMITTED_OFFSET_LOST);
			assertThat(decision.impact().rewound()).isEqualTo(50);
		});
	}

	private Consumers consumers(String protocol, TopicPartition partition) {
		return new Consumers(cluster, protocol, partition.topic()).with("auto.offset.reset", "earliest");
	}

	private TopicPartition prepare(String topic, int records) {
		TopicPartition partition = new TopicPartition(topic, 0);
		cluster.createTopic(topic, 1);
		if (records > 0) {
			cluster.produce(partition, records);
		}
		return partition;
	}

}
