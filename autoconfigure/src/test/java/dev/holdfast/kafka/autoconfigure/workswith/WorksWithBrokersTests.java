/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.autoconfigure.workswith;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

import dev.holdfast.kafka.offsetguard.policy.Cause;
import dev.holdfast.kafka.test.KafkaCluster;
import dev.holdfast.kafka.test.Polling;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.Producer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.protocol.ApiKeys;
import org.apache.kafka.common.replica.ClientMetadata;
import org.apache.kafka.common.replica.PartitionView;
import org.apache.kafka.common.replica.ReplicaSelector;
import org.apache.kafka.common.replica.ReplicaView;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Timeout;

import static dev.holdfast.kafka.autoconfigure.workswith.Application.protocol;
import static dev.holdfast.kafka.autoconfigure.workswith.Orders.range;
import static org.assertj.core.api.Assertions.assertThat;

/**
 * What brokers have to be set up for.
 */
@Timeout(value = 120, unit = TimeUnit.SECONDS)
class WorksWithBrokersTests {

	private static KafkaCluster cluster;

	@BeforeAll
	static void start() {
		cluster = KafkaCluster.builder()
			.brokers(2)
			.brokerProperty("replica.selector.class", RackIsBrokerId.class.getName())
			.brokerProperty("log.cleaner.backoff.ms", "50")
			.start();
	}

	@AfterAll
	static void close() {
		cluster.close();
	}

	@EachProtocol
	@DisplayName("Rack-aware fetching, from followers")
	void rackAwareFetching(String protocol) {
		Orders orders = Orders.consumedTo20Of30(cluster, 1);
		orders.lie();
		cluster.wire().forget();
		try (Application application = Application.run(cluster, orders.topic(), RecordListener.class,
				protocol(protocol), "spring.kafka.consumer.properties.client.rack=1")) {
			orders.awaitCommitted(Orders.END);
			assertThat(cluster.leader(orders.partition(0))).isZero();
			orders.produceOnEach(5);
			orders.awaitCommitted(35);
			assertThat(cluster.wire().requests()).anyMatch((request) -> request.api() == ApiKeys.FETCH
					&& request.broker() == 1 && request.clientId().startsWith(orders.topic()));
			application.assertDecided(Cause.FALSE_TRUNCATION, orders.all());
			orders.moveLeaders();
			orders.produceOnEach(5);
			orders.awaitCommitted(40);

			application.assertDelivered(orders.onEach(20, 40));
		}
	}

	/**
	 * Of the records with odd offsets only the last ones stay: neither the record that
	 * was consumed last is there any more, nor the one at the committed offset.
	 */
	@EachProtocol
	@DisplayName("Compacted topics")
	void compactedTopics(String protocol) {
		Orders orders = Orders.create(cluster, 1,
				Map.of("cleanup.policy", "compact", "min.cleanable.dirty.ratio", "0.001", "segment.ms", "100"));
		produceWithKeys(orders, 0, 30);
		List<Long> left = awaitCompaction(orders);
		orders.commit(orders.partition(0), 21);
		orders.lie();
		List<Long> expected = new ArrayList<>(left);
		expected.removeIf((offset) -> offset < 21);
		try (Application application = Application.run(cluster, orders.topic(), RecordListener.class,
				protocol(protocol))) {
			orders.awaitCommitted(30);
			application.assertDelivered(Map.of(orders.partition(0), expected));
			application.assertDecided(Cause.FALSE_TRUNCATION, orders.all());
		}
	}

	/** Each a segment of its own, but for the last one. */
	private static void produceWithKeys(Orders orders, int from, int to) {
		long start = System.currentTimeMillis() - Duration.ofMinutes(10).toMillis();
		try (Producer<String, String> producer = orders.producer(Map.of("batch.size", 0))) {
			for (int i = from; i < to; i++) {
				String key = (i % 2 == 0) ? "even-" + i : "odd";
				producer.send(new ProducerRecord<>(orders.topic(), 0, start + i * 1000L, key, "order"));
				producer.flush();
			}
		}
	}

	private static List<Long> awaitCompaction(Orders orders) {
		List<Long> left = new ArrayList<>();
		Application.until(() -> {
			left.clear();
			left.addAll(read(orders));
			return !left.contains(19L) && !left.contains(21L) && left.size() < 18;
		});
		assertThat(left).containsAll(range(10, 15).stream().map((half) -> half * 2).toList());
		return left;
	}

	private static List<Long> read(Orders orders) {
		try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
				Map.of("bootstrap.servers", orders.cluster().directBootstrapServers(), "client.rack", "0"),
				new StringDeserializer(), new StringDeserializer())) {
			consumer.assign(orders.all());
			consumer.seekToBeginning(orders.all());
			return Polling.of(consumer)
				.until(() -> consumer.position(orders.partition(0)) >= 30)
				.offsets(orders.partition(0));
		}
	}

	/** Takes a client's rack for the id of the broker that it wants to fetch from. */
	public static class RackIsBrokerId implements ReplicaSelector {

		@Override
		public Optional<ReplicaView> select(TopicPartition topicPartition, ClientMetadata client,
				PartitionView partition) {
			return partition.replicas()
				.stream()
				.filter((replica) -> replica.endpoint().idString().equals(client.rackId()))
				.findFirst()
				.or(() -> Optional.of(partition.leader()));
		}

	}

}
