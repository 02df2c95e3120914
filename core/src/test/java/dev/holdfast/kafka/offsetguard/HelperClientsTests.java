/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.holdfast.kafka.versioncap.ClientCap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatNoException;

/**
 * The clients that ask for the guard: nobody waits for them when they are closed, and
 * they are quiet while brokers are away.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class HelperClientsTests {

	private final KafkaCluster cluster;

	HelperClientsTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	/**
	 * As it does in a name service, or while it logs in.
	 */
	@Test
	@Timeout(20)
	void adminClientIsClosedAlthoughItsThreadIsBlocked() throws InterruptedException {
		SharedAdmins admins = new SharedAdmins(ClientCap.none());
		Map<String, Object> configuration = Map.of("bootstrap.servers", cluster.bootstrapServers(), "client.id",
				"blocked", "key.deserializer", StringDeserializer.class, "value.deserializer",
				StringDeserializer.class);
		SharedAdmins.Lease lease = admins.lease(ClientConfiguration.of(configuration, AutoOffsetReset.parse("latest")),
				null, Set.of());
		CountDownLatch blocked = new CountDownLatch(1);
		CountDownLatch end = new CountDownLatch(1);
		lease.admin().describeCluster().clusterId().whenComplete((id, failure) -> {
			blocked.countDown();
			awaitQuietly(end);
		});
		assertThat(blocked.await(10, TimeUnit.SECONDS)).isTrue();

		try {
			assertThatNoException().isThrownBy(lease::close);
		}
		finally {
			end.countDown();
		}
	}

	/**
	 * A client that bootstraps anew while no broker is there does so again at once.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void helpersAreQuietWhileBrokersAreAway(String protocol) {
		TopicPartition partition = new TopicPartition("away-" + protocol, 0);
		cluster.createTopic(partition.topic(), 1);
		cluster.produce(partition, 50);
		Consumers consumers = new Consumers(cluster, protocol, partition.topic()).with("auto.offset.reset", "earliest")
			.with("metadata.max.age.ms", 500)
			.with("reconnect.backoff.max.ms", 200)
			.timing(new OffsetGuardSettings.Timing(Duration.ofSeconds(5), Duration.ofMillis(300),
					Duration.ofMillis(200)));

		try (Consumer<String, String> consumer = consumers.guarded(); Lines lines = new Lines()) {
			consumer.subscribe(List.of(partition.topic()));
			assertThat(Consumers.pollTo(consumer, partition, 50)).isEqualTo(range(0, 50));
			consumer.commitSync(Map.of(partition, new OffsetAndMetadata(50)));
			cluster.stopBroker(0);
			long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
			assertThat(Consumers.pollUntil(consumer, () -> System.nanoTime() > end)).isEmpty();
			long asked = cluster.wire().count("holdfast-", ApiKeys.METADATA);
			cluster.startBroker(0);
			cluster.produce(partition, 10);

			assertThat(Consumers.pollTo(consumer, partition, 60)).isEqualTo(range(50, 60));
			assertThat(lines.ofHelpers()).hasSizeLessThan(100).noneMatch((line) -> line.contains("ebootstrap"));
			assertThat(asked).isLessThan(100);
		}
	}

	private static void awaitQuietly(CountDownLatch latch) {
		try {
			latch.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/** What Kafka's clients log meanwhile. */
	private static final class Lines implements AutoCloseable {

		private final Logger logger = (Logger) LoggerFactory.getLogger("org.apache.kafka.clients");

		private final ListAppender<ILoggingEvent> appender = new ListAppender<>();

		Lines() {
			appender.start();
			logger.addAppender(appender);
		}

		List<String> ofHelpers() {
			return List.copyOf(appender.list)
				.stream()
				.filter((event) -> event.getLevel().isGreaterOrEqual(Level.INFO))
				.map((event) -> event.getThreadName() + " " + event.getFormattedMessage())
				.filter((line) -> line.contains("holdfast-"))
				.toList();
		}

		@Override
		public void close() {
			logger.detachAppender(appender);
		}

	}

}
