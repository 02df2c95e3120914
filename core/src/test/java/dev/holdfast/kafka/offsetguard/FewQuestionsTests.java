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
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * While one answer is late, the guard looks at each poll whether it has come. It does not
 * ask everything else anew each time.
 */
@LyingKafka
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class FewQuestionsTests {

	/** Some twenty polls. */
	private static final Duration LATE = Duration.ofSeconds(1);

	private final KafkaCluster cluster;

	FewQuestionsTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	@ParameterizedTest
	@ValueSource(strings = { "classic", "consumer" })
	void startInRecreatedTopic(String protocol) {
		TopicPartition partition = new TopicPartition("recreated-" + protocol, 0);
		OffsetAndMetadata commit = readTo50(protocol, partition);
		recreate(partition, 80);
		String group = "few-" + protocol;
		cluster.commit(group, partition, commit);
		Consumers consumers = consumers(protocol, group, "latest");
		cluster.wire().inject(Fault.delay(LATE, ApiKeys.LIST_OFFSETS).forClient("holdfast-admin-" + group));
		cluster.wire().inject(Fault.delay(LATE, ApiKeys.LIST_OFFSETS).forClient(group));
		cluster.wire().forget();

		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));

			assertThat(Consumers.pollTo(consumer, partition, 80)).isEqualTo(range(0, 80));
		}

		assertThat(consumers.causes()).containsExactly(Cause.TOPIC_RECREATED);
		// The end of the log, whose first answer is late, until the commit is known.
		assertThat(cluster.wire().count(group, ApiKeys.LIST_OFFSETS)).isBetween(1L, 2L);
		// The topics of the application and of the commits, by each of two admin clients:
		// a second broker has to repeat what the first says about a topic.
		assertThat(countOfAdmins(group, ApiKeys.DESCRIBE_TOPIC_PARTITIONS)).isEqualTo(4);
		assertThat(countOfAdmins(group, ApiKeys.OFFSET_FETCH)).isEqualTo(1);
		assertThat(countOfAdmins(group, ApiKeys.LIST_OFFSETS)).isEqualTo(1);
	}

	private long countOfAdmins(String group, ApiKeys api) {
		return cluster.wire().count("holdfast-admin-" + group, api);
	}

	private OffsetAndMetadata readTo50(String protocol, TopicPartition partition) {
		cluster.createTopic(partition.topic(), 1);
		cluster.produce(partition, 50);
		try (Consumer<String, String> consumer = consumers(protocol, partition.topic(), "earliest").guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			Consumers.pollTo(consumer, partition, 50);
			consumer.commitSync(Map.of(partition, new OffsetAndMetadata(50)));
		}
		return cluster.committed(partition.topic()).get(partition);
	}

	private void recreate(TopicPartition partition, int records) {
		cluster.deleteTopic(partition.topic());
		cluster.createTopic(partition.topic(), 1);
		cluster.produce(partition, records);
	}

	private Consumers consumers(String protocol, String group, String reset) {
		return new Consumers(cluster, protocol, group).with("auto.offset.reset", reset);
	}

}
