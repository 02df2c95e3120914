/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.decision.OffsetDecisionException;
import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
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
@Tag("long")
class FaultMatrixTests {

	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private final KafkaCluster cluster;

	FaultMatrixTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	static Stream<Arguments> matrix() {
		return Stream.of(Trouble.values())
			.flatMap((trouble) -> Stream.of("classic", "consumer")
				.flatMap((protocol) -> Stream.of(Arguments.of(trouble, protocol, false),
						Arguments.of(trouble, protocol, true))));
	}

	@ParameterizedTest
	@MethodSource("matrix")
	void deliversExactlyWhatIsDecided(Trouble trouble, String protocol, boolean autoCommit) {
		Case one = new Case(trouble, protocol, autoCommit);
		one.group.firstRun();
		try (Fault.Handle fault = one.group.happen()) {
			one.secondRun();
		}
		one.verify();
	}

	private final class Case {

		private final Trouble trouble;

		private final String protocol;

		private final boolean autoCommit;

		private final TroubledGroup group;

		private @Nullable KafkaException failure;

		Case(Trouble trouble, String protocol, boolean autoCommit) {
			this.trouble = trouble;
			this.protocol = protocol;
			this.autoCommit = autoCommit;
			String topic = "%s-%s-%s".formatted(trouble, protocol, autoCommit).toLowerCase(Locale.ROOT);
			Consumers consumers = new Consumers(cluster, protocol, topic).with("enable.auto.commit", autoCommit);
			if (trouble == Trouble.TOPIC_RECREATED) {
				// As long as this, an async client that commits by itself tries to commit
				// in
				// the topic that is gone, and delivers nothing.
				consumers.with("max.poll.interval.ms", 6_000);
			}
			this.group = new TroubledGroup(cluster, trouble, topic, consumers, true);
		}

		void secondRun() {
			try (Consumer<String, String> consumer = group.subscribed()) {
				if (trouble == Trouble.TOPIC_RECREATED) {
					group.poll(consumer, () -> Consumers.isAt(consumer, group.troubled, 10)
							&& Consumers.isAt(consumer, group.other, 10));
					group.recreateTopic();
				}
				group.poll(consumer, () -> !group.consumers.decisions.isEmpty()
						&& Consumers.isAt(consumer, group.other, 20) && (isHeld() || isDelivered()));
			}
			catch (KafkaException ex) {
				failure = ex;
			}
		}

		private boolean isDelivered() {
			if (trouble == Trouble.TOPIC_RECREATED) {
				return group.consumers.decisions.size() >= 2 && endsWith(group.troubled, 30)
						&& endsWith(group.other, 20);
			}
			return group.delivered.getOrDefault(group.troubled, List.of()).containsAll(trouble.delivered());
		}

		private boolean endsWith(TopicPartition partition, int records) {
			List<Long> offsets = group.delivered.getOrDefault(partition, List.of());
			return offsets.size() >= records
					&& offsets.subList(offsets.size() - records, offsets.size()).equals(range(0, records));
		}

		/**
		 * Whether the guard cannot do what it would: a client that commits by itself has
		 * to have a position.
		 */
		private boolean isFailed() {
			return trouble == Trouble.COMMITTED_OFFSET_LOST && autoCommit;
		}

		private boolean isHeld() {
			return trouble.delivered().isEmpty() || isBelievedByTheClient();
		}

		/**
		 * An async client that commits by itself reads the commit before anybody can look
		 * at it, as no partition of it can wait, and believes the epoch.
		 */
		private boolean isBelievedByTheClient() {
			return trouble == Trouble.EPOCH_AHEAD && protocol.equals("consumer") && autoCommit;
		}

		/**
		 * Commits that a client makes by itself carry no bookmark.
		 */
		private Cause expectedCause() {
			return (trouble == Trouble.NEW_PARTITION && autoCommit) ? Cause.NO_COMMITTED_OFFSET : trouble.cause();
		}

		void verify() {
			List<Decision> decisions = group.consumers.decisions.stream()
				.filter((decision) -> decision.partition().equals(group.troubled))
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
						.isEqualTo(isHeld() ? new Outcome.Held() : new Outcome.ReadFrom(trouble.delivered().get(0)));
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
				assertThat(group.delivered.get(group.troubled)).endsWith(range(0, 30).toArray(Long[]::new));
				assertThat(group.delivered.get(group.other)).endsWith(range(0, 20).toArray(Long[]::new));
				return;
			}
			assertThat(group.consumers.decisions).hasSize(1);
			assertThat(group.delivered.getOrDefault(group.troubled, List.of()))
				.isEqualTo(isHeld() ? List.of() : trouble.delivered());
			assertThat(decisions.get(0).impact()).isEqualTo(isHeld() ? Decision.Impact.NONE : trouble.impact());
			if (!isFailed()) {
				assertThat(group.delivered.get(group.other)).isEqualTo(range(10, 20));
			}
		}

	}

}
