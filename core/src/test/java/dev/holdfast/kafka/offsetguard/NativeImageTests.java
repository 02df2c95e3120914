/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.versioncap.VersionedClient;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.WakeupException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

/**
 * The JDK proxy that a native image gets in place of a {@link KafkaConsumer}, on a JVM
 * that says that it is one.
 */
@LyingKafka
@Timeout(value = 60, unit = TimeUnit.SECONDS)
class NativeImageTests {

	private static final String IMAGE_CODE = "org.graalvm.nativeimage.imagecode";

	private final KafkaCluster cluster;

	NativeImageTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@BeforeEach
	void enter() {
		System.setProperty(IMAGE_CODE, "runtime");
	}

	@AfterEach
	void leave() {
		System.clearProperty(IMAGE_CODE);
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void theProxyKeepsItsPositionUnderALie(String protocol) {
		TopicPartition partition = new TopicPartition("native-" + protocol, 0);
		cluster.createTopic(partition.topic(), 1);
		cluster.produce(partition, 270);
		cluster.commit(partition.topic(), partition, Consumers.offset(200, 0));
		Consumers consumers = new Consumers(cluster, protocol, partition.topic()).with("auto.offset.reset", "earliest");
		try (Fault.Handle lie = cluster.wire().inject(Fault.epochEndOffset(0));
				Consumer<String, String> consumer = consumers.guarded()) {
			assertThat(OffsetGuard.consumerType()).isEqualTo(Consumer.class);
			assertThat(OffsetGuard.isGuarded(consumer)).isTrue();
			assertThat(consumer).isInstanceOf(VersionedClient.class).isNotInstanceOf(KafkaConsumer.class);
			consumer.subscribe(List.of(partition.topic()));

			assertThat(Consumers.pollTo(consumer, partition, 270)).isEqualTo(range(200, 270));

			assertThat(lie.hits()).isPositive();
			assertThat(consumers.causes()).containsExactly(Cause.FALSE_TRUNCATION);
			consumer.wakeup();
			assertThatExceptionOfType(WakeupException.class).isThrownBy(() -> consumer.poll(Duration.ofSeconds(10)));
			consumer.commitSync(Map.of(partition, new OffsetAndMetadata(270)));
		}
		assertThat(cluster.committed(partition.topic()).get(partition).offset()).isEqualTo(270);
	}

}
