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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.stream.IntStream;

import dev.holdfast.kafka.offsetguard.internal.admin.HelperClients;
import dev.holdfast.kafka.offsetguard.internal.client.AutoOffsetReset;
import dev.holdfast.kafka.offsetguard.internal.client.ClientConfiguration;
import dev.holdfast.kafka.offsetguard.internal.consumer.GuardContext;
import dev.holdfast.kafka.offsetguard.internal.consumer.GuardedConsumer;
import dev.holdfast.kafka.offsetguard.internal.consumer.PositionGuard;
import dev.holdfast.kafka.offsetguard.internal.inspection.InspectionService;
import dev.holdfast.kafka.offsetguard.internal.time.GuardClock;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import dev.holdfast.kafka.test.Polling;
import dev.holdfast.kafka.versioncap.ClientCap;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * The construction of an admin client takes long, as it does where names resolve slowly
 * or a login is slow. The consumers that share it go on polling.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class SlowlyOpenedHelpersTests {

	private static final int CONSUMERS = 6;

	/** Polls of a consumer that is not kept from polling. */
	private static final int ENOUGH = 20;

	/** As far as a busy machine knows what that is. */
	private static final Duration SOON = Duration.ofSeconds(5);

	private final KafkaCluster cluster;

	private final CountDownLatch end = new CountDownLatch(1);

	private final AtomicInteger begun = new AtomicInteger();

	SlowlyOpenedHelpersTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@AfterEach
	void letItEnd() {
		end.countDown();
	}

	@ParameterizedTest
	@CsvSource({ "classic, false", "classic, true", "consumer, false", "consumer, true" })
	void nobodyWaitsUntilAnAdminClientIsConstructed(String protocol, boolean guarded) throws Exception {
		String topic = "constructed-%s-%s".formatted(protocol, guarded);
		List<TopicPartition> partitions = halfRead(topic);
		GuardContext context = context((configuration) -> {
			begun.incrementAndGet();
			awaitEnd();
			return Admin.create(configuration);
		});
		List<Polled> polled = poll(consumers(protocol, topic), context, guarded, partitions);

		await().atMost(SOON.multipliedBy(2))
			.until(() -> polled.stream().allMatch((each) -> each.polls.get() >= ENOUGH));
		if (guarded) {
			assertThat(begun).hasPositiveValue();
			Consumer<String, String> leaving = guard(consumers(protocol, topic), context);
			leaving.assign(List.of(partitions.get(0)));
			Polling.of(leaving).pollTimeout(Duration.ofMillis(50)).once();
			assertThat(CompletableFuture.runAsync(() -> leaving.close(CloseOptions.timeout(Duration.ofMillis(500)))))
				.succeedsWithin(SOON);
		}
		end.countDown();

		for (Polled each : polled) {
			assertThat(each.delivered.get(60, TimeUnit.SECONDS)).isEqualTo(range(20, 50));
			assertThat(each.longest).isLessThan(SOON);
		}
	}

	/**
	 * As where a name does not resolve. Each waits for the same try, and not for those of
	 * all others.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, false", "classic, true", "consumer, false", "consumer, true" })
	void nobodyWaitsForTheTriesOfAllOthers(String protocol, boolean guarded) throws Exception {
		String topic = "tries-%s-%s".formatted(protocol, guarded);
		List<TopicPartition> partitions = halfRead(topic);
		GuardContext context = context((configuration) -> {
			if (begun.incrementAndGet() <= CONSUMERS) {
				new CompletableFuture<>().completeOnTimeout(true, 2, TimeUnit.SECONDS).join();
				throw new KafkaException("No resolvable bootstrap urls");
			}
			return Admin.create(configuration);
		});

		for (Polled each : poll(consumers(protocol, topic), context, guarded, partitions)) {
			assertThat(each.delivered.get(60, TimeUnit.SECONDS)).isEqualTo(range(20, 50));
			assertThat(each.longest).isLessThan(SOON);
		}
	}

	/** One for each consumer, with 50 records of which the group has committed 20. */
	private List<TopicPartition> halfRead(String topic) {
		cluster.createTopic(topic, CONSUMERS);
		List<TopicPartition> partitions = IntStream.range(0, CONSUMERS)
			.mapToObj((partition) -> new TopicPartition(topic, partition))
			.toList();
		for (TopicPartition partition : partitions) {
			cluster.produce(partition, 50);
			cluster.commit(topic, partition, new OffsetAndMetadata(20));
		}
		return partitions;
	}

	private Consumers consumers(String protocol, String group) {
		return new Consumers(cluster, protocol, group).with("key.deserializer", StringDeserializer.class)
			.with("value.deserializer", StringDeserializer.class);
	}

	private static GuardContext context(Function<Map<String, Object>, Admin> admins) {
		HelperClients real = HelperClients.real();
		return GuardContext.of(OffsetGuardSettings.defaults(), null, List.of(), ClientCap.none(), new HelperClients() {

			@Override
			public Admin admin(Map<String, Object> configuration) {
				return admins.apply(configuration);
			}

			@Override
			public Consumer<byte[], byte[]> inspector(Map<String, Object> configuration) {
				return real.inspector(configuration);
			}

		}, new InspectionService(), GuardClock.system());
	}

	private void awaitEnd() {
		try {
			end.await();
		}
		catch (InterruptedException ex) {
			Thread.currentThread().interrupt();
		}
	}

	/** A consumer on a thread of its own. */
	private static final class Polled {

		private final AtomicInteger polls = new AtomicInteger();

		private volatile Duration longest = Duration.ZERO;

		private CompletableFuture<List<Long>> delivered = new CompletableFuture<>();

		private List<Long> readTo50(Consumer<String, String> consumer, TopicPartition partition) {
			try (consumer) {
				consumer.assign(List.of(partition));
				return Polling.by((timeout) -> {
					long before = System.nanoTime();
					ConsumerRecords<String, String> records = consumer.poll(timeout);
					Duration taken = Duration.ofNanos(System.nanoTime() - before);
					longest = (taken.compareTo(longest) > 0) ? taken : longest;
					polls.incrementAndGet();
					return records;
				}).until(() -> polls.get() >= ENOUGH && Consumers.isAt(consumer, partition, 50)).offsets(partition);
			}
		}

	}

	private List<Polled> poll(Consumers consumers, GuardContext context, boolean guarded,
			List<TopicPartition> partitions) {
		ExecutorService threads = Executors.newFixedThreadPool(CONSUMERS);
		List<Polled> all = new ArrayList<>();
		for (TopicPartition partition : partitions) {
			Polled polled = new Polled();
			Consumer<String, String> consumer = guarded ? guard(consumers, context)
					: consumers.with("auto.offset.reset", "earliest").plain();
			polled.delivered = CompletableFuture.supplyAsync(() -> polled.readTo50(consumer, partition), threads);
			all.add(polled);
		}
		threads.shutdown();
		return all;
	}

	private static Consumer<String, String> guard(Consumers consumers, GuardContext context) {
		ClientConfiguration configuration = ClientConfiguration.of(consumers.configuration(),
				AutoOffsetReset.parse("earliest"));
		Consumer<String, String> client = consumers.with("auto.offset.reset", "none").plain();
		return GuardedConsumer.wrap(client,
				new PositionGuard<>(client, configuration, context, () -> null, Consumers.unknownVersions()));
	}

}
