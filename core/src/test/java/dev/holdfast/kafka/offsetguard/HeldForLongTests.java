/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import dev.holdfast.kafka.test.Polling;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * A held partition fills no log: ten minutes of rechecks by a scripted clock, and a
 * broker that is away for a while.
 */
@LyingKafka
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class HeldForLongTests {

	private static final Duration RECHECK = Duration.ofSeconds(30);

	private static final Duration TEN_MINUTES = Duration.ofMinutes(10);

	/** An inspection takes some polls, and has five seconds of the scripted time. */
	private static final Duration STEP = Duration.ofMillis(500);

	private static final int MOST_LINES = 10;

	private final KafkaCluster cluster;

	HeldForLongTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void logsFewLines(String protocol) {
		TopicPartition partition = new TopicPartition("long-" + protocol, 0);
		cluster.createTopic(partition.topic(), 1);
		cluster.produce(partition, 10);
		ScriptedClock clock = ScriptedClock.running();
		Consumers consumers = new Consumers(cluster, protocol, partition.topic()).with("auto.offset.reset", "earliest")
			.clock(clock)
			.timing(Duration.ofSeconds(5), RECHECK)
			.oneProcess();

		try (Lines lines = new Lines(); Consumer<String, String> consumer = consumers.guarded()) {
			consumer.assign(List.of(partition));
			Consumers.pollTo(consumer, partition, 10);
			consumer.seek(partition, 1000);
			Consumers.pollUntil(consumer, () -> !consumers.process().held().isEmpty());
			Decision held = consumers.process().held().get(0);
			long before = inspections(partition);
			poll(consumer, clock, TEN_MINUTES);
			assertThat(inspections(partition) - before).isGreaterThanOrEqualTo(TEN_MINUTES.dividedBy(RECHECK) / 2);
			cluster.stopBroker(cluster.brokerIds().get(0));
			poll(consumer, clock, RECHECK);
			cluster.startBroker(cluster.brokerIds().get(0));
			poll(consumer, clock, RECHECK.multipliedBy(4));

			assertThat(consumers.process().held()).containsExactly(held);
			assertThat(consumers.decisions).filteredOn((decision) -> decision.cause() == Cause.ABOVE_LOG_END)
				.containsExactly(held);
			assertThat(lines.messages()).hasSizeLessThanOrEqualTo(MOST_LINES);
		}
	}

	private static void poll(Consumer<String, String> consumer, ScriptedClock clock, Duration scripted) {
		long start = clock.nanoTime();
		Polling.of(consumer)
			.pollTimeout(Duration.ofMillis(10))
			.patience(Duration.ofSeconds(90))
			.until(clock.advancing(STEP, () -> clock.nanoTime() - start >= scripted.toNanos()));
	}

	/**
	 * Each inspection has a client of its own.
	 */
	private long inspections(TopicPartition partition) {
		return cluster.wire().count("holdfast-inspector-" + partition.topic(), ApiKeys.METADATA);
	}

	/**
	 * What Holdfast and its own clients log, with the setting for these that
	 * docs/limits.md names.
	 */
	private static final class Lines implements AutoCloseable {

		private static final Pattern CLIENT = Pattern.compile("clientId=holdfast-(inspector|admin)-");

		private final Logger root = (Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);

		private final Level before = root.getLevel();

		private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

		Lines() {
			appender.list = new CopyOnWriteArrayList<>();
			appender.start();
			root.addAppender(appender);
			root.setLevel(Level.INFO);
		}

		List<String> messages() {
			return appender.list.stream().filter(Lines::isOurs).map(ILoggingEvent::getFormattedMessage).toList();
		}

		private static boolean isOurs(ILoggingEvent event) {
			boolean isClients = CLIENT.matcher(event.getFormattedMessage()).find()
					&& event.getLevel().isGreaterOrEqual(Level.WARN);
			return event.getLoggerName().startsWith("dev.holdfast") || isClients;
		}

		@Override
		public void close() {
			root.setLevel(before);
			root.detachAppender(appender);
			appender.stop();
		}

	}

}
