/*
 * Copyright 2026-present the Holdfast authors.
 * SPDX-License-Identifier: Apache-2.0
 */

package dev.holdfast.kafka.offsetguard;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Collection;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;

import org.apache.kafka.clients.consumer.CommitFailedException;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.OffsetAndMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RebalanceInProgressException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import dev.holdfast.kafka.test.KafkaCluster;

/**
 * A group of guarded consumers, each in a thread and a process of its own, that commit
 * what they were given after each poll and tell a ledger of it.
 */
final class SoakGroup implements AutoCloseable {

	private static final Logger logger = LoggerFactory.getLogger(SoakGroup.class);

	private final String topic;

	final Consumers consumers;

	final Ledger ledger;

	private final ExecutorService threads = Executors.newCachedThreadPool();

	private final Deque<Member> members = new ArrayDeque<>();

	private int joined;

	SoakGroup(KafkaCluster cluster, String topic, String protocol) {
		this.topic = topic;
		// With latest, a partition that starts without its first records shows.
		this.consumers = new Consumers(cluster, protocol, topic + "-" + protocol).with("auto.offset.reset", "latest")
			.with("metadata.max.age.ms", 500)
			.with("max.poll.records", 50)
			.timing(Duration.ofSeconds(5), Duration.ofMillis(300));
		this.ledger = new Ledger(consumers.decisions);
	}

	void join() {
		Member member = new Member("member-" + joined++);
		members.addLast(member);
		member.end = CompletableFuture.runAsync(member::run, threads);
	}

	/**
	 * The member that has been there for the longest time leaves, if there are more than
	 * two, or another one joins.
	 */
	void rebalance() {
		if (members.size() > 2) {
			members.removeFirst().stop();
		}
		else {
			join();
		}
	}

	/**
	 * Fails if a member has.
	 */
	void check() {
		members.stream()
			.filter((member) -> member.end.isCompletedExceptionally())
			.forEach((member) -> member.end.join());
	}

	/**
	 * All members leave.
	 */
	void stop() {
		while (!members.isEmpty()) {
			members.removeFirst().stop();
		}
	}

	@Override
	public void close() {
		members.forEach((member) -> member.stopped.set(true));
		threads.shutdownNow();
	}

	private final class Member implements ConsumerRebalanceListener {

		private final String name;

		private final AtomicBoolean stopped = new AtomicBoolean();

		private CompletableFuture<Void> end = CompletableFuture.completedFuture(null);

		Member(String name) {
			this.name = name;
		}

		void stop() {
			stopped.set(true);
			end.join();
		}

		private void run() {
			try (Consumer<String, String> consumer = consumers.guarded()) {
				consumer.subscribe(List.of(topic), this);
				while (!stopped.get()) {
					Map<TopicPartition, OffsetAndMetadata> commits = new HashMap<>();
					for (ConsumerRecord<String, String> record : consumer.poll(Duration.ofMillis(50))) {
						ledger.delivered(name, record);
						commits.put(new TopicPartition(record.topic(), record.partition()),
								new OffsetAndMetadata(record.offset() + 1));
					}
					commit(consumer, commits);
				}
			}
		}

		private void commit(Consumer<String, String> consumer, Map<TopicPartition, OffsetAndMetadata> commits) {
			if (commits.isEmpty()) {
				return;
			}
			try {
				consumer.commitSync(commits);
				ledger.committed(commits);
			}
			catch (CommitFailedException | RebalanceInProgressException ex) {
				logger.info("{} of {} does not commit: {}", name, topic, ex.toString());
			}
		}

		@Override
		public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
			ledger.assigned(name, partitions);
		}

		@Override
		public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
		}

	}

}
