/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.benchmarks;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;

import brave.Tracing;
import brave.kafka.clients.KafkaTracing;
import brave.sampler.Sampler;
import dev.holdfast.kafka.offsetguard.OffsetGuard;
import dev.holdfast.kafka.offsetguard.OffsetGuardSettings;
import dev.holdfast.kafka.offsetguard.OffsetPolicy;
import io.opentelemetry.instrumentation.kafkaclients.v2_6.KafkaTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import org.apache.kafka.clients.consumer.Consumer;

/**
 * What is around a consumer.
 */
public enum Wrapping {

	/** Nothing. */
	BARE((partitions, records) -> prepared(Map.of(), partitions, records)),

	/** The guard as it comes. */
	GUARDED(guarded(OffsetGuardSettings.defaults())),

	/** The guard with topic ids not compared, and without commits of its own. */
	GUARDED_LEAST(guarded(settings(OffsetGuardSettings.Mode.ENFORCE,
			new OffsetGuardSettings.Commits(false, false, false), Duration.ZERO))),

	/** The guard with everything that can be switched on. */
	GUARDED_MOST(guarded(settings(OffsetGuardSettings.Mode.ENFORCE, new OffsetGuardSettings.Commits(true, true, true),
			Duration.ofSeconds(60)))),

	/** The guard while it only observes. */
	GUARDED_OBSERVING(guarded(settings(OffsetGuardSettings.Mode.OBSERVE,
			new OffsetGuardSettings.Commits(true, true, false), Duration.ofSeconds(60)))),

	/** Brave's tracing, with nothing sampled. */
	BRAVE((partitions, records) -> KafkaTracing.create(Tracing.newBuilder().sampler(Sampler.NEVER_SAMPLE).build())
		.consumer(prepared(Map.of(), partitions, records))),

	/** OpenTelemetry's instrumentation, with spans recorded and not exported. */
	OPEN_TELEMETRY((partitions, records) -> KafkaTelemetry
		.create(OpenTelemetrySdk.builder().setTracerProvider(SdkTracerProvider.builder().build()).build())
		.wrap(prepared(Map.of(), partitions, records)));

	private final BiFunction<Integer, Integer, Consumer<byte[], byte[]>> creation;

	Wrapping(BiFunction<Integer, Integer, Consumer<byte[], byte[]>> creation) {
		this.creation = creation;
	}

	/**
	 * Creates a consumer that has been assigned partitions and has a position in each.
	 */
	Consumer<byte[], byte[]> consumer(int partitions, int records) {
		Consumer<byte[], byte[]> consumer = creation.apply(partitions, records);
		List<org.apache.kafka.common.TopicPartition> assignment = PreparedConsumer.partitions(partitions);
		consumer.assign(assignment);
		assignment.forEach((partition) -> consumer.seek(partition, 0));
		return consumer;
	}

	private static PreparedConsumer prepared(Map<String, Object> overrides, int partitions, int records) {
		Map<String, Object> configuration = new HashMap<>(PreparedConsumer.configuration());
		configuration.putAll(overrides);
		return new PreparedConsumer(configuration, partitions, records);
	}

	/**
	 * All consumers of a kind have one guard, as those of a consumer factory have.
	 */
	private static BiFunction<Integer, Integer, Consumer<byte[], byte[]>> guarded(OffsetGuardSettings settings) {
		OffsetGuard guard = new OffsetGuard(settings, List.of());
		return (partitions, records) -> guard.createConsumer(PreparedConsumer.configuration(),
				(overrides) -> prepared(overrides, partitions, records));
	}

	private static OffsetGuardSettings settings(OffsetGuardSettings.Mode mode, OffsetGuardSettings.Commits commits,
			Duration topicCheck) {
		return new OffsetGuardSettings(OffsetPolicy.defaults(), mode, commits,
				new OffsetGuardSettings.Timing(Duration.ofSeconds(5), Duration.ofSeconds(30), topicCheck));
	}

}
