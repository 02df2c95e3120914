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

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.decision.Resolution;
import dev.holdfast.kafka.offsetguard.internal.cluster.Cluster;
import dev.holdfast.kafka.offsetguard.internal.memory.Bookmark;
import dev.holdfast.kafka.offsetguard.policy.Action;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.MoveLimits;
import dev.holdfast.kafka.offsetguard.policy.OffsetPolicy;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.clients.consumer.RangeAssignor;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A coordinator that serves an older commit than the group has made last, as one does
 * whose log was restored: bookmark and all.
 */
@LyingKafka
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class RegressedCommitTests {

	private final KafkaCluster cluster;

	RegressedCommitTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void boundsHold(String protocol) {
		TopicPartition partition = prepare("bounded-" + protocol);
		Consumers consumers = consumers(protocol, partition,
				new OffsetPolicy(Map.of(), new MoveLimits(49L, null), List.of()));
		serve(partition, commit150And200(consumers, partition));

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			assertThat(Consumers.pollUntil(consumer, () -> !consumers.decisions.isEmpty())).isEmpty();
			for (int i = 0; i < 5; i++) {
				assertThat(consumer.poll(Duration.ofMillis(200))).isEmpty();
			}
			assertThat(consumers.decisions).singleElement().satisfies((decision) -> {
				assertThat(decision.policyAction()).isEqualTo(Action.KEEP);
				assertThat(decision.action()).isEqualTo(Action.HOLD);
			});

			consumers.process()
				.resolve(partition.topic(), partition, new Resolution(Action.LATEST_KNOWN, "me", "a test"));
			assertThat(Consumers.pollTo(consumer, partition, 270)).isEqualTo(range(200, 270));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void latestKnownGoesOnWhereThisProcessHasCommitted(String protocol) {
		TopicPartition partition = prepare("latest-known-" + protocol);
		Consumers consumers = consumers(protocol, partition, new OffsetPolicy(
				Map.of(Cause.COMMITTED_OFFSET_REGRESSED, Action.LATEST_KNOWN), MoveLimits.unlimited(), List.of()));
		serve(partition, commit150And200(consumers, partition));

		assertThat(Consumers.readTo(consumers.guarded(), partition, 270)).isEqualTo(range(200, 270));

		assertThat(consumers.decisions).singleElement().satisfies((decision) -> {
			assertThat(decision.action()).isEqualTo(Action.LATEST_KNOWN);
			assertThat(decision.impact()).isEqualTo(new Decision.Impact(0, 0, 50));
		});
	}

	/**
	 * Retention has taken the record that would prove that it is the same log.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void latestKnownHoldsWhereTheLastRecordIsGone(String protocol) throws Exception {
		TopicPartition partition = prepare("gone-" + protocol);
		Consumers consumers = consumers(protocol, partition, new OffsetPolicy(
				Map.of(Cause.COMMITTED_OFFSET_REGRESSED, Action.LATEST_KNOWN), MoveLimits.unlimited(), List.of()));
		serve(partition, commit150And200(consumers, partition));
		cluster.admin().deleteRecords(Map.of(partition, RecordsToDelete.beforeOffset(200))).all().get();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			assertThat(Consumers.pollUntil(consumer, () -> !consumers.decisions.isEmpty())).isEmpty();

			assertThat(consumers.decisions).singleElement()
				.satisfies((decision) -> assertThat(decision.outcome()).isEqualTo(new Outcome.Held()));
		}
	}

	/**
	 * Operators reset offsets without a bookmark, and other members of the group make
	 * bookmarks of their own.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, OPERATOR", "consumer, OPERATOR", "classic, MEMBER", "consumer, MEMBER",
			"classic, APPLICATION", "consumer, APPLICATION" })
	void lowerCommitThatIsNotAnOlderOneIsBelieved(String protocol, Rewind rewind) {
		TopicPartition partition = prepare("lower-%s-%s".formatted(protocol, rewind));
		Consumers consumers = consumers(protocol, partition, OffsetPolicy.defaults());
		OffsetAndMetadata older = commit150And200(consumers, partition);

		switch (rewind) {
			case OPERATOR -> serve(partition, new OffsetAndMetadata(150));
			case MEMBER -> {
				Bookmark bookmark = Bookmark.in(older, named(clusterId()));
				serve(partition, new OffsetAndMetadata(150,
						new Bookmark(clusterId(), bookmark.topicId(), 150, 1, -1, -1, -1, true, "").toString()));
			}
			case APPLICATION -> {
				try (Consumer<String, String> consumer = consumers.guarded()) {
					consumer.assign(List.of(partition));
					consumer.seek(partition, 100);
					Consumers.pollTo(consumer, partition, 150);
					consumer.commitSync(Map.of(partition, new OffsetAndMetadata(150)));
				}
			}
		}

		assertThat(Consumers.readTo(consumers.guarded(), partition, 270)).isEqualTo(range(150, 270));
		assertThat(consumers.decisions).isEmpty();
	}

	enum Rewind {

		OPERATOR, MEMBER, APPLICATION

	}

	/**
	 * The answer to a commit of 200 waits in the client of a member that has lost the
	 * partition. The member that has it now has committed 250 when the callback runs.
	 * Only the classic client: an async one may fail by itself where a slow member still
	 * has records of the partition that it has lost.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, GIVES_UP, false", "classic, GIVES_UP, true", "classic, IS_SLOW, false",
			"classic, IS_SLOW, true" })
	void lateAnswerDoesNotUndoALaterCommit(String protocol, Loser loser, boolean guarded) {
		TopicPartition partition = prepare("late-%s-%s-%s".formatted(protocol, loser, guarded));
		String others = partition.topic() + "-others";
		cluster.createTopic(others, 1);
		Consumers consumers = consumers(protocol, partition, new OffsetPolicy(
				Map.of(Cause.COMMITTED_OFFSET_REGRESSED, Action.HOLD), MoveLimits.unlimited(), List.of()))
			.with("metadata.max.age.ms", 500);
		consumers.with("partition.assignment.strategy", RangeAssignor.class.getName());
		List<OffsetAndMetadata> answers = new ArrayList<>();

		// A client sends nothing more to a broker that owes it a hundred answers: with a
		// heartbeat every 100 ms that is so after ten seconds.
		try (Consumer<String, String> next = consumers.with("client.id", partition.topic() + "-next")
			.with("heartbeat.interval.ms", 100)
			.create(guarded);
				Consumer<String, String> last = consumers.with("client.id", partition.topic() + "-last")
					.with("heartbeat.interval.ms", 1_000)
					.with("max.poll.interval.ms", (loser == Loser.IS_SLOW) ? 3_000 : 300_000)
					.create(guarded)) {
			next.subscribe(List.of(others));
			// The first one leads the group, and must not wait for the answer, too.
			Consumers.pollUntil(next, () -> !next.assignment().isEmpty());
			last.subscribe(List.of(partition.topic()));
			Consumers.pollUntil(next, () -> {
				last.poll(Duration.ofMillis(20));
				return Consumers.isAtLeast(last, partition, 10) && !next.assignment().isEmpty();
			});
			Consumers.pollTo(last, partition, 200);
			Fault.Handle late = cluster.wire()
				.inject(Fault.delay(Duration.ofMinutes(1), ApiKeys.OFFSET_COMMIT)
					.forClient((loser == Loser.GIVES_UP) ? partition.topic() + "-last" : "nobody"));
			last.commitAsync(Map.of(partition, new OffsetAndMetadata(200)),
					(offsets, failure) -> answers.addAll(offsets.values()));
			await().until(() -> cluster.committed(partition.topic()).containsKey(partition));
			if (loser == Loser.GIVES_UP) {
				last.subscribe(List.of(others));
			}
			next.subscribe(List.of(partition.topic()));
			Consumers.pollUntil(next, () -> {
				if (loser == Loser.GIVES_UP) {
					last.poll(Duration.ofMillis(20));
				}
				return Consumers.isAtLeast(next, partition, 210);
			});
			Consumers.pollTo(next, partition, 250);
			assertThat(answers).isEmpty();
			next.commitSync(Map.of(partition, new OffsetAndMetadata(250)));
			next.close();
			late.close();
			Consumers.pollUntil(last, () -> !answers.isEmpty());
			assertThat(answers).extracting(OffsetAndMetadata::offset).containsExactly(200L);
		}

		try (Consumer<String, String> consumer = consumers.create(guarded)) {
			consumer.subscribe(List.of(partition.topic()));
			Map<TopicPartition, List<Long>> delivered = Consumers.pollUntil(consumer,
					() -> consumers.causes().contains(Cause.COMMITTED_OFFSET_REGRESSED)
							|| Consumers.isAt(consumer, partition, 270));

			assertThat(consumers.causes()).doesNotContain(Cause.COMMITTED_OFFSET_REGRESSED);
			assertThat(delivered).isEqualTo(Map.of(partition, range(250, 270)));
		}
	}

	/** How a member loses its partition. */
	enum Loser {

		GIVES_UP, IS_SLOW

	}

	/**
	 * Commits 150, then 200, each where the consumer was.
	 * @return the older commit, as the coordinator had it
	 */
	private OffsetAndMetadata commit150And200(Consumers consumers, TopicPartition partition) {
		OffsetAndMetadata older;
		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(partition));
			Consumers.pollTo(consumer, partition, 150);
			consumer.commitSync(Map.of(partition, new OffsetAndMetadata(150)));
			older = cluster.committed(partition.topic()).get(partition);
			Consumers.pollTo(consumer, partition, 200);
			consumer.commitSync(Map.of(partition, new OffsetAndMetadata(200)));
		}
		consumers.decisions.clear();
		return older;
	}

	private void serve(TopicPartition partition, OffsetAndMetadata commit) {
		cluster.commit(partition.topic(), partition, commit);
	}

	private Consumers consumers(String protocol, TopicPartition partition, OffsetPolicy policy) {
		return new Consumers(cluster, protocol, partition.topic()).with("auto.offset.reset", "earliest")
			.with("max.poll.records", 10)
			.policy(policy)
			.oneProcess();
	}

	private String clusterId() {
		try {
			return cluster.admin().describeCluster().clusterId().get();
		}
		catch (Exception ex) {
			throw new IllegalStateException(ex);
		}
	}

	private TopicPartition prepare(String topic) {
		TopicPartition partition = new TopicPartition(topic, 0);
		cluster.createTopic(topic, 1);
		cluster.produce(partition, 270);
		return partition;
	}

	private static Cluster named(String clusterId) {
		return new Cluster(clusterId, null, 0);
	}

}
