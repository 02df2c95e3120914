/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.test;

import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;

import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.LogTruncationException;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The fixture bites: a plain consumer, committed at 200 of a log from 0 to 270, goes
 * where the wire's lie sends it.
 */
@LyingKafka
@Timeout(60)
class FalseTruncationTests {

	private final KafkaCluster cluster;

	FalseTruncationTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void honestWireContinuesAtTheCommit(String protocol) {
		String name = given("honest-" + protocol);
		try (Consumer<byte[], String> consumer = Consumers.create(this.cluster, protocol, name, "earliest")) {
			consumer.subscribe(Set.of(name));
			assertThat(Consumers.read(consumer, 70)).isEqualTo(values(200, 270));
		}
		assertThat(this.cluster.wire().count(name, ApiKeys.OFFSET_FOR_LEADER_EPOCH)).isEqualTo(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void earliestReadsEverythingAgain(String protocol) {
		String name = given("again-" + protocol);
		Fault.Handle fault = this.cluster.wire().inject(Fault.epochEndOffset(0));
		try (Consumer<byte[], String> consumer = Consumers.create(this.cluster, protocol, name, "earliest")) {
			consumer.subscribe(Set.of(name));
			assertThat(Consumers.read(consumer, 270)).isEqualTo(values(0, 270));
		}
		assertThat(fault.hits()).isEqualTo(1);
		assertThat(this.cluster.wire().count(name, ApiKeys.OFFSET_FOR_LEADER_EPOCH)).isEqualTo(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void latestSkipsTheBacklogOfAShortenedLog(String protocol) {
		String name = given("skipped-" + protocol);
		TopicPartition partition = new TopicPartition(name, 0);
		this.cluster.deleteRecords(partition, 170);
		Fault.Handle fault = this.cluster.wire().inject(Fault.epochEndOffset(0));
		try (Consumer<byte[], String> consumer = Consumers.create(this.cluster, protocol, name, "latest")) {
			consumer.subscribe(Set.of(name));
			assertThat(Polling.of(consumer)
				.until(() -> !consumer.assignment().isEmpty() && consumer.position(partition) == 270)
				.offsets()).isEmpty();
			this.cluster.produce(partition, 1);
			assertThat(Consumers.read(consumer, 1)).containsExactly("270");
		}
		assertThat(fault.hits()).isEqualTo(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void noneIsToldOfATruncation(String protocol) {
		String name = given("told-" + protocol);
		this.cluster.wire().inject(Fault.epochEndOffset(0));
		try (Consumer<byte[], String> consumer = Consumers.create(this.cluster, protocol, name, "none")) {
			consumer.subscribe(Set.of(name));
			assertThatExceptionOfType(LogTruncationException.class).isThrownBy(() -> Consumers.read(consumer, 1))
				.satisfies((ex) -> assertThat(ex.divergentOffsets().values()).extracting(OffsetAndMetadata::offset)
					.containsExactly(0L));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void undefinedEndOffsetResets(String protocol) {
		String name = given("undefined-" + protocol);
		this.cluster.wire().inject(Fault.undefinedEpochEndOffset());
		try (Consumer<byte[], String> consumer = Consumers.create(this.cluster, protocol, name, "earliest")) {
			consumer.subscribe(Set.of(name));
			assertThat(Consumers.read(consumer, 270)).isEqualTo(values(0, 270));
		}
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void hiddenApiIsNeverAsked(String protocol) {
		String name = given("hidden-" + protocol);
		this.cluster.wire().inject(Fault.hide(ApiKeys.OFFSET_FOR_LEADER_EPOCH));
		this.cluster.wire().inject(Fault.epochEndOffset(0));
		try (Consumer<byte[], String> consumer = Consumers.create(this.cluster, protocol, name, "earliest")) {
			consumer.subscribe(Set.of(name));
			assertThat(Consumers.read(consumer, 70)).isEqualTo(values(200, 270));
		}
		assertThat(this.cluster.wire().count(name, ApiKeys.OFFSET_FOR_LEADER_EPOCH)).isZero();
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void outOfRangeResets(String protocol) {
		String name = given("range-" + protocol);
		Fault.Handle fault = this.cluster.wire().inject(Fault.offsetOutOfRange().forClient(name).times(1));
		try (Consumer<byte[], String> consumer = Consumers.create(this.cluster, protocol, name, "earliest")) {
			consumer.subscribe(Set.of(name));
			assertThat(Consumers.read(consumer, 270)).isEqualTo(values(0, 270));
		}
		assertThat(fault.hits()).isEqualTo(1);
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void outOfRangeReachesAnIdleConsumer(String protocol) {
		String name = given("idle-" + protocol);
		try (Consumer<byte[], String> consumer = Consumers.create(this.cluster, protocol, name, "earliest")) {
			consumer.subscribe(Set.of(name));
			assertThat(Consumers.read(consumer, 70)).hasSize(70);
			// From the second fetch without news on, neither request nor answer names it.
			this.cluster.wire().forget();
			assertThat(Polling.of(consumer).until(() -> this.cluster.wire().count(name, ApiKeys.FETCH) >= 3).offsets())
				.isEmpty();
			Fault.Handle fault = this.cluster.wire().inject(Fault.offsetOutOfRange().forTopic(name).times(1));
			assertThat(Consumers.read(consumer, 270)).isEqualTo(values(0, 270));
			assertThat(fault.hits()).isEqualTo(1);
		}
	}

	private String given(String name) {
		TopicPartition partition = new TopicPartition(name, 0);
		this.cluster.createTopic(name, 1);
		this.cluster.produce(partition, 270);
		this.cluster.commit(name, partition, new OffsetAndMetadata(200, Optional.of(0), ""));
		return name;
	}

	private static List<String> values(int from, int to) {
		return IntStream.range(from, to).mapToObj(Integer::toString).toList();
	}

}
