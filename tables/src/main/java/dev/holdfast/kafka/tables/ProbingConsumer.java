/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.tables;

import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;

import org.apache.kafka.clients.consumer.CloseOptions;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

import dev.holdfast.kafka.versioncap.ClientCap;
import dev.holdfast.kafka.versioncap.rules.GroupProtocol;
import dev.holdfast.kafka.versioncap.rules.LearnedCaps;
import dev.holdfast.kafka.versioncap.rules.VersionCap;

/**
 * A plain consumer that reads and commits, and gives up when that takes too long: without
 * an API that it needs, a consumer may wait for ever.
 */
final class ProbingConsumer implements AutoCloseable {

	/** A classic group drops a member that sends no heartbeat after this time. */
	private static final Duration SESSION = Duration.ofSeconds(3);

	/** Longer than a member can stay in a group without heartbeats. */
	static final Duration LONG_STAY = SESSION.multipliedBy(2);

	/**
	 * The time for each step. On an idle machine no step takes a second, unless it takes
	 * for ever.
	 */
	private static final Duration PATIENCE = Duration.ofSeconds(20);

	private static final Duration POLL = Duration.ofMillis(20);

	private final ProbedBroker broker;

	private final String group;

	private final Consumer<byte[], byte[]> client;

	private int records;

	private int assignments;

	ProbingConsumer(ProbedBroker broker, GroupProtocol protocol, VersionCap cap, String group) {
		this.broker = broker;
		this.group = group;
		broker.createGroup(group);
		this.client = new ClientCap(cap, new LearnedCaps(false))
			.<Consumer<byte[], byte[]>>construct(() -> new KafkaConsumer<>(configuration(broker, protocol, group),
					new ByteArrayDeserializer(), new ByteArrayDeserializer()))
			.client();
	}

	private static Map<String, Object> configuration(ProbedBroker broker, GroupProtocol protocol, String group) {
		Map<String, Object> configuration = new HashMap<>();
		configuration.put("bootstrap.servers", broker.bootstrapServers());
		configuration.put("group.id", group);
		configuration.put("client.id", group);
		configuration.put("group.protocol", protocol.toString());
		configuration.put("auto.offset.reset", "earliest");
		configuration.put("enable.auto.commit", false);
		if (protocol == GroupProtocol.CLASSIC) {
			// Under the other protocol the broker sets these.
			configuration.put("heartbeat.interval.ms", 100);
			configuration.put("session.timeout.ms", (int) SESSION.toMillis());
		}
		return configuration;
	}

	/**
	 * Reads all that the group has not read, and commits it.
	 * @throws FailedProbeException if it does not
	 */
	void readAndCommit() {
		client.subscribe(List.of(ProbedBroker.TOPIC), new ConsumerRebalanceListener() {

			@Override
			public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
				// A busy broker may assign nothing at first.
				assignments += partitions.isEmpty() ? 0 : 1;
			}

			@Override
			public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
			}

		});
		pollUntil(() -> records >= ProbedBroker.unread());
		require(records == ProbedBroker.unread(), "%d records instead of %d".formatted(records, ProbedBroker.unread()));
		commit();
	}

	private void commit() {
		client.commitSync(PATIENCE);
		require(broker.hasCommittedAll(group), "the commit is not there");
	}

	/**
	 * Stays in the group, and commits again.
	 * @throws FailedProbeException if it does not
	 */
	void stay(Duration time) {
		long end = System.nanoTime() + time.toNanos();
		pollUntil(() -> System.nanoTime() > end);
		commit();
		require(assignments == 1, "%d assignments instead of 1".formatted(assignments));
	}

	/**
	 * Calls the other methods that send requests.
	 */
	void askForTheRest() {
		client.commitAsync();
		client.offsetsForTimes(Map.of(ProbedBroker.FRESH, 0L), PATIENCE);
		client.beginningOffsets(List.of(ProbedBroker.FRESH), PATIENCE);
		client.endOffsets(List.of(ProbedBroker.FRESH), PATIENCE);
		client.partitionsFor(ProbedBroker.TOPIC, PATIENCE);
	}

	private void pollUntil(BooleanSupplier condition) {
		long end = System.nanoTime() + PATIENCE.toNanos();
		while (!condition.getAsBoolean()) {
			require(System.nanoTime() < end, "%d records within %s".formatted(records, PATIENCE));
			records += client.poll(POLL).count();
		}
	}

	private static void require(boolean condition, String problem) {
		if (!condition) {
			throw new FailedProbeException(problem);
		}
	}

	/**
	 * Leaves the group in order.
	 */
	void leave() {
		client.close(CloseOptions.timeout(PATIENCE));
	}

	@Override
	public void close() {
		client.close(CloseOptions.timeout(Duration.ZERO));
	}

}
