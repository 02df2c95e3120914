/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;

import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * A client reads a partition although the guard has paused it there, as if somebody had
 * resumed it behind the guard's back. The application must not get such records.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class LostPauseTests {

	private final KafkaCluster cluster;

	LostPauseTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void recordsAreDroppedAndThePauseIsRepeated(String protocol) {
		String group = "lost-pause-" + protocol;
		TopicPartition waiting = new TopicPartition(group, 0);
		TopicPartition read = new TopicPartition(group, 1);
		cluster.createTopic(group, 2);
		cluster.produce(waiting, 30);
		cluster.produce(read, 30);
		cluster.commit(group, waiting, Consumers.offset(20, 7));
		cluster.commit(group, read, new OffsetAndMetadata(20));
		// Only the first commit has an epoch, which the guard has to look into.
		Fault.Handle silence = cluster.wire().inject(Fault.silence().forClient("holdfast-inspector-" + group));
		Map<TopicPartition, List<Long>> delivered = new HashMap<>();
		AtomicReference<KafkaConsumer<String, String>> client = new AtomicReference<>();

		try (Consumer<String, String> consumer = guarded(protocol, group, client)) {
			consumer.subscribe(List.of(group));
			Consumers.pollInto(consumer, delivered,
					() -> silence.hits() > 0 && delivered.containsKey(read) && client.get().paused().contains(waiting));

			client.get().resume(Set.of(waiting));
			cluster.produce(read, 10);
			Consumers.pollInto(consumer, delivered,
					() -> delivered.get(read).size() == 20 && client.get().paused().contains(waiting));

			assertThat(consumer.position(waiting)).isEqualTo(20);
		}
		assertThat(delivered).isEqualTo(Map.of(read, range(20, 40)));
	}

	private Consumer<String, String> guarded(String protocol, String group,
			AtomicReference<KafkaConsumer<String, String>> client) {
		Map<String, Object> configuration = new Consumers(cluster, protocol, group)
			.with("auto.offset.reset", "earliest")
			.configuration();
		return new OffsetGuard(OffsetGuardSettings.defaults(), List.of()).createConsumer(configuration, (overrides) -> {
			Map<String, Object> merged = new HashMap<>(configuration);
			merged.putAll(overrides);
			client.set(new KafkaConsumer<>(merged, new StringDeserializer(), new StringDeserializer()));
			return client.get();
		});
	}

}
