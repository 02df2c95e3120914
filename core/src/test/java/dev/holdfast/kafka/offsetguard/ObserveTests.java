/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.decision.Outcome;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.InvalidOffsetException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * A guard that only observes delivers the same records as plain Kafka does, and tells
 * what it would have decided. On a log of 270 records.
 */
@LyingKafka
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class ObserveTests {

	private final KafkaCluster cluster;

	ObserveTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@CsvSource(delimiter = '|', textBlock = """
			# reset              | log start | committed | epoch | lie   | cause               | outcome
			earliest             | 0         | 200       | 0     | true  | FALSE_TRUNCATION    | 200
			latest               | 0         | 200       | 0     | true  | FALSE_TRUNCATION    | 200
			earliest             | 170       | 200       | 0     | true  | FALSE_TRUNCATION    | 200
			latest               | 170       | 200       | 0     | true  | FALSE_TRUNCATION    | 200
			earliest             | 170       | 20        | -1    | false | BELOW_LOG_START     | 170
			latest               | 170       | 20        | -1    | false | BELOW_LOG_START     | 170
			by_duration:PT1H     | 170       | 20        | -1    | false | BELOW_LOG_START     | 170
			earliest             | 0         | 500       | -1    | false | ABOVE_LOG_END       | hold
			latest               | 0         | 500       | -1    | false | ABOVE_LOG_END       | hold
			earliest             | 170       | -1        | -1    | false | NO_COMMITTED_OFFSET | 170
			latest               | 170       | -1        | -1    | false | NO_COMMITTED_OFFSET | 270
			by_duration:PT1H     | 170       | -1        | -1    | false | NO_COMMITTED_OFFSET | 170
			earliest             | 0         | 200       | 0     | false |                     |
			""")
	void deliversWhatPlainKafkaDelivers(String reset, long logStart, long committed, int epoch, boolean lie,
			Cause cause, String outcome) {
		for (String protocol : List.of("classic", "consumer")) {
			TopicPartition partition = prepare(
					"observe-%s-%s-%d-%d-%s".formatted(protocol, reset.replace(':', '-'), logStart, committed, lie),
					logStart);
			Consumers plain = consumers(partition, protocol, reset, "plain", committed, epoch);
			Consumers observing = consumers(partition, protocol, reset, "observing", committed, epoch);
			try (Fault.Handle fault = lie ? cluster.wire().inject(Fault.epochEndOffset(0)) : null) {
				List<Long> expected = read(plain.plain(), partition);

				assertThat(read(observing.guarded(), partition)).isEqualTo(expected);
			}
			// Plain Kafka follows the lie to where there is no log any more.
			List<Cause> causes = (cause == null) ? List.of()
					: (lie && logStart > 0) ? List.of(cause, Cause.BELOW_LOG_START) : List.of(cause);
			assertThat(observing.causes()).as("%s", observing.decisions).isEqualTo(causes);
			assertThat(observing.decisions).allSatisfy((decision) -> assertThat(decision.observed()).isTrue());
			observing.decisions.stream()
				.limit(1)
				.forEach((decision) -> assertThat(decision.outcome()).isEqualTo(
						outcome.equals("hold") ? new Outcome.Held() : new Outcome.ReadFrom(Long.parseLong(outcome))));
		}
	}

	/**
	 * Whoever says {@code none} gets the client's own exception.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, 20", "consumer, 20", "classic, -1", "consumer, -1" })
	void noneIsRethrown(String protocol, long committed) {
		TopicPartition partition = prepare("observe-none-%s-%d".formatted(protocol, committed), 170);
		Consumers plain = consumers(partition, protocol, "none", "plain", committed, -1);
		Consumers observing = consumers(partition, protocol, "none", "observing", committed, -1);
		List<Class<?>> thrown = new ArrayList<>();
		for (Consumer<String, String> consumer : List.of(plain.plain(), observing.guarded())) {
			try (consumer) {
				consumer.subscribe(List.of(partition.topic()));
				assertThatExceptionOfType(InvalidOffsetException.class)
					.isThrownBy(() -> Consumers.pollUntil(consumer, () -> false))
					.satisfies((exception) -> thrown.add(exception.getClass()));
			}
		}
		assertThat(thrown.get(1)).isEqualTo(thrown.get(0));
	}

	private static List<Long> read(Consumer<String, String> consumer, TopicPartition partition) {
		try (consumer) {
			consumer.subscribe(List.of(partition.topic()));
			return Consumers.pollTo(consumer, partition, 270);
		}
	}

	private Consumers consumers(TopicPartition partition, String protocol, String reset, String role, long committed,
			int epoch) {
		String group = partition.topic() + "-" + role;
		if (committed >= 0) {
			cluster.commit(group, partition,
					(epoch >= 0) ? Consumers.offset(committed, epoch) : new OffsetAndMetadata(committed));
		}
		return new Consumers(cluster, protocol, group).with("auto.offset.reset", reset)
			.mode(OffsetGuardSettings.Mode.OBSERVE)
			.timing(Duration.ofSeconds(5), Duration.ofMillis(300));
	}

	private TopicPartition prepare(String topic, long logStart) {
		TopicPartition partition = new TopicPartition(topic, 0);
		cluster.createTopic(topic, 1);
		cluster.produce(partition, 270);
		if (logStart > 0) {
			cluster.deleteRecords(partition, logStart);
		}
		return partition;
	}

}
