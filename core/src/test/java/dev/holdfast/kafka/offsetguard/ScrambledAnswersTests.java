/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.LongStream;
import java.util.stream.Stream;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.Polling;
import dev.holdfast.kafka.test.WireRequest;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.Timeout;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Brokers answer the guard's helper clients with values at random, while the client
 * itself is told the truth, or one lie. Nothing is wrong with the log: no position moves,
 * nothing is thrown, and the guard does not ask without end. As soon as the answers are
 * honest again the partition reads on from the commit.
 */
@Timeout(value = 600, unit = TimeUnit.SECONDS)
@Tag("long")
class ScrambledAnswersTests {

	/** The first of the seeds. Any number of others may be run. */
	private static final long FIRST = Long.getLong("holdfast.fuzz.first", 1);

	private static final int SEEDS = Integer.getInteger("holdfast.fuzz.seeds", 4);

	private static final int RUNS_AT_ONCE = 12;

	private static final Duration SCRAMBLED = Duration.ofSeconds(3);

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	/** A second, for the helper clients of one consumer. */
	private static final int MOST_REQUESTS = 150;

	private static KafkaCluster cluster;

	private static ExecutorService pool;

	/**
	 * All but the commits: whatever a coordinator says of these is true for all clients.
	 */
	private static final ApiKeys[] ADMIN = { ApiKeys.METADATA, ApiKeys.FIND_COORDINATOR, ApiKeys.DESCRIBE_CLUSTER,
			ApiKeys.DESCRIBE_TOPIC_PARTITIONS, ApiKeys.LIST_OFFSETS };

	@BeforeAll
	static void start() {
		cluster = KafkaCluster.builder().brokerProperty("group.consumer.heartbeat.interval.ms", "500").start();
		pool = Executors.newFixedThreadPool(RUNS_AT_ONCE);
	}

	@AfterAll
	static void stop() throws InterruptedException {
		pool.shutdownNow();
		pool.awaitTermination(PATIENCE.toSeconds(), TimeUnit.SECONDS);
		cluster.close();
	}

	@TestFactory
	Stream<DynamicTest> honestClient() {
		return runs("honest");
	}

	@TestFactory
	Stream<DynamicTest> clientIsToldThatTheLogWasTruncated() {
		TopicPartition partition = new TopicPartition("lie", 0);
		cluster.wire().inject(Fault.epochEndOffset(0).forTopic(partition.topic()));
		return runs(partition.topic());
	}

	private Stream<DynamicTest> runs(String topic) {
		TopicPartition partition = new TopicPartition(topic, 0);
		OffsetAndMetadata commit = prepare(partition);
		List<Run> runs = new ArrayList<>();
		LongStream.range(FIRST, FIRST + SEEDS)
			.forEach((seed) -> List.of("classic", "consumer")
				.forEach((protocol) -> runs.add(new Run(partition, commit, protocol, seed))));
		List<CompletableFuture<Run>> done = runs.stream()
			.map((run) -> CompletableFuture.supplyAsync(run::run, pool))
			.toList();
		return Stream.iterate(0, (i) -> i < runs.size(), (i) -> i + 1)
			.map((i) -> DynamicTest.dynamicTest(runs.get(i).group, () -> done.get(i).get().check()));
	}

	/**
	 * A log of 60 records, and a commit at 20 with a bookmark.
	 */
	private OffsetAndMetadata prepare(TopicPartition partition) {
		cluster.createTopic(partition.topic(), 1);
		cluster.produce(partition, 20);
		try (Consumer<String, String> consumer = new Consumers(cluster, "classic", partition.topic())
			.with("auto.offset.reset", "earliest")
			.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			Consumers.pollTo(consumer, partition, 20);
			consumer.commitSync(Map.of(partition, new OffsetAndMetadata(20)));
		}
		cluster.produce(partition, 40);
		return cluster.committed(partition.topic()).get(partition);
	}

	/**
	 * A group that starts at the commit.
	 */
	private static final class Run {

		private final TopicPartition partition;

		private final OffsetAndMetadata commit;

		private final long seed;

		private final String group;

		private final Consumers consumers;

		private final List<Long> delivered = new ArrayList<>();

		private Map<TopicPartition, OffsetAndMetadata> committed = Map.of();

		private long requests;

		private long millis;

		Run(TopicPartition partition, OffsetAndMetadata commit, String protocol, long seed) {
			this.partition = partition;
			this.commit = commit;
			this.seed = seed;
			this.group = "%s-%s-%d".formatted(partition.topic(), protocol, seed);
			this.consumers = new Consumers(cluster, protocol, group).with("auto.offset.reset", "latest")
				.timing(new OffsetGuardSettings.Timing(Duration.ofSeconds(5), Duration.ofSeconds(1),
						Duration.ofMillis(300)))
				.oneProcess();
		}

		Run run() {
			cluster.commit(group, partition, commit);
			long start = System.nanoTime();
			Fault.Handle admin = cluster.wire().inject(Fault.scrambled(seed, ADMIN).forClient(helper("admin")));
			Fault.Handle inspector = cluster.wire().inject(Fault.scrambled(-seed).forClient(helper("inspector")));
			try (Consumer<String, String> consumer = consumers.with("client.id", group + ".").guarded()) {
				consumer.subscribe(List.of(partition.topic()));
				Polling<String, String> polling = Polling.of(consumer)
					.patience(PATIENCE)
					.describing(() -> "%s; %s".formatted(consumers.process().assignments(), consumers.decisions))
					.onRecord((record) -> delivered.add(record.offset()));
				polling.until(() -> elapsed(start).compareTo(SCRAMBLED) > 0);
				List.of(admin, inspector).forEach(Fault.Handle::close);
				polling.until(() -> Consumers.isAt(consumer, partition, 60));
				consumer.commitSync(PATIENCE);
			}
			finally {
				List.of(admin, inspector).forEach(Fault.Handle::close);
			}
			committed = cluster.committed(group);
			millis = elapsed(start).toMillis();
			requests = cluster.wire().requests().stream().filter(this::isOfHelper).count();
			return this;
		}

		/** Without a prefix of another seed's. */
		private String helper(String kind) {
			return "holdfast-%s-%s.".formatted(kind, group);
		}

		private boolean isOfHelper(WireRequest request) {
			return request.clientId().startsWith(helper("admin")) || request.clientId().startsWith(helper("inspector"));
		}

		private static Duration elapsed(long since) {
			return Duration.ofNanos(System.nanoTime() - since);
		}

		void check() {
			assertThat(delivered).as("%s", consumers.decisions).isEqualTo(range(20, 60));
			assertThat(committed.get(partition).offset()).isEqualTo(60);
			assertThat(consumers.decisions).as("decisions").noneMatch(Run::isMove);
			assertThat(requests).as("requests in %d ms", millis).isLessThan(MOST_REQUESTS * (millis / 1000 + 1));
		}

		private static boolean isMove(Decision decision) {
			return !(decision.outcome() instanceof Outcome.Held)
					&& !(decision.outcome() instanceof Outcome.ReadFrom readFrom && readFrom.offset() == 20);
		}

	}

}
