/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.workswith;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.OffsetGuard;
import dev.holdfast.kafka.offsetguard.decision.Decision;
import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import io.confluent.parallelconsumer.ParallelConsumerOptions;
import io.confluent.parallelconsumer.ParallelConsumerOptions.ProcessingOrder;
import io.confluent.parallelconsumer.ParallelStreamProcessor;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/**
 * Confluent's Parallel Consumer, which writes into the metadata of its commits what it
 * has processed beyond them, and reads that when it starts.
 */
@LyingKafka(brokers = 2)
@ExtendWith(OutputCaptureExtension.class)
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class ParallelConsumerTests {

	private final KafkaCluster cluster;

	private final List<Decision> decisions = new CopyOnWriteArrayList<>();

	private final OffsetGuard guard = new OffsetGuard(OffsetGuardSettings.defaults(), List.of(decisions::add));

	ParallelConsumerTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@CsvSource({ "classic, true", "consumer, true", "classic, false", "consumer, false" })
	void restartUnderLie(String protocol, boolean guarded) {
		StreamOrders orders = StreamOrders.consumedTo200Of270(cluster, 1).lie();

		List<Long> offsets = process(orders, consumer(orders, protocol, guarded));

		assertThat(offsets).containsExactlyInAnyOrderElementsOf(StreamOrders.range(guarded ? 200 : 0, 270));
		assertThat(decisions).extracting(Decision::cause)
			.isEqualTo(guarded ? List.of(Cause.FALSE_TRUNCATION) : List.of());
	}

	@Test
	void itNamesTheOptionThatAGuardedConsumerNeeds() {
		StreamOrders orders = StreamOrders.empty(cluster, 1);
		try (Consumer<String, String> consumer = consumer(orders, "classic", true)) {
			assertThatThrownBy(() -> ParallelStreamProcessor
				.createEosStreamProcessor(ParallelConsumerOptions.<String, String>builder().consumer(consumer).build()))
				.hasMessageContaining("ignoreReflectiveAccessExceptionsForAutoCommitDisabledCheck");
		}
	}

	@Test
	void theCommitsOfAGuardedListenerAreReadWithAnErrorLine(CapturedOutput output) {
		StreamOrders orders = StreamOrders.consumedTo200Of270(cluster, 1);
		try (Consumer<String, String> listener = consumer(orders, "classic", true)) {
			listener.subscribe(List.of(orders.topic()));
			StreamApplication.until(() -> {
				ConsumerRecords<String, String> records = listener.poll(Duration.ofMillis(100));
				return !records.isEmpty();
			});
			listener.commitSync(Map.of(orders.partition(0), new OffsetAndMetadata(250)));
		}
		assertThat(cluster.committed(orders.topic()).get(orders.partition(0)).metadata()).isNotEmpty();

		List<Long> offsets = process(orders, consumer(orders, "classic", false));

		assertThat(offsets).containsExactlyInAnyOrderElementsOf(StreamOrders.range(250, 270));
		assertThat(output).contains("Error decoding offsets from assigned partition");
	}

	private List<Long> process(StreamOrders orders, Consumer<String, String> consumer) {
		List<Long> offsets = new CopyOnWriteArrayList<>();
		ParallelStreamProcessor<String, String> processor = ParallelStreamProcessor
			.createEosStreamProcessor(ParallelConsumerOptions.<String, String>builder()
				.consumer(consumer)
				.ignoreReflectiveAccessExceptionsForAutoCommitDisabledCheck(OffsetGuard.isGuarded(consumer))
				.ordering(ProcessingOrder.PARTITION)
				.commitInterval(Duration.ofMillis(100))
				.build());
		try {
			processor.subscribe(List.of(orders.topic()));
			processor.poll((context) -> offsets.add(context.offset()));
			orders.awaitCommitted(270);
		}
		finally {
			processor.closeDrainFirst();
		}
		return new ArrayList<>(offsets);
	}

	private Consumer<String, String> consumer(StreamOrders orders, String protocol, boolean guarded) {
		Map<String, Object> configuration = new HashMap<>();
		configuration.put("bootstrap.servers", cluster.bootstrapServers());
		configuration.put("group.id", orders.topic());
		configuration.put("group.protocol", protocol);
		configuration.put("auto.offset.reset", "earliest");
		configuration.put("enable.auto.commit", false);
		configuration.put("key.deserializer", StringDeserializer.class);
		configuration.put("value.deserializer", StringDeserializer.class);
		if (!guarded) {
			return new KafkaConsumer<>(configuration);
		}
		return guard.createConsumer(configuration, (entries) -> {
			Map<String, Object> merged = new HashMap<>(configuration);
			merged.putAll(entries);
			return new KafkaConsumer<>(merged);
		});
	}

}
