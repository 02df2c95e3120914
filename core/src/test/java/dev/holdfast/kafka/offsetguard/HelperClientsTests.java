/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

import javax.management.MalformedObjectNameException;
import javax.management.ObjectName;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.holdfast.kafka.offsetguard.internal.admin.GroupMembers;
import dev.holdfast.kafka.offsetguard.internal.admin.SharedAdmins;
import dev.holdfast.kafka.offsetguard.internal.client.AutoOffsetReset;
import dev.holdfast.kafka.offsetguard.internal.client.ClientConfiguration;
import dev.holdfast.kafka.offsetguard.internal.consumer.GuardContext;
import dev.holdfast.kafka.offsetguard.internal.consumer.GuardedConsumer;
import dev.holdfast.kafka.offsetguard.internal.consumer.PositionGuard;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import dev.holdfast.kafka.versioncap.ClientCap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.protocol.Errors;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

/**
 * The clients that ask for the guard: nobody waits for them when they are closed, and
 * they are quiet while brokers are away.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class HelperClientsTests {

	/** As far as a busy machine knows what that is. */
	private static final Duration AT_ONCE = Duration.ofSeconds(3);

	private static final Duration PATIENCE = Duration.ofSeconds(60);

	private final KafkaCluster cluster;

	HelperClientsTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	/**
	 * As it does in a name service, or while it logs in.
	 */
	@Test
	void adminClientIsClosedAlthoughItsThreadIsBlocked() throws InterruptedException {
		SharedAdmins admins = new SharedAdmins(ClientCap.none(), GuardClock.system());
		Map<String, Object> configuration = Map.of("bootstrap.servers", cluster.bootstrapServers(), "client.id",
				"blocked", "key.deserializer", StringDeserializer.class, "value.deserializer",
				StringDeserializer.class);
		SharedAdmins.Lease lease = admins.lease(ClientConfiguration.of(configuration, AutoOffsetReset.parse("latest")),
				null, Set.of(), 3000);
		try (Block block = new Block(lease.admin())) {
			assertTimeoutPreemptively(AT_ONCE, lease::close);
			assertThat(block.isThere()).isTrue();
		}
	}

	/**
	 * Not all brokers keep groups' offsets in a topic that they show.
	 */
	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void nobodyWaitsForATopicThatBrokersDoNotHave(String protocol) {
		TopicPartition partition = new TopicPartition("no-offsets-topic-" + protocol, 0);
		cluster.createTopic(partition.topic(), 1);
		cluster.produce(partition, 50);
		cluster.commit(partition.topic(), partition, new OffsetAndMetadata(20));
		String admin = "holdfast-admin-" + partition.topic();
		cluster.wire()
			.inject(Fault.error(ApiKeys.DESCRIBE_TOPIC_PARTITIONS, Errors.UNKNOWN_TOPIC_OR_PARTITION)
				.forTopic("__consumer_offsets"));
		Consumers consumers = new Consumers(cluster, protocol, partition.topic()).clock(ScriptedClock.standing());

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			assertThat(Consumers.pollTo(consumer, partition, 50)).isEqualTo(range(20, 50));
		}

		assertThat(cluster.wire().count(admin, ApiKeys.DESCRIBE_TOPIC_PARTITIONS)).isEqualTo(2);
	}

	/**
	 * A client that is closed unregisters the MBeans of its id, whoever has registered
	 * them.
	 */
	@Test
	void closingAnAdminClientLeavesTheMBeansOfAnotherAlone() throws Exception {
		SharedAdmins admins = new SharedAdmins(ClientCap.none(), GuardClock.system());
		ClientConfiguration configuration = ClientConfiguration
			.of(new Consumers(cluster, "classic", null).with("client.id", "two: \"beans\"")
				.with("key.deserializer", StringDeserializer.class)
				.with("value.deserializer", StringDeserializer.class)
				.configuration(), AutoOffsetReset.parse("latest"));
		try (SharedAdmins.Lease lease = admins.lease(configuration, null, Set.of(), 3000)) {
			lease.admin().describeCluster().clusterId().get();
			Set<ObjectName> before = adminMBeans("*two*");
			assertThat(before).isNotEmpty();

			Admin second = admins.open(configuration, Set.of(), 3000);
			second.describeCluster().clusterId().get();
			assertThat(adminMBeans("*two*")).hasSize(2 * before.size());
			second.close();

			assertThat(adminMBeans("*two*")).isEqualTo(before);
			assertThat(GroupMembers.owner(admins, configuration, "nobody", new TopicPartition("t", 0), AT_ONCE))
				.isEmpty();
			await().atMost(PATIENCE).untilAsserted(() -> assertThat(adminMBeans("*two*")).isEqualTo(before));
		}
		await().atMost(PATIENCE).untilAsserted(() -> assertThat(adminMBeans("*two*")).isEmpty());
	}

	private static Set<ObjectName> adminMBeans(String ids) throws MalformedObjectNameException {
		return ManagementFactory.getPlatformMBeanServer()
			.queryNames(new ObjectName("kafka.admin.client:type=app-info,id=" + ids), null);
	}

	/**
	 * The application says how long its consumer may take to close.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false", "classic, true", "consumer, false", "consumer, true" })
	void consumerIsClosedInTimeAlthoughItsAdminClientIsBlocked(String protocol, boolean guarded)
			throws InterruptedException {
		TopicPartition partition = new TopicPartition("blocked-%s-%s".formatted(protocol, guarded), 0);
		cluster.createTopic(partition.topic(), 1);
		cluster.produce(partition, 10);
		Consumers consumers = new Consumers(cluster, protocol, partition.topic())
			.with("key.deserializer", StringDeserializer.class)
			.with("value.deserializer", StringDeserializer.class);
		ClientConfiguration configuration = ClientConfiguration.of(consumers.configuration(),
				AutoOffsetReset.parse("earliest"));
		GuardContext context = GuardContext.of(OffsetGuardSettings.defaults(), null, List.of(), ClientCap.none());
		Consumer<String, String> client = consumers.with("auto.offset.reset", guarded ? "none" : "earliest").plain();
		Consumer<String, String> consumer = guarded
				? GuardedConsumer.wrap(client,
						new PositionGuard<>(client, configuration, context, () -> null, Consumers.unknownVersions()))
				: client;
		consumer.subscribe(List.of(partition.topic()));
		assertThat(Consumers.pollTo(consumer, partition, 10)).isEqualTo(range(0, 10));

		try (Block block = guarded ? block(context, configuration, client, partition.topic()) : null) {
			assertTimeoutPreemptively(AT_ONCE, () -> consumer.close(CloseOptions.timeout(Duration.ofMillis(500))));
			assertThat(block == null || block.isThere()).isTrue();
		}
	}

	/**
	 * Blocks the thread of the admin client that the consumer shares with nobody.
	 */
	private static Block block(GuardContext context, ClientConfiguration configuration, Consumer<?, ?> client,
			String topic) throws InterruptedException {
		Node leader = client.partitionsFor(topic).get(0).leader();
		try (SharedAdmins.Lease lease = context.admins()
			.lease(configuration, null, Set.of(leader.host() + ":" + leader.port()), 3000)) {
			return new Block(lease.admin());
		}
	}

	/**
	 * A client that bootstraps anew while no broker is there does so again at once.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false", "classic, true", "consumer, false", "consumer, true" })
	void helpersAreQuietWhileBrokersAreAway(String protocol, boolean guarded) {
		TopicPartition partition = new TopicPartition("away-%s-%s".formatted(protocol, guarded), 0);
		cluster.createTopic(partition.topic(), 1);
		cluster.produce(partition, 50);
		Consumers consumers = new Consumers(cluster, protocol, partition.topic()).with("auto.offset.reset", "earliest")
			.with("metadata.max.age.ms", 500)
			.with("reconnect.backoff.max.ms", 200)
			.timing(new OffsetGuardSettings.Timing(Duration.ofSeconds(5), Duration.ofMillis(300),
					Duration.ofMillis(200)));

		try (Consumer<String, String> consumer = consumers.create(guarded);
				Lines lines = new Lines(partition.topic())) {
			consumer.subscribe(List.of(partition.topic()));
			assertThat(Consumers.pollTo(consumer, partition, 50)).isEqualTo(range(0, 50));
			consumer.commitSync(Map.of(partition, new OffsetAndMetadata(50)));
			cluster.stopBroker(0);
			lines.forget();
			long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(5);
			assertThat(Consumers.pollUntil(consumer, () -> System.nanoTime() > end)).isEmpty();
			List<String> told = lines.ofHelpers(Level.INFO);
			List<String> attempts = lines.ofHelpers(Level.DEBUG)
				.stream()
				.filter((line) -> line.contains("Initiating connection"))
				.toList();
			cluster.startBroker(0);
			cluster.produce(partition, 10);

			assertThat(Consumers.pollTo(consumer, partition, 60)).isEqualTo(range(50, 60));
			assertThat(lines.ofHelpers(Level.DEBUG)).noneMatch((line) -> line.contains("ebootstrap"));
			assertThat(told).hasSizeLessThan(guarded ? 60 : 1);
			// One client tries five times a second, or less.
			assertThat(attempts).hasSizeLessThan(guarded ? 60 : 1);
		}
	}

	/** A callback on the thread of an admin client that does not come to an end. */
	private static final class Block implements AutoCloseable {

		private final CountDownLatch end = new CountDownLatch(1);

		private volatile @Nullable Thread blocked;

		Block(Admin admin) throws InterruptedException {
			CountDownLatch begun = new CountDownLatch(1);
			Thread caller = Thread.currentThread();
			while (begun.getCount() > 0) {
				admin.describeCluster().clusterId().whenComplete((id, failure) -> {
					// The answer may have been there before the callback.
					if (Thread.currentThread() != caller) {
						blocked = Thread.currentThread();
						begun.countDown();
						awaitQuietly(end);
						blocked = null;
					}
				});
				begun.await(100, TimeUnit.MILLISECONDS);
			}
		}

		/** Nobody has interrupted it, either. */
		boolean isThere() {
			Thread thread = blocked;
			return thread != null && thread.getName().startsWith("kafka-admin-client-thread");
		}

		@Override
		public void close() {
			end.countDown();
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

	/** What the helper clients of one consumer log meanwhile. */
	private static final class Lines implements AutoCloseable {

		private final String clientId;

		private final Logger logger = (Logger) LoggerFactory.getLogger("org.apache.kafka.clients");

		private final Queue<ILoggingEvent> events = new ConcurrentLinkedQueue<>();

		private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
			@Override
			protected void append(ILoggingEvent event) {
				events.add(event);
			}
		};

		Lines(String clientId) {
			this.clientId = clientId;
			appender.start();
			logger.addAppender(appender);
			logger.setAdditive(false);
			logger.setLevel(Level.DEBUG);
		}

		void forget() {
			events.clear();
		}

		List<String> ofHelpers(Level least) {
			return events.stream()
				.filter((event) -> event.getLevel().isGreaterOrEqual(least))
				.map((event) -> event.getThreadName() + " " + event.getFormattedMessage())
				.filter((line) -> line.contains("holdfast-admin-" + clientId)
						|| line.contains("holdfast-inspector-" + clientId))
				.toList();
		}

		@Override
		public void close() {
			logger.setLevel(null);
			logger.setAdditive(true);
			logger.detachAppender(appender);
		}

	}

}
