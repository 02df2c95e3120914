/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;

import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.kafka.config.KafkaListenerEndpointRegistry;

import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

/**
 * A listener on pure defaults while the brokers say that every epoch ends at offset 0.
 */
@LyingKafka(brokers = 2)
@Timeout(value = 180, unit = TimeUnit.SECONDS)
@Tag("long")
class ListenerUnderLieTests {

	private static final Duration PATIENCE = Duration.ofSeconds(30);

	private final KafkaCluster cluster;

	ListenerUnderLieTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@Tag("matrix")
	@ParameterizedTest
	@CsvSource({ "classic, earliest, 0", "classic, latest, 0", "classic, earliest, 170", "classic, latest, 170",
			"consumer, earliest, 0", "consumer, latest, 0", "consumer, earliest, 170", "consumer, latest, 170" })
	void restartedListenerGoesOn(String protocol, String reset, long logStart) {
		TopicPartition partition = prepare("guarded-%s-%s-%d".formatted(protocol, reset, logStart), logStart);

		try (ConfigurableApplicationContext context = run(partition, protocol, reset, true)) {
			awaitCommitted(partition, 270);

			assertThat(delivered(context)).isEqualTo(Map.of(0, range(200, 270)));
			assertThat(application(context).decisions).extracting(Decision::cause)
				.containsExactly(Cause.FALSE_TRUNCATION);
		}
	}

	@ParameterizedTest
	@CsvSource({ "classic, earliest, 0, 0", "classic, latest, 0, 0", "classic, earliest, 170, 170",
			"classic, latest, 170, 270", "consumer, earliest, 0, 0", "consumer, latest, 0, 0",
			"consumer, earliest, 170, 170", "consumer, latest, 170, 270" })
	void switchedOffItMovesAsPlainKafkaDoes(String protocol, String reset, long logStart, long first) {
		TopicPartition partition = prepare("plain-%s-%s-%d".formatted(protocol, reset, logStart), logStart);

		try (ConfigurableApplicationContext context = run(partition, protocol, reset, false)) {
			await().atMost(PATIENCE)
				.until(() -> cluster.wire().count(partition.topic(), ApiKeys.OFFSET_FOR_LEADER_EPOCH) > 0
						&& cluster.wire().count(partition.topic(), ApiKeys.FETCH) > 1);
			// A last record: where nothing else is delivered it tells that the rest was
			// skipped.
			cluster.produce(partition, 1);
			awaitCommitted(partition, 271);

			assertThat(delivered(context)).isEqualTo(Map.of(0, range(first, 271)));
			assertThat(application(context).decisions).isEmpty();
		}
	}

	@Tag("matrix")
	@ParameterizedTest
	@CsvSource({ "classic, true", "consumer, true", "classic, false", "consumer, false" })
	void runningListenerWhoseLeaderMoves(String protocol, boolean guarded) {
		TopicPartition partition = new TopicPartition("moving-%s-%s".formatted(protocol, guarded), 0);
		cluster.createTopic(partition.topic(), Map.of(0, List.of(0, 1)), Map.of());
		cluster.produce(partition, 270);
		cluster.commit(partition.topic(), partition, new OffsetAndMetadata(0));

		try (ConfigurableApplicationContext context = run(partition, protocol, "earliest", guarded)) {
			awaitCommitted(partition, 270);
			cluster.wire().inject(Fault.epochEndOffset(0));
			produceWhileTheLeaderMoves(partition);
			// 570, or a little more where the move made the producer send a record again.
			long end = cluster.logEnd(partition);
			await().atMost(PATIENCE).until(() -> delivered(context).getOrDefault(0, List.of()).contains(end - 1));
			awaitCommitted(partition, end);

			List<Long> delivered = delivered(context).get(0);
			if (guarded) {
				assertThat(delivered).isEqualTo(range(0, end));
			}
			else {
				assertThat(delivered).hasSizeGreaterThan((int) end).containsAll(range(0, end));
			}
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void stopsWithinASecondDuringAnInspection(String protocol) {
		TopicPartition partition = prepare("stopped-" + protocol, 0);
		cluster.wire().inject(Fault.silence().forClient("holdfast-inspector-"));

		try (ConfigurableApplicationContext context = run(partition, protocol, "earliest", true,
				"holdfast.kafka.offset-guard.inspection-timeout=60s")) {
			await().atMost(PATIENCE).until(() -> cluster.wire().count("holdfast-inspector-", ApiKeys.API_VERSIONS) > 0);
			long start = System.nanoTime();
			context.getBean(KafkaListenerEndpointRegistry.class).stop();

			assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(1));
			assertThat(application(context).records).isEmpty();
			assertThat(application(context).decisions).isEmpty();
			assertThat(cluster.committed(partition.topic()).get(partition).offset()).isEqualTo(200);
		}
	}

	private void produceWhileTheLeaderMoves(TopicPartition partition) {
		AtomicInteger produced = new AtomicInteger();
		ScheduledExecutorService clock = Executors.newSingleThreadScheduledExecutor();
		try {
			clock.scheduleAtFixedRate(() -> {
				if (produced.get() < 300) {
					cluster.produce(partition, 1);
					produced.incrementAndGet();
				}
			}, 0, 10, TimeUnit.MILLISECONDS);
			await().atMost(PATIENCE).until(() -> produced.get() >= 100);
			cluster.moveLeader(partition, (cluster.leader(partition) == 0) ? 1 : 0);
			await().atMost(PATIENCE).until(() -> produced.get() == 300);
		}
		finally {
			clock.shutdownNow();
		}
	}

	private ConfigurableApplicationContext run(TopicPartition partition, String protocol, String reset, boolean guarded,
			String... more) {
		List<String> properties = new ArrayList<>(List.of("spring.kafka.consumer.auto-offset-reset=" + reset,
				"spring.kafka.consumer.properties.group.protocol=" + protocol, "holdfast.kafka.enabled=" + guarded));
		properties.addAll(List.of(more));
		return OrdersApplication.run(cluster, partition.topic(), properties.toArray(String[]::new));
	}

	private TopicPartition prepare(String topic, long logStart) {
		TopicPartition partition = new TopicPartition(topic, 0);
		cluster.createTopic(topic, 1);
		cluster.produce(partition, 270);
		cluster.commit(topic, partition, new OffsetAndMetadata(200, Optional.of(0), ""));
		if (logStart > 0) {
			cluster.deleteRecords(partition, logStart);
		}
		cluster.wire().inject(Fault.epochEndOffset(0));
		return partition;
	}

	private void awaitCommitted(TopicPartition partition, long offset) {
		await().atMost(PATIENCE).until(() -> {
			OffsetAndMetadata committed = cluster.committed(partition.topic()).get(partition);
			return committed != null && committed.offset() == offset;
		});
	}

	private static OrdersApplication application(ConfigurableApplicationContext context) {
		return context.getBean(OrdersApplication.class);
	}

	private static Map<Integer, List<Long>> delivered(ConfigurableApplicationContext context) {
		return application(context).delivered();
	}

	private static List<Long> range(long from, long to) {
		return LongStream.range(from, to).boxed().toList();
	}

}
