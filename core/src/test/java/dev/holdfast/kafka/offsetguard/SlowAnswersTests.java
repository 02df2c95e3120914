/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.internal.admin.Patience;
import dev.holdfast.kafka.offsetguard.internal.admin.SharedAdmins;
import dev.holdfast.kafka.offsetguard.internal.client.AutoOffsetReset;
import dev.holdfast.kafka.offsetguard.internal.client.ClientConfiguration;
import dev.holdfast.kafka.offsetguard.internal.consumer.GuardContext;
import dev.holdfast.kafka.offsetguard.internal.consumer.GuardedConsumer;
import dev.holdfast.kafka.offsetguard.internal.consumer.PositionGuard;
import dev.holdfast.kafka.offsetguard.internal.memory.Bookmark;
import dev.holdfast.kafka.offsetguard.policy.OffsetGuardSettings;
import dev.holdfast.kafka.test.Fault;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.LyingKafka;
import dev.holdfast.kafka.versioncap.ClientCap;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.common.Node;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

import static dev.holdfast.kafka.offsetguard.Consumers.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * Each answer takes longer than the guard waits for a broker at first. A consumer alone
 * is more patient, and reads on.
 */
@LyingKafka
@Timeout(value = 180, unit = TimeUnit.SECONDS)
@Tag("long")
class SlowAnswersTests {

	private static final Duration SLOW = Duration.ofSeconds(4);

	private final KafkaCluster cluster;

	SlowAnswersTests(KafkaCluster cluster) {
		this.cluster = cluster;
	}

	/**
	 * An admin client looks at its clock when anybody asks it anything, as the other
	 * consumers of the process do.
	 */
	@ParameterizedTest
	@CsvSource({ "classic, DESCRIBE_TOPIC_PARTITIONS", "consumer, DESCRIBE_TOPIC_PARTITIONS", "classic, LIST_OFFSETS",
			"consumer, LIST_OFFSETS" })
	void restartedConsumerStarts(String protocol, ApiKeys slow) {
		TopicPartition partition = new TopicPartition("slow-%s-%s".formatted(protocol, slow), 0);
		Consumers consumers = readHalf(protocol, partition);
		ClientConfiguration configuration = ClientConfiguration.of(consumers.configuration(),
				AutoOffsetReset.parse("earliest"));
		ScriptedClock clock = ScriptedClock.running();
		GuardContext context = GuardContext.of(OffsetGuardSettings.defaults(), null, List.of(consumers.decisions::add),
				ClientCap.none(), clock);
		Consumer<String, String> client = consumers.with("auto.offset.reset", "none").plain();

		try (Fault.Handle fault = cluster.wire()
			.inject(Fault.delay(SLOW, slow).forClient("holdfast-admin-" + partition.topic()));
				Consumer<String, String> consumer = GuardedConsumer.wrap(client,
						new PositionGuard<>(client, configuration, context, () -> null, Consumers.unknownVersions()));
				SharedAdmins.Lease others = lease(context, configuration, client, partition)) {
			consumer.subscribe(List.of(partition.topic()));
			Map<TopicPartition, List<Long>> delivered = Consumers.pollUntil(consumer, () -> {
				others.admin().describeCluster();
				return fault.hits() > 1;
			});
			// The guard is more patient once it has asked in vain for so long.
			clock.advance(Duration.ofSeconds(10));
			Consumers.pollInto(consumer, delivered, () -> {
				others.admin().describeCluster();
				return Consumers.isAt(consumer, partition, 20);
			});

			assertThat(delivered).isEqualTo(Map.of(partition, range(10, 20)));
			assertThat(fault.hits()).isPositive();
		}
		assertThat(consumers.decisions).isEmpty();
	}

	private static SharedAdmins.Lease lease(GuardContext context, ClientConfiguration configuration,
			Consumer<?, ?> client, TopicPartition partition) {
		Node leader = client.partitionsFor(partition.topic()).get(0).leader();
		return context.admins()
			.lease(configuration, null, Set.of(leader.host() + ":" + leader.port()), Patience.LEAST_MILLIS);
	}

	private Consumers readHalf(String protocol, TopicPartition partition) {
		cluster.createTopic(partition.topic(), 1);
		cluster.produce(partition, 20);
		Consumers consumers = new Consumers(cluster, protocol, partition.topic()).with("auto.offset.reset", "earliest")
			.with("key.deserializer", StringDeserializer.class)
			.with("value.deserializer", StringDeserializer.class);
		try (Consumer<String, String> consumer = consumers.guarded()) {
			consumer.subscribe(List.of(partition.topic()));
			assertThat(Consumers.pollTo(consumer, partition, 20)).isEqualTo(range(0, 20));
			consumer.commitSync(Map.of(partition, Consumers.offset(10, 0)));
		}
		assertThat(Bookmark.isOne(cluster.committed(partition.topic()).get(partition).metadata())).isTrue();
		consumers.decisions.clear();
		return consumers;
	}

}
