/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.holdfast.kafka.offsetguard.internal.admin.SharedAdmins;
import dev.holdfast.kafka.offsetguard.internal.client.AutoOffsetReset;
import dev.holdfast.kafka.offsetguard.internal.client.ClientConfiguration;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import dev.holdfast.kafka.versioncap.ClientCap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.slf4j.LoggerFactory;

import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The guard's own clients are quiet, if the loggers that docs/limits.md names are at
 * WARN.
 */
@LyingKafka
@Timeout(value = 180, unit = TimeUnit.SECONDS)
class QuietHelpersTests {

	private static final Path LIMITS = Path.of(System.getProperty("basedir", ""), "..", "docs", "limits.md");

	private static final Pattern LOGGER = Pattern.compile("(?m)^ +(org\\.apache\\.kafka\\.\\S+): warn$");

	private static final int RECHECKS = 3;

	private final KafkaCluster cluster;

	QuietHelpersTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@Test
	void inspectorsLogMoreThanAHundredLinesEach() throws IOException {
		try (Lines lines = new Lines(Set.of())) {
			recheck(new TopicPartition("loud", 0));
			assertThat(lines.count()).isGreaterThan(100 * RECHECKS);
			assertThat(documented()).containsAll(lines.loggers());
		}
	}

	@Test
	void inspectorsAreQuietWithTheDocumentedSetting() throws IOException {
		try (Lines lines = new Lines(documented())) {
			recheck(new TopicPartition("quiet", 0));
			assertThat(lines.events).isEmpty();
		}
	}

	@Test
	void adminClientsLogTheirConfiguration() throws Exception {
		try (Lines lines = new Lines(Set.of())) {
			useAdmin();
			await().atMost(Duration.ofSeconds(60))
				.untilAsserted(() -> assertThat(lines.events).anyMatch((event) -> isEndOf(event)));
			assertThat(lines.count()).isGreaterThan(80);
			assertThat(documented()).containsAll(lines.loggers());
		}
	}

	@Test
	void adminClientsAreQuietWithTheDocumentedSetting() throws Exception {
		try (Lines lines = new Lines(documented())) {
			useAdmin();
			await().atMost(Duration.ofSeconds(60))
				.until(() -> Thread.getAllStackTraces()
					.keySet()
					.stream()
					.noneMatch((thread) -> thread.getName().contains("holdfast-admin-any")));
			assertThat(lines.events).isEmpty();
		}
	}

	private static boolean isEndOf(ILoggingEvent event) {
		return event.getFormattedMessage().equals("App info kafka.admin.client for holdfast-admin-any unregistered");
	}

	/**
	 * Has a partition held, and looked at again.
	 */
	private void recheck(TopicPartition partition) {
		cluster.createTopic(partition.topic(), 1);
		cluster.produce(partition, 10);
		Consumers consumers = new Consumers(cluster, "classic", partition.topic()).with("auto.offset.reset", "earliest")
			.timing(new OffsetGuardSettings.Timing(Duration.ofSeconds(5), Duration.ofMillis(300),
					Duration.ofMillis(200)));
		try (Consumer<String, String> consumer = consumers.create(true)) {
			consumer.assign(List.of(partition));
			Consumers.pollTo(consumer, partition, 10);
			consumer.seek(partition, 1000);
			long before = inspections(partition);
			Consumers.pollUntil(consumer, () -> inspections(partition) > before + RECHECKS);
		}
	}

	/**
	 * Each is a client of its own, which asks for metadata first.
	 */
	private long inspections(TopicPartition partition) {
		return cluster.wire().count("holdfast-inspector-" + partition.topic(), ApiKeys.METADATA);
	}

	private void useAdmin() throws Exception {
		ClientConfiguration client = ClientConfiguration
			.of(new Consumers(cluster, "classic", null).with("client.id", "any")
				.with("key.deserializer", StringDeserializer.class)
				.with("value.deserializer", StringDeserializer.class)
				.configuration(), AutoOffsetReset.parse("latest"));
		SharedAdmins admins = new SharedAdmins(ClientCap.none(), GuardClock.system());
		try (SharedAdmins.Lease lease = admins.lease(client, null, Set.of(), 3000)) {
			assertThat(lease.admin().describeCluster().clusterId().get()).isNotEmpty();
		}
	}

	private static Set<String> documented() throws IOException {
		return Set.copyOf(LOGGER.matcher(Files.readString(LIMITS))
			.results()
			.map((MatchResult result) -> result.group(1))
			.toList());
	}

	/** What helper clients log at INFO, with some loggers at WARN. */
	private static final class Lines implements AutoCloseable {

		private final Logger logger = (Logger) LoggerFactory.getLogger("org.apache.kafka");

		private final Set<String> quiet;

		private final Queue<ILoggingEvent> events = new ConcurrentLinkedQueue<>();

		private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
			@Override
			protected void append(ILoggingEvent event) {
				String whole = event.getThreadName() + " " + event.getFormattedMessage();
				if (whole.contains("holdfast-inspect") || whole.contains("holdfast-admin")) {
					events.add(event);
				}
			}
		};

		Lines(Set<String> quiet) {
			this.quiet = quiet;
			appender.start();
			logger.addAppender(appender);
			logger.setAdditive(false);
			logger.setLevel(Level.INFO);
			setLevels(Level.WARN);
		}

		private void setLevels(Level level) {
			quiet.forEach((name) -> ((Logger) LoggerFactory.getLogger(name)).setLevel(level));
		}

		long count() {
			return events.stream().mapToLong((event) -> event.getFormattedMessage().lines().count()).sum();
		}

		Set<String> loggers() {
			return Set.copyOf(events.stream().map(ILoggingEvent::getLoggerName).distinct().toList());
		}

		@Override
		public void close() {
			setLevels(null);
			logger.setLevel(null);
			logger.setAdditive(true);
			logger.detachAppender(appender);
		}

	}

}
