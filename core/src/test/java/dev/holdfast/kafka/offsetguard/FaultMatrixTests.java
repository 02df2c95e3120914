/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewPartitions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Every cause but {@code log-truncated}, which takes three brokers, under both group
 * protocols and with both ways to commit: what is delivered after a restart, what is
 * decided and counted, and that no other partition misses a record or gets one twice.
 * <p>
 * Partition 0 is the one in trouble: ten records are read and committed, then ten more
 * come. So they do on partition 1, the other one.
 */
@LyingKafka
@Timeout(value = 300, unit = TimeUnit.SECONDS)
class FaultMatrixTests {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private final KafkaCluster cluster;

	FaultMatrixTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	/** What happens between the two runs of a consumer. */
	private enum Trouble {

		NO_COMMITTED_OFFSET(Cause.NO_COMMITTED_OFFSET, range(0, 20), 0, 0, 0),

		NEW_PARTITION(Cause.NEW_PARTITION, range(0, 10), 0, 0, 0),

		COMMITTED_OFFSET_LOST(Cause.COMMITTED_OFFSET_LOST, List.of(), 0, 0, 0),

		BELOW_LOG_START(Cause.BELOW_LOG_START, range(15, 20), 5, 0, 0),

		ABOVE_LOG_END(Cause.ABOVE_LOG_END, List.of(), 0, 0, 0),

		FALSE_TRUNCATION(Cause.FALSE_TRUNCATION, range(10, 20), 0, 0, 10),

		SPURIOUS_OUT_OF_RANGE(Cause.SPURIOUS_OUT_OF_RANGE, range(10, 20), 0, 0, 10),

		EPOCH_AHEAD(Cause.EPOCH_AHEAD, range(10, 20), 0, 0, 0),

		TOPIC_RECREATED(Cause.TOPIC_RECREATED, range(0, 30), 0, 0, 10),

		UNVERIFIABLE(Cause.UNVERIFIABLE, List.of(), 0, 0, 0);

		private final Cause cause;

		private final List<Long> delivered;

		private final Decision.Impact impact;

		Trouble(Cause cause, List<Long> delivered, long lost, long rewound, long spared) {
			this.cause = cause;
			this.delivered = delivered;
			this.impact = new Decision.Impact(lost, rewound, spared);
		}

	}

	static Stream<Arguments> matrix() {
		return Stream.of(Trouble.values())
			.flatMap((trouble) -> Stream.of("classic", "consumer")
				.flatMap((protocol) -> Stream.of(Arguments.of(trouble, protocol, false),
						Arguments.of(trouble, protocol, true))));
	}

	@ParameterizedTest
	@MethodSource("matrix")
	void deliversExactlyWhatIsDecided(Trouble trouble, String protocol, boolean autoCommit) throws Exception {
		Case one = new Case(trouble, protocol, autoCommit);
		one.firstRun();
		try (Fault.Handle fault = one.cause()) {
			one.secondRun();
		}
		one.verify();
	}

	private final class Case {

		private final Trouble trouble;

		private final String protocol;

		private final boolean autoCommit;

		private final String topic;

		private final TopicPartition troubled;

		private final TopicPartition other;

		private final Consumers consumers;

		private final Map<TopicPartition, List<Long>> delivered = new HashMap<>();

		private @Nullable KafkaException failure;

		Case(Trouble trouble, String protocol, boolean autoCommit) {
			this.trouble = trouble;
			this.protocol = protocol;
			this.autoCommit = autoCommit;
			this.topic = "%s-%s-%s".formatted(trouble, protocol, autoCommit).toLowerCase(Locale.ROOT);
			boolean added = trouble == Trouble.NEW_PARTITION;
			this.troubled = new TopicPartition(topic, added ? 1 : 0);
			this.other = new TopicPartition(topic, added ? 0 : 1);
			this.consumers = new Consumers(cluster, protocol, topic).with("enable.auto.commit", autoCommit)
				.with("auto.commit.interval.ms", 100)
				.with("auto.offset.reset", "earliest")
				.timing(new OffsetGuardSettings.Timing(Duration.ofSeconds(2), Duration.ofMinutes(1),
						Duration.ofMillis(200)))
				.commits(trouble != Trouble.NO_COMMITTED_OFFSET, trouble != Trouble.NO_COMMITTED_OFFSET, false)
				.oneProcess();
		}

		void firstRun() {
			boolean added = trouble == Trouble.NEW_PARTITION;
			cluster.createTopic(topic, added ? 1 : 2);
			List<TopicPartition> partitions = added ? List.of(other) : List.of(troubled, other);
			partitions.forEach((partition) -> cluster.produce(partition, 10));
			try (Consumer<String, String> consumer = consumers.guarded()) {
				consumer.subscribe(List.of(topic));
				poll(consumer, () -> partitions.stream().allMatch((each) -> Consumers.isAt(consumer, each, 10)));
				poll(consumer,
						() -> cluster.committed(topic)
							.values()
							.stream()
							.filter((commit) -> commit.offset() == 10)
							.count() == partitions.size());
			}
			if (autoCommit) {
				// What the client commits by itself is known once somebody has read it.
				try (Consumer<String, String> consumer = consumers.guarded()) {
					consumer.subscribe(List.of(topic));
					poll(consumer, () -> partitions.stream().allMatch((each) -> Consumers.isAt(consumer, each, 10)));
				}
			}
			assertThat(delivered).allSatisfy((partition, offsets) -> assertThat(offsets).isEqualTo(range(0, 10)));
			delivered.clear();
			consumers.decisions.clear();
		}

		Fault.@Nullable Handle cause() throws Exception {
			Set<Trouble> unmade = Set.of(Trouble.NEW_PARTITION, Trouble.TOPIC_RECREATED);
			if (!unmade.contains(trouble)) {
				cluster.produce(troubled, 10);
			}
			if (trouble != Trouble.TOPIC_RECREATED) {
				cluster.produce(other, 10);
			}
			try (Admin admin = Admin.create(Map.of("bootstrap.servers", cluster.bootstrapServers()))) {
				switch (trouble) {
					case NO_COMMITTED_OFFSET, COMMITTED_OFFSET_LOST ->
						admin.deleteConsumerGroupOffsets(topic, Set.of(troubled)).all().get();
					case NEW_PARTITION -> {
						admin.createPartitions(Map.of(topic, NewPartitions.increaseTo(2))).all().get();
						cluster.produce(troubled, 10);
					}
					case BELOW_LOG_START -> cluster.deleteRecords(troubled, 15);
					case ABOVE_LOG_END -> cluster.commit(topic, troubled, new OffsetAndMetadata(500));
					case FALSE_TRUNCATION, UNVERIFIABLE ->
						cluster.commit(topic, troubled, new OffsetAndMetadata(10, Optional.of(0), ""));
					case EPOCH_AHEAD -> cluster.commit(topic, troubled, new OffsetAndMetadata(10, Optional.of(9), ""));
					default -> {
					}
				}
			}
			return switch (trouble) {
				case FALSE_TRUNCATION -> cluster.wire().inject(Fault.epochEndOffset(0).forPartition(troubled));
				case UNVERIFIABLE -> cluster.wire().inject(Fault.undefinedEpochEndOffset().forPartition(troubled));
				case SPURIOUS_OUT_OF_RANGE ->
					cluster.wire().inject(Fault.offsetOutOfRange().forPartition(troubled).forClient(topic).times(1));
				default -> null;
			};
		}

		void secondRun() {
			Consumers second = (trouble == Trouble.NO_COMMITTED_OFFSET)
					? consumers.commits(false, false, false).oneProcess() : consumers;
			try (Consumer<String, String> consumer = second.guarded()) {
				consumer.subscribe(List.of(topic));
				if (trouble == Trouble.TOPIC_RECREATED) {
					poll(consumer, () -> Consumers.isAt(consumer, troubled, 10) && Consumers.isAt(consumer, other, 10));
					cluster.deleteTopic(topic);
					cluster.createTopic(topic, 2);
					cluster.produce(troubled, 30);
					cluster.produce(other, 20);
				}
				poll(consumer, () -> !consumers.decisions.isEmpty() && Consumers.isAt(consumer, other, 20)
						&& (isHeld() || isDelivered()));
			}
			catch (KafkaException ex) {
				failure = ex;
			}
		}

		private boolean isDelivered() {
			if (trouble == Trouble.TOPIC_RECREATED) {
				return consumers.decisions.size() >= 2 && endsWith(troubled, 30) && endsWith(other, 20);
			}
			return delivered.getOrDefault(troubled, List.of()).containsAll(trouble.delivered);
		}

		private boolean endsWith(TopicPartition partition, int records) {
			List<Long> offsets = delivered.getOrDefault(partition, List.of());
			return offsets.size() >= records
					&& offsets.subList(offsets.size() - records, offsets.size()).equals(range(0, records));
		}

		/**
		 * Whether the guard cannot do what it would: a client that commits by itself has
		 * to have a position, and one that reads commits by itself believes their epochs.
		 */
		private boolean isFailed() {
			return trouble == Trouble.COMMITTED_OFFSET_LOST && autoCommit;
		}

		private boolean isHeld() {
			return trouble.delivered.isEmpty() || isBelievedByTheClient();
		}

		private boolean isBelievedByTheClient() {
			return trouble == Trouble.EPOCH_AHEAD && protocol.equals("consumer");
		}

		/**
		 * Commits that a client makes by itself carry no bookmark.
		 */
		private Cause expectedCause() {
			return (trouble == Trouble.NEW_PARTITION && autoCommit) ? Cause.NO_COMMITTED_OFFSET : trouble.cause;
		}

		void verify() {
			List<Decision> decisions = consumers.decisions.stream()
				.filter((decision) -> decision.partition().equals(troubled))
				.toList();
			// A group that loses a topic and gets it back is asked twice.
			assertThat(decisions).hasSizeBetween(1, (trouble == Trouble.TOPIC_RECREATED) ? 2 : 1);
			assertThat(decisions).allSatisfy((decision) -> {
				assertThat(decision.cause()).isEqualTo(expectedCause());
				assertThat(decision.policyAction()).isEqualTo(expectedCause().defaultAction());
				if (isFailed()) {
					assertThat(decision.outcome()).isEqualTo(new Outcome.Failed());
				}
				else {
					assertThat(decision.outcome())
						.isEqualTo(isHeld() ? new Outcome.Held() : new Outcome.ReadFrom(trouble.delivered.get(0)));
				}
			});
			if (isFailed()) {
				assertThat(failure).isInstanceOf(OffsetDecisionException.class);
			}
			else {
				assertThat(failure).isNull();
			}
			if (trouble == Trouble.TOPIC_RECREATED) {
				// Until somebody looks the client reads on, at the old offset in the new
				// log.
				assertThat(delivered.get(troubled)).endsWith(range(0, 30).toArray(Long[]::new));
				assertThat(delivered.get(other)).endsWith(range(0, 20).toArray(Long[]::new));
				return;
			}
			assertThat(consumers.decisions).hasSize(1);
			assertThat(delivered.getOrDefault(troubled, List.of())).isEqualTo(isHeld() ? List.of() : trouble.delivered);
			assertThat(decisions.get(0).impact()).isEqualTo(isHeld() ? Decision.Impact.NONE : trouble.impact);
			if (!isFailed()) {
				assertThat(delivered.get(other)).isEqualTo(range(10, 20));
			}
		}

		private void poll(Consumer<String, String> consumer, BooleanSupplier condition) {
			long end = System.nanoTime() + PATIENCE.toNanos();
			while (!condition.getAsBoolean()) {
				assertThat(System.nanoTime()).as("still waiting with %s and %s", delivered, consumers.causes())
					.isLessThan(end);
				Map<TopicPartition, OffsetAndMetadata> commits = new HashMap<>();
				for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(50))) {
					TopicPartition partition = new TopicPartition(record.topic(), record.partition());
					delivered.computeIfAbsent(partition, (key) -> new ArrayList<>()).add(record.offset());
					commits.put(partition, new OffsetAndMetadata(record.offset() + 1));
				}
				if (!autoCommit && !commits.isEmpty()) {
					consumer.commitSync(commits);
				}
			}
		}

	}

}
