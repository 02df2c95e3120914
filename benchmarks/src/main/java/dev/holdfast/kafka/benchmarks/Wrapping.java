/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */
package dev.holdfast.kafka.benchmarks;

import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.BiFunction;

import brave.Tracing;
import brave.kafka.clients.KafkaTracing;
import brave.sampler.Sampler;
import dev.holdfast.kafka.offsetguard.OffsetGuard;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import io.opentelemetry.instrumentation.kafkaclients.v2_6.KafkaTelemetry;
import io.opentelemetry.sdk.OpenTelemetrySdk;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.TopicPartition;

/**
 * What is around a consumer.
 */
public enum Wrapping {

	/** Nothing. */
	BARE((partitions, records) -> prepared(Map.of(), partitions, records)),

	/** The guard with its defaults: with bookmarks, first positions and topic ids. */
	GUARDED(guarded(OffsetGuardSettings.defaults())),

	/** The guard without bookmarks in commits. */
	GUARDED_NO_BOOKMARKS(guarded(enforcing(new OffsetGuardSettings.Commits(false, true, false), true))),

	/** The guard without commits of first positions. */
	GUARDED_NO_INITIAL_COMMITS(guarded(enforcing(new OffsetGuardSettings.Commits(true, false, false), true))),

	/** The guard with leader epochs in commits. */
	GUARDED_WITH_LEADER_EPOCHS(guarded(enforcing(new OffsetGuardSettings.Commits(true, true, true), true))),

	/** The guard without comparisons of topic ids. */
	GUARDED_NO_TOPIC_CHECKS(guarded(enforcing(new OffsetGuardSettings.Commits(true, true, false), false))),

	/** The guard with all of that off. */
	GUARDED_ALL_OFF(guarded(enforcing(new OffsetGuardSettings.Commits(false, false, false), false))),

	/** The guard while it only observes. */
	GUARDED_OBSERVING(
			guarded(new OffsetGuardSettings(OffsetGuardSettings.defaults().policy(), OffsetGuardSettings.Mode.OBSERVE,
					OffsetGuardSettings.defaults().commits(), OffsetGuardSettings.defaults().timing()))),

	/** Brave's tracing, with nothing sampled. */
	BRAVE((partitions, records) -> KafkaTracing.create(Tracing.newBuilder().sampler(Sampler.NEVER_SAMPLE).build())
		.consumer(prepared(Map.of(), partitions, records))),

	/** OpenTelemetry's instrumentation, without an exporter for its spans. */
	OPEN_TELEMETRY((partitions, records) -> KafkaTelemetry
		.create(OpenTelemetrySdk.builder().setTracerProvider(SdkTracerProvider.builder().build()).build())
		.wrap(prepared(Map.of(), partitions, records)));

	private final BiFunction<Integer, Integer, Consumer<byte[], byte[]>> creation;

	Wrapping(BiFunction<Integer, Integer, Consumer<byte[], byte[]>> creation) {
		this.creation = creation;
	}

	/**
	 * Creates a consumer with assigned partitions and a position in each.
	 */
	Consumer<byte[], byte[]> consumer(int partitions, int records) {
		Consumer<byte[], byte[]> consumer = creation.apply(partitions, records);
		List<TopicPartition> assignment = PreparedConsumer.partitions(partitions);
		consumer.assign(assignment);
		assignment.forEach((partition) -> consumer.seek(partition, 0));
		return consumer;
	}

	@Override
	public String toString() {
		return name().toLowerCase(Locale.ROOT).replace('_', ' ');
	}

	private static PreparedConsumer prepared(Map<String, Object> overrides, int partitions, int records) {
		Map<String, Object> configuration = new HashMap<>(PreparedConsumer.configuration());
		configuration.putAll(overrides);
		return new PreparedConsumer(configuration, partitions, records);
	}

	/**
	 * Gives all consumers of a kind one guard, as a consumer factory does.
	 */
	private static BiFunction<Integer, Integer, Consumer<byte[], byte[]>> guarded(OffsetGuardSettings settings) {
		OffsetGuard guard = new OffsetGuard(settings, List.of());
		return (partitions, records) -> guard.createConsumer(PreparedConsumer.configuration(),
				(overrides) -> prepared(overrides, partitions, records));
	}

	private static OffsetGuardSettings enforcing(OffsetGuardSettings.Commits commits, boolean topicChecks) {
		OffsetGuardSettings defaults = OffsetGuardSettings.defaults();
		OffsetGuardSettings.Timing timing = defaults.timing();
		return new OffsetGuardSettings(defaults.policy(), defaults.mode(), commits, new OffsetGuardSettings.Timing(
				timing.inspection(), timing.holdRecheck(), topicChecks ? timing.topicCheck() : Duration.ZERO));
	}

}
